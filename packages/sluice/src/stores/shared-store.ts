import type { SharedLimits } from '../policies/admission/sharing/shared-limits.ts'
import type { CommitGroup, RunStore } from './run-store.ts'
import type { NewRun, StoredRun } from './stored-run.ts'

/** Items added to a shared run while its source is read: all of them or none. */
export interface FillGroup {
  readonly items: readonly ChunkItem[]
  /** The chunks that these items make. */
  readonly chunks: readonly Chunk[]
  /** True if these are the last items. */
  readonly hasEnded: boolean
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Outcome of a commit. */
export interface SharedCommit {
  /** Chunks that are another worker's by now: of their items nothing was kept. */
  readonly lost: readonly HeldChunk[]
}

/** A shared run that has something to do, now or later. */
export interface OpenRun extends StoredRun {
  /** When this was read, in milliseconds since the epoch by the clock of the store. */
  readonly at: number
  /** True if a chunk can be claimed now. */
  readonly isReady: boolean
  /** True if a chunk is not done: it waits, or a worker holds it. */
  readonly hasChunks: boolean
}

/** A store whose runs any number of processes, on any number of hosts, may work on together. */
export interface SharedStore extends RunStore {
  /** Keeps a new run for workers. They may begin as soon as there are chunks. @throws StoreError `SLUICE_RUN_EXISTS` */
  createShared(run: NewRun): Promise<StoredRun>
  /** Adds items of the source. Only the process that has claimed the run may: workers need no claim. */
  fill(runId: number, group: FillGroup): Promise<void>
  /** Shared runs that have something to do, now or later, the oldest first. */
  openRuns(): Promise<readonly OpenRun[]>
  /** Claims the first chunks that are due of several runs, each in a new epoch. */
  claimChunks(worker: number, wishes: readonly ChunkWish[]): Promise<readonly ClaimedChunk[]>
  /**
   * Commits results and parked items of chunks that the worker holds, as `commit` does. If it fails, the same group may be
   * given again: nothing in it is counted twice.
   */
  commitHeld(runId: number, worker: number, held: readonly HeldChunk[], group: CommitGroup): Promise<SharedCommit>
  /**
   * Releases chunks: those of which every item has a result are done, and those of which all else is parked wait for the
   * first date. One that is another worker's by now is left alone.
   */
  letGo(chunks: readonly HeldChunk[]): Promise<void>
  /** Opens chunks again that lack results although they were done. Returns their number. */
  reconcile(runId: number): Promise<number>
  chunkCounts(runId: number): Promise<ChunkCounts>
  /** Tells of a new worker. Answers its id. */
  join(worker: NewWorker): Promise<number>
  /** Reports a worker as alive. Waits for nothing but its own answer. */
  beat(worker: number, report: WorkerReport): Promise<BeatAnswer>
  leave(worker: number): Promise<void>
  /** Releases the chunks of workers that have not reported for 5 s. Returns their number. */
  takeOver(): Promise<number>
  /** Work that is left for workers now: parked items are not counted before they are due, nor are runs that are paused. */
  backlog(): Promise<{ readonly runs: number; readonly items: number }>
  /** Workers that have reported within the last hour, the newest first. */
  workers(): Promise<readonly WorkerState[]>
  /** Rates and places in flight that all workers keep to together, for one of them and one run. */
  limitsFor(worker: number, run: StoredRun): SharedLimits
}

/** True if runs of this store can be shared. */
export function isSharedStore(store: RunStore): store is SharedStore {
  return 'openRuns' in store
}

/** A process that works on shared runs, when it joins. */
export interface NewWorker {
  readonly host: string
  /** Id of the process. */
  readonly pid: number
  readonly concurrency: number
}

/** Report of a worker, sent about every second. */
export interface WorkerReport {
  readonly inFlight: number
  /** Results that it has settled since it joined. */
  readonly settled: number
  /** True if it takes no more chunks. */
  readonly isDraining: boolean
  /** True if it is at no run, and wants to be told of work. @default false */
  readonly isIdle?: boolean | undefined
}

/** Answer of the store to a worker that reports. */
export interface BeatAnswer {
  /** Chunks that it holds. */
  readonly held: readonly HeldChunk[]
  /**
   * True if an idle worker should look at the open runs: a chunk can be claimed, a run may be over, or another worker is silent.
   * False for one that is not idle.
   */
  readonly isCalled: boolean
}

/** A worker as the store shows it. */
export interface WorkerState extends NewWorker, WorkerReport {
  /** Given by the store, and never twice. */
  readonly id: number
  /** Milliseconds since the epoch, by the clock of the store. */
  readonly joinedAt: number
  readonly seenAt: number
  /** True if it has reported lately. */
  readonly isAlive: boolean
  /** Names of the runs of which it holds chunks, and how many. */
  readonly chunks: ReadonlyMap<string, number>
}

/** Neighbouring items of a shared run that one worker does at a time. */
export interface Chunk {
  readonly runId: number
  /** Number from 0, in the order of the input. */
  readonly number: number
  /** The index of its first item. */
  readonly first: number
  /** The index after its last item. */
  readonly end: number
}

/** A chunk that a worker holds. Only its newest epoch may settle: earlier holders are too late. */
export interface HeldChunk extends Chunk {
  readonly epoch: number
}

/** Request for chunks of a run. */
export interface ChunkWish {
  readonly runId: number
  readonly count: number
}

/** A chunk that was claimed, with the items that are to be done: without a result, and not parked until later. */
export interface ClaimedChunk {
  readonly chunk: HeldChunk
  /** Number of workers that have died with it. */
  readonly deaths: number
  readonly items: readonly ChunkItem[]
}

/** An item of a chunk that has no result yet, as it was spooled. */
export interface ChunkItem {
  readonly index: number
  readonly request: string
}

/** Number of chunks of a run by state. */
export interface ChunkCounts {
  /** Waiting for a worker, now or at a date. */
  readonly waiting: number
  /** Chunks that a worker holds. */
  readonly held: number
  readonly done: number
}
