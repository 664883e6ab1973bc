import type { RunWish } from './run-wish.ts'

/** Identity of a source. */
export interface StoredSource {
  /** Name in messages: `requests.jsonl`, `stdin`. */
  readonly name: string
  /** Identity as far as it is known before reading: kind, format, size, templates. */
  readonly identity: string
  /** True if its items are stored, because it cannot be read again. */
  readonly isSpooled: boolean
}

/** Options of a new run. */
export interface NewRun {
  /** Unique in the store. */
  readonly name: string
  readonly source: StoredSource
  /** Plain data needed to resume it, without secrets. Opaque to the store. */
  readonly settings: unknown
  /** Random seed from which the idempotency keys of all items are derived. Never changes. */
  readonly keySeed: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** Position in a source: everything before `index` was read, and reading continues from `mark`. */
export interface SourceMark {
  readonly index: number
  /** Opaque; only the source interprets it. */
  readonly mark: string
}

/** Run as stored: its initial settings and its progress. */
export interface StoredRun extends NewRun {
  /** Assigned by the store. */
  readonly id: number
  /** Date of the last commit, in milliseconds since the epoch. */
  readonly updatedAt: number
  /** Number of items read from its source: all of them once `hasEnded`. */
  readonly read: number
  /** True if the source was read to its end. */
  readonly hasEnded: boolean
  /** Every item before this has a result or is parked. */
  readonly settledBelow: number
  /** Last known position at or before `settledBelow`. */
  readonly mark: SourceMark | undefined
  readonly succeeded: number
  readonly failed: number
  readonly parked: number
  /** Date at which the first parked item is due, in milliseconds since the epoch. */
  readonly nextDueAt: number | undefined
  /** Number of requests sent for items with a result: those of every attempt, and of every redirect. */
  readonly requests: number
  /** Number of requests that were refused because of a rate or a quota. */
  readonly throttled: number
  /** Time worked on it, in milliseconds. */
  readonly elapsed: number
  /** Id of the process that works on it, as far as the store knows. */
  readonly claimedBy: number | undefined
  /** True if workers share it, chunk by chunk. @default false */
  readonly isShared?: boolean | undefined
  /** Priority of a shared run among others: greater numbers go first, equal ones take turns. @default 0 */
  readonly priority?: number | undefined
  /** Wishes from outside. @default run as it started */
  readonly wish?: RunWish | undefined
}

/** Failures that have the same ending and message. */
export interface ErrorTally {
  readonly code: string
  readonly message: string
  readonly count: number
  /** Id of one of the failed items. */
  readonly example: string
}

/** Statistics of the results of a run. */
export interface RunTallies {
  /** Number of results by final status or, without one, by code of the error. */
  readonly endings: ReadonlyMap<string, number>
  /** Most frequent first. */
  readonly errors: readonly ErrorTally[]
  /** Number of attempts by duration, in the buckets of `durationBucket`. */
  readonly durations: ReadonlyMap<number, number>
}

/** True if nothing is left to do. */
export function isFinished(run: StoredRun): boolean {
  return run.hasEnded && run.parked === 0 && run.succeeded + run.failed >= run.read
}

/** Maximum number of distinct messages that a run counts: a server may put a different number into each. */
export const maxMessages = 200

/** Name under which further messages are counted, for each code. */
export const otherMessages = 'other messages'
