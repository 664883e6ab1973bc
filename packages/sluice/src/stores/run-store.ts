import type { RunSlice } from './run-slice.ts'
import type { RunSteering, RunWish } from './run-wish.ts'
import type { ParkedItem, SpooledItem, StoredResult } from './stored-item.ts'
import type { NewRun, RunTallies, SourceMark, StoredRun } from './stored-run.ts'

/** A part of a list that may be too long to hold: what comes after an index, and at most so much of it. */
export interface Page {
  /** Items with a greater index. @default all */
  readonly after?: number | undefined
  /** At most this many. @default 1,000 */
  readonly limit?: number | undefined
  /**
   * Ends it after about so many bytes of bodies, but not before its first item: a page may be short then without being
   * the last. @default Infinity
   */
  readonly maxBytes?: number | undefined
}

/** Which results. */
export interface ResultFilter {
  /** Only those that succeeded, or only those that failed. */
  readonly ok?: boolean | undefined
  /** Only those with one of these final statuses or, where there was none, codes of errors: `503`, `SLUICE_CONNECT`. */
  readonly endings?: readonly string[] | undefined
  /** Only those settled before this, in milliseconds since the epoch. */
  readonly before?: number | undefined
}

/**
 * Where runs are kept. One small interface for every database: each has to pass `runStoreContract`.
 *
 * Everything is asynchronous, and each change of a run is one transaction. A run is written to only by the process that
 * has claimed it. What was committed stays, whatever happens to the process; a commit whose answer never arrived may be
 * done again, and no item is kept or counted twice then.
 *
 * Every method throws a StoreError that names the store and says what to do.
 */
export interface RunStore {
  /** The store as a person names it, without credentials: `sqlite:run.db`. */
  readonly name: string
  /** Milliseconds between two commits of a run, so that they cost little for each item. @default 5 */
  readonly commitInterval?: number | undefined
  /** Keeps a new run. @throws StoreError `SLUICE_RUN_EXISTS` if its name is taken. */
  create(run: NewRun): Promise<StoredRun>
  /** A run by its name. */
  find(name: string): Promise<StoredRun | undefined>
  /** All runs, the newest first. */
  list(): Promise<readonly StoredRun[]>
  /** Forgets a run with all it holds. @throws StoreError `SLUICE_RUN_BUSY` while somebody works on it. */
  remove(runId: number): Promise<void>
  /**
   * Makes the caller the only one who works on a run, until `release` or the end of the process.
   *
   * @throws StoreError `SLUICE_RUN_BUSY` if somebody else does.
   */
  claim(runId: number): Promise<void>
  release(runId: number): Promise<void>
  /** Keeps a group, all of it or nothing. An item that has its result keeps the one it has. */
  commit(runId: number, group: CommitGroup): Promise<void>
  /** Items that have been read from a source that cannot be read again, by index. */
  spooled(runId: number, page?: Page): Promise<readonly SpooledItem[]>
  /** Items that wait for a date, by index; with `dueBy` those whose date is not later. */
  parked(runId: number, page?: Page & { readonly dueBy?: number | undefined }): Promise<readonly ParkedItem[]>
  /** Indexes of items that have a result or are parked, in order. */
  settled(runId: number, page?: Page): Promise<readonly number[]>
  /** Results by index. */
  results(runId: number, page?: Page & ResultFilter): Promise<readonly StoredResult[]>
  /** Statistics of the results. Updated with each commit: reading them costs the same for ten and for ten million results. */
  tallies(runId: number): Promise<RunTallies>
  /** How a run went over time, in order; several slices are of the same time where several processes did it. */
  slices(runId: number): Promise<readonly RunSlice[]>
  /** Takes failed results back, so that their items are to be done again: they are parked, and due. Returns how many. */
  requeue(runId: number, filter?: ResultFilter): Promise<number>
  /**
   * Sends that still count against quotas at a date, in milliseconds since the epoch, in order. Over all runs of the
   * store; sends of the same millisecond may be one.
   */
  quotaSends(date: number): Promise<readonly QuotaSend[]>
  /** Keeps wishes for a run, for the processes that do it now or later. No claim is needed. */
  steer(runId: number, steering: RunSteering): Promise<void>
  /** The wishes for a run. Asked every second while a run is done, so it is cheap. */
  wish(runId: number): Promise<RunWish>
  /** Gives everything back. What was committed stays. */
  close(): Promise<void>
}

/** Changes that are stored together or not at all. Each is optional. */
export interface CommitGroup {
  /** An item that had been parked is so no more. */
  readonly results?: readonly StoredResult[] | undefined
  /** Parked anew if it was already; never if it has a result. */
  readonly parked?: readonly ParkedItem[] | undefined
  readonly spooled?: readonly SpooledItem[] | undefined
  /** Sends that count against stored quotas. They count again if the group is committed again. */
  readonly sends?: readonly QuotaSend[] | undefined
  readonly progress?: SourceProgress | undefined
  /** What happened since the last ones. Kept in the same or in a later transaction: pictures, not accounts. */
  readonly slices?: readonly RunSlice[] | undefined
  /** Milliseconds that were worked on the run since the last commit. Counts again if the group is committed again. */
  readonly elapsed?: number | undefined
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Progress of reading the source. Never goes back. */
export interface SourceProgress {
  readonly read: number
  readonly hasEnded: boolean
  readonly settledBelow: number
  readonly mark: SourceMark | undefined
}

/** One send that counts against a quota. */
export interface QuotaSend {
  /** Key of the quota: a partition and its rate. */
  readonly quota: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly weight: number
  /** End of its quota window, in milliseconds since the epoch; it is removed then. */
  readonly until: number
}
