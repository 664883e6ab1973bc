/**
 * Durable runs: stored as they progress, resumed after a crash, shared by several processes.
 *
 * @module sluice/runs
 */

export type { DurableRun, RunProgress } from './durable-run.ts'
export type { RunInput } from './list-source.ts'
export type { ResumeRunOptions, StartRunOptions } from './run-options.ts'
export type { RunSource } from './run-source.ts'
export { type ShareRunOptions, shareRun } from './shared/share-run.ts'
export { startWorker } from './shared/start-worker.ts'
export type { Worker, WorkerEvent, WorkerOptions, WorkerStatus } from './shared/worker-options.ts'
export { resumeRun, startRun } from './start-run.ts'
