/**
 * Interface of stores of runs, and the types of stored data.
 *
 * @module sluice/stores
 */

export { StoreError } from '../database/store-error.ts'
export { MemoryStore } from './memory/memory-store.ts'
export type { RunStore } from './run-store.ts'
export type { SharedStore } from './shared-store.ts'
export type { StoredResult } from './stored-item.ts'
export type { StoredRun } from './stored-run.ts'
