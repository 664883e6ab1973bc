import type { ParkedItem, SpooledItem, StoredResult } from './stored-item.ts'
import type { SourceMark } from './stored-run.ts'

/** What is kept together, or not at all. Everything in it may be left out. */
export interface CommitGroup {
  /** An item that had been parked is so no more. */
  readonly results?: readonly StoredResult[] | undefined
  /** Parked anew if it was already; never if it has a result. */
  readonly parked?: readonly ParkedItem[] | undefined
  readonly spooled?: readonly SpooledItem[] | undefined
  /** What left, of quotas that are remembered over restarts. Counts again if the group is committed again. */
  readonly sends?: readonly QuotaSend[] | undefined
  readonly progress?: SourceProgress | undefined
  /** Milliseconds that were worked on the run since the last commit. Counts again if the group is committed again. */
  readonly elapsed?: number | undefined
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** How far the source has been read. Never goes back. */
export interface SourceProgress {
  readonly read: number
  readonly hasEnded: boolean
  readonly settledBelow: number
  readonly mark: SourceMark | undefined
}

/** One send that counts against a quota. */
export interface QuotaSend {
  /** Whose quota: a partition and its rate. */
  readonly quota: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly weight: number
  /** When it counts no more, in milliseconds since the epoch: it is forgotten then. */
  readonly until: number
}
