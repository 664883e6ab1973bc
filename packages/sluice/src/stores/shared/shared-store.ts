import type { SharedLimits } from '../../policies/admission/sharing/shared-limits.ts'
import type { CommitGroup } from '../commit-group.ts'
import type { RunStore } from '../run-store.ts'
import type { NewRun, StoredRun } from '../stored-run.ts'
import type { Chunk, ChunkCounts, ChunkItem, HeldChunk } from './chunk.ts'
import type { ChunkQueue } from './chunk-queue.ts'
import type { NewWorker, WorkerReport, WorkerState } from './worker-state.ts'

/** What is added to a shared run while its source is read: all of it or nothing. */
export interface FillGroup {
  readonly items: readonly ChunkItem[]
  /** The chunks that these items make. */
  readonly chunks: readonly Chunk[]
  /** Whether nothing follows. */
  readonly hasEnded: boolean
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** What became of a commit. */
export interface SharedCommit {
  /** Chunks that are another worker's by now: of their items nothing was kept. */
  readonly lost: readonly HeldChunk[]
}

/** A store whose runs any number of processes, on any number of hosts, may work on together. */
export interface SharedStore extends RunStore {
  readonly queue: ChunkQueue
  /** Makes what is needed for sharing, once; the other methods here need it. Safe in many processes at once. */
  prepareSharing(): Promise<void>
  /** Keeps a new run for workers. They may begin as soon as there are chunks. @throws StoreError `SLUICE_RUN_EXISTS` */
  createShared(run: NewRun): Promise<StoredRun>
  /** Adds what was read of the source. Only by whoever has claimed the run: workers need no claim. */
  fill(runId: number, group: FillGroup): Promise<void>
  /** Shared runs that have something to do, now or later, the oldest first. */
  openRuns(): Promise<readonly StoredRun[]>
  /** Items of a chunk that are to be done: without a result, and not parked until later, by the clock of the store. */
  chunkItems(chunk: HeldChunk): Promise<readonly ChunkItem[]>
  /** As `commit`, for results and parked items of chunks that are held. */
  commitHeld(runId: number, worker: number, held: readonly HeldChunk[], group: CommitGroup): Promise<SharedCommit>
  /** When the first parked item of a chunk is due, in milliseconds since the epoch; nothing if none is parked. */
  chunkDueAt(chunk: Chunk): Promise<number | undefined>
  /** Puts chunks in line that have something to do and stand in none. Answers how many. */
  reconcile(runId: number): Promise<number>
  chunkCounts(runId: number): Promise<ChunkCounts>
  /** Tells of a new worker. Answers its id. */
  join(worker: NewWorker): Promise<number>
  report(worker: number, report: WorkerReport): Promise<void>
  leave(worker: number): Promise<void>
  /** Gives the chunks of workers that were not heard of for 5 s to others. Answers how many. */
  takeOver(): Promise<number>
  /** Those that have been heard of within the last hour, the newest first. */
  workers(): Promise<readonly WorkerState[]>
  /** Rates and places in flight that all workers keep to together, for one of them and one run. */
  limitsFor(worker: number, run: StoredRun): SharedLimits
}

/** Whether runs of this store can be shared. */
export function isSharedStore(store: RunStore): store is SharedStore {
  return 'openRuns' in store
}
