/**
 * Durable runs: kept in a store as they go, resumed after a crash, shared by several processes.
 *
 * @module sluice/runs
 */

export type { SourceItem } from '../client/bulk/source.ts'
export { DurableRun, type RunProgress } from './durable-run.ts'
export { SourceChangedError } from './errors.ts'
export type { RunInput } from './list-source.ts'
export type { ResumeRunOptions, RunOptions, StartRunOptions } from './run-options.ts'
export type { ReadingMark, RunSource, SourceReading } from './run-source.ts'
export { type ShareRunOptions, shareRun } from './shared/share-run.ts'
export { startWorker } from './shared/start-worker.ts'
export type { OpenedRun, Worker, WorkerEvent, WorkerOptions, WorkerStatus } from './shared/worker-options.ts'
export { resumeRun, startRun } from './start-run.ts'
export { StoredQuotas } from './stored-quotas.ts'
