import type { RunSlice } from './run-slice.ts'
import type { RunSteering, RunWish } from './run-wish.ts'
import type { ParkedItem, SpooledItem, StoredResult } from './stored-item.ts'
import type { NewRun, RunTallies, SourceMark, StoredRun } from './stored-run.ts'

/** Page of a list that may be too long to hold in memory. */
export interface Page {
  /** Returns only items with a greater index. @default all */
  readonly after?: number | undefined
  /** Maximum number of items. @default 1,000 */
  readonly limit?: number | undefined
  /**
   * Ends the page after about this many bytes of bodies, but not before its first item. A page may then be short
   * without being the last. @default Infinity
   */
  readonly maxBytes?: number | undefined
}

/** Page of the list of runs: at most `limit` of them, with ids below `before`. */
export interface RunPage {
  readonly before?: number | undefined
  readonly limit?: number | undefined
}

/** Selects results. */
export interface ResultFilter {
  /** True for only successful results, false for only failed ones. */
  readonly ok?: boolean | undefined
  /** Only results with one of these final statuses or, without a status, error codes: `503`, `SLUICE_CONNECT`. */
  readonly endings?: readonly string[] | undefined
  /** Only results that failed with exactly this code and message. */
  readonly error?: { readonly code: string; readonly message: string } | undefined
  /** Only results with this text in their id or URL, in upper or lower case. */
  readonly text?: string | undefined
  /** Only results with an index below this, so that a search can proceed in parts. */
  readonly below?: number | undefined
  /** Only results settled before this time, in milliseconds since the epoch. */
  readonly before?: number | undefined
}

/**
 * Store of runs: one small interface for every database. Each implementation has to pass `runStoreContract`.
 *
 * All methods are asynchronous, and each change of a run is one transaction. Only the process that has claimed a run
 * writes to it. Committed data survives the end of the process. A commit whose answer was lost may be repeated: no
 * item is stored or counted twice.
 *
 * Every method throws a StoreError that names the store and says what to do.
 */
export interface RunStore {
  /** Name of the store in messages, without credentials: `sqlite:run.db`. */
  readonly name: string
  /** Milliseconds between two commits of a run, which keep the cost per item low. @default 5 */
  readonly commitInterval?: number | undefined
  /** Stores a new run. @throws StoreError `SLUICE_RUN_EXISTS` if its name is taken. */
  create(run: NewRun): Promise<StoredRun>
  /** Finds a run by its name. */
  find(name: string): Promise<StoredRun | undefined>
  /** Runs, newest first; with `before`, only those with a smaller id. @default all */
  list(page?: RunPage): Promise<readonly StoredRun[]>
  /** Number of runs. */
  count(): Promise<number>
  /** Removes a run with all its data. @throws StoreError `SLUICE_RUN_BUSY` while a process works on it. */
  remove(runId: number): Promise<void>
  /**
   * Claims a run: only the caller works on it, until `release` or the end of the process.
   *
   * @throws StoreError `SLUICE_RUN_BUSY` if it is claimed already.
   */
  claim(runId: number): Promise<void>
  release(runId: number): Promise<void>
  /** Stores a group, all of it or nothing. An item that has a result retains it. */
  commit(runId: number, group: CommitGroup): Promise<void>
  /** Stored items of a source that cannot be read again, by index. */
  spooled(runId: number, page?: Page): Promise<readonly SpooledItem[]>
  /** Items that wait for a date, by index; with `dueBy`, only items whose date is not later. */
  parked(runId: number, page?: Page & { readonly dueBy?: number | undefined }): Promise<readonly ParkedItem[]>
  /** Indexes of items that have a result or are parked, in order. */
  settled(runId: number, page?: Page): Promise<readonly number[]>
  /** Results by index. */
  results(runId: number, page?: Page & ResultFilter): Promise<readonly StoredResult[]>
  /** Statistics of the results. Updated with each commit, so that reading them takes constant time. */
  tallies(runId: number): Promise<RunTallies>
  /** Slices of a run over time, in order. Several processes may have slices of the same time. */
  slices(runId: number): Promise<readonly RunSlice[]>
  /** Requeues failed results: removes them and parks their items, due immediately. Returns their number. */
  requeue(runId: number, filter?: ResultFilter): Promise<number>
  /**
   * Sends that still count against quotas at a date, in milliseconds since the epoch, in order. Includes all runs of
   * the store; sends of the same millisecond may be merged.
   */
  quotaSends(date: number): Promise<readonly QuotaSend[]>
  /** Stores wishes for a run, for processes that work on it now or later. Needs no claim. */
  steer(runId: number, steering: RunSteering): Promise<void>
  /** Wishes for a run. Polled every second while a process works on the run, so it is cheap. */
  wish(runId: number): Promise<RunWish>
  /** Releases all claims and resources. Committed data stays. */
  close(): Promise<void>
}

/** Changes that are stored together or not at all. Each is optional. */
export interface CommitGroup {
  /** Settled results. Their items are no longer parked. */
  readonly results?: readonly StoredResult[] | undefined
  /** Items to park. An item that is parked already gets the new date; an item with a result is not parked. */
  readonly parked?: readonly ParkedItem[] | undefined
  readonly spooled?: readonly SpooledItem[] | undefined
  /** Sends that count against stored quotas. They count again if the group is committed again. */
  readonly sends?: readonly QuotaSend[] | undefined
  readonly progress?: SourceProgress | undefined
  /** Slices since the last commit. Stored in the same or a later transaction: for display, not for accounting. */
  readonly slices?: readonly RunSlice[] | undefined
  /** Milliseconds worked on the run since the last commit. They count again if the group is committed again. */
  readonly elapsed?: number | undefined
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Progress of reading the source. Never decreases. */
export interface SourceProgress {
  readonly read: number
  readonly hasEnded: boolean
  readonly settledBelow: number
  readonly mark: SourceMark | undefined
}

/** Send that counts against a quota. */
export interface QuotaSend {
  /** Key of the quota: a partition and its rate. */
  readonly quota: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly weight: number
  /** End of its quota window, in milliseconds since the epoch. The send is removed then. */
  readonly until: number
}
