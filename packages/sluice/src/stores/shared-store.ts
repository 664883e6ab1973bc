import type { SharedLimits } from '../policies/admission/sharing/shared-limits.ts'
import type { CommitGroup, RunStore } from './run-store.ts'
import type { NewRun, StoredRun } from './stored-run.ts'

/** Items added to a shared run while its source is read: all of them or none. */
export interface FillGroup {
  readonly items: readonly ChunkItem[]
  /** Chunks that these items form. */
  readonly chunks: readonly Chunk[]
  /** True if these are the last items. */
  readonly hasEnded: boolean
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Outcome of a commit. */
export interface SharedCommit {
  /** Chunks that another worker holds by now: nothing was stored for their items. */
  readonly lost: readonly HeldChunk[]
}

/** Shared run that has something to do, now or later. */
export interface OpenRun extends StoredRun {
  /** Time at which this was read, in milliseconds since the epoch by the clock of the store. */
  readonly at: number
  /** True if a chunk can be claimed now. */
  readonly isReady: boolean
  /** True if a chunk is not done: it is waiting, or a worker holds it. */
  readonly hasChunks: boolean
}

/** Store whose runs can be worked on by any number of processes together, on any number of hosts. */
export interface SharedStore extends RunStore {
  /**
   * Stores a new run for workers. They may start as soon as there are chunks. @throws StoreError `SLUICE_RUN_EXISTS`
   */
  createShared(run: NewRun): Promise<StoredRun>
  /** Adds items of the source. Only for the process that has claimed the run; workers need no claim. */
  fill(runId: number, group: FillGroup): Promise<void>
  /** Shared runs that have something to do, now or later, oldest first. */
  openRuns(): Promise<readonly OpenRun[]>
  /** Claims the first due chunks of several runs, each in a new epoch. */
  claimChunks(worker: number, wishes: readonly ChunkWish[]): Promise<readonly ClaimedChunk[]>
  /**
   * Commits results and parked items of chunks that the worker holds, like `commit`. After a failure, the same group
   * may be committed again: nothing in it is counted twice.
   */
  commitHeld(runId: number, worker: number, held: readonly HeldChunk[], group: CommitGroup): Promise<SharedCommit>
  /**
   * Releases chunks. A chunk is done if all of its items have results; if its other items are all parked, it waits for
   * the first date. A chunk that another worker holds by now is left alone.
   */
  releaseChunks(chunks: readonly HeldChunk[]): Promise<void>
  /** Reopens chunks that are marked as done but lack results. Returns their number. */
  reconcile(runId: number): Promise<number>
  chunkCounts(runId: number): Promise<ChunkCounts>
  /** Registers a new worker. Returns its id. */
  join(worker: NewWorker): Promise<number>
  /** Reports a worker as alive. Waits for its own answer only, not behind other calls. */
  beat(worker: number, report: WorkerReport): Promise<BeatAnswer>
  leave(worker: number): Promise<void>
  /** Releases the chunks of workers that have not reported for 5 s. Returns their number. */
  takeOver(): Promise<number>
  /** Work available to workers now. Parked items count once they are due; paused runs do not count. */
  backlog(): Promise<{ readonly runs: number; readonly items: number }>
  /** Workers that have reported within the last hour, newest first. */
  workers(): Promise<readonly WorkerState[]>
  /** Rates and places in flight that all workers share, for one worker and one run. */
  limitsFor(worker: number, run: StoredRun): SharedLimits
}

/** True if runs of this store can be shared. */
export function isSharedStore(store: RunStore): store is SharedStore {
  return 'openRuns' in store
}

/** Process that works on shared runs, as it joins. */
export interface NewWorker {
  readonly host: string
  /** Id of the process. */
  readonly pid: number
  readonly concurrency: number
}

/** Report of a worker, sent about every second. */
export interface WorkerReport {
  readonly inFlight: number
  /** Number of results that it has settled since it joined. */
  readonly settled: number
  /** True if it claims no more chunks. */
  readonly isDraining: boolean
  /** True if it works on no run and wants to be notified of work. @default false */
  readonly isIdle?: boolean | undefined
}

/** Answer of the store to a report of a worker. */
export interface BeatAnswer {
  /** Chunks that it holds. */
  readonly held: readonly HeldChunk[]
  /**
   * True if an idle worker should read the open runs: a chunk can be claimed, a run may be finished, or another worker
   * has stopped reporting. False for a worker that is not idle.
   */
  readonly isCalled: boolean
}

/** State of a worker. */
export interface WorkerState extends NewWorker, WorkerReport {
  /** Assigned by the store, and never reused. */
  readonly id: number
  /** Milliseconds since the epoch, by the clock of the store. */
  readonly joinedAt: number
  readonly seenAt: number
  /** True if it has reported recently. */
  readonly isAlive: boolean
  /** Number of chunks that it holds, by name of their run. */
  readonly chunks: ReadonlyMap<string, number>
}

/** Consecutive items of a shared run that one worker processes together. */
export interface Chunk {
  readonly runId: number
  /** Number from 0, in the order of the input. Negative for parts of a chunk that was split after its worker died. */
  readonly number: number
  /** Index of its first item. */
  readonly first: number
  /** Index after its last item. */
  readonly end: number
}

/** Chunk held by a worker. Only its newest epoch may commit; commits of earlier holders are rejected. */
export interface HeldChunk extends Chunk {
  readonly epoch: number
}

/** Request for chunks of a run. */
export interface ChunkWish {
  readonly runId: number
  readonly count: number
}

/** Claimed chunk with its items that are left to do: those without a result that are not parked until later. */
export interface ClaimedChunk {
  readonly chunk: HeldChunk
  /** Number of workers that died while they held it. */
  readonly deaths: number
  readonly items: readonly ChunkItem[]
}

/** Item of a chunk without a result, as it was spooled. */
export interface ChunkItem {
  readonly index: number
  readonly request: string
}

/** Number of chunks of a run by state. */
export interface ChunkCounts {
  /** Chunks that wait for a worker, now or at a date. */
  readonly waiting: number
  /** Chunks that a worker holds. */
  readonly held: number
  readonly done: number
}
