/**
 * The interface of a store of runs, and what it keeps.
 *
 * @module sluice/stores
 */

export type { CommitGroup, QuotaSend, SourceProgress } from './commit-group.ts'
export { StoreError } from './errors.ts'
export { MemoryStore } from './memory/memory-store.ts'
export type { Page, ResultFilter, RunStore } from './run-store.ts'
export type { Chunk, ChunkCounts, ChunkItem, HeldChunk } from './shared/chunk.ts'
export type { ChunkQueue } from './shared/chunk-queue.ts'
export { type FillGroup, isSharedStore, type SharedCommit, type SharedStore } from './shared/shared-store.ts'
export type { NewWorker, WorkerReport, WorkerState } from './shared/worker-state.ts'
export {
  type BodyKind,
  endingOf,
  type ParkedItem,
  type SpooledItem,
  type StoredError,
  type StoredResult,
} from './stored-item.ts'
export {
  type ErrorTally,
  isFinished,
  type NewRun,
  type RunTallies,
  type SourceMark,
  type StoredRun,
  type StoredSource,
} from './stored-run.ts'
