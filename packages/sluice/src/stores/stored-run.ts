import type { RunWish } from './run-wish.ts'

/** Identity of a source. */
export interface StoredSource {
  /** Name in messages: `requests.jsonl`, `stdin`. */
  readonly name: string
  /** Identity, as far as it is known before reading: kind, format, size, templates. */
  readonly identity: string
  /** True if its items are kept in the store, because it cannot be read again. */
  readonly isSpooled: boolean
}

/** Options of a new run. */
export interface NewRun {
  /** Unique in the store. */
  readonly name: string
  readonly source: StoredSource
  /** Data needed to resume it, plain and without secrets. The store does not read it. */
  readonly settings: unknown
  /** Random seed from which the idempotency keys of all items are derived. Never changes. */
  readonly keySeed: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** A place in a source: everything before `index` was read, and reading continues from `mark`. */
export interface SourceMark {
  readonly index: number
  /** Only the source knows what it means. */
  readonly mark: string
}

/** A run as the store knows it: what it began with, and how far it is. */
export interface StoredRun extends NewRun {
  /** Given by the store. */
  readonly id: number
  /** Date of the last commit, in milliseconds since the epoch. */
  readonly updatedAt: number
  /** Number of items read from its source: all of them once `hasEnded`. */
  readonly read: number
  /** True if the source was read to its end. */
  readonly hasEnded: boolean
  /** Every item before this has a result or is parked. */
  readonly settledBelow: number
  /** The last known place at or before `settledBelow`. */
  readonly mark: SourceMark | undefined
  readonly succeeded: number
  readonly failed: number
  readonly parked: number
  /** Date at which the first parked item is due, in milliseconds since the epoch. */
  readonly nextDueAt: number | undefined
  /** Requests that were sent: of every attempt, and of every redirect. */
  readonly requests: number
  /** Requests that were refused because of a rate or a quota. */
  readonly throttled: number
  /** Milliseconds that were worked on it. */
  readonly elapsed: number
  /** Id of the process that works on it, as far as the store knows. */
  readonly claimedBy: number | undefined
  /** True if workers share it, chunk by chunk. @default false */
  readonly isShared?: boolean | undefined
  /** Turn of a shared run among others: those of a greater number go first, equals take turns. @default 0 */
  readonly priority?: number | undefined
  /** Wishes from outside. @default to run as it began */
  readonly wish?: RunWish | undefined
}

/** Failures that have the same ending and message. */
export interface ErrorTally {
  readonly code: string
  readonly message: string
  readonly count: number
  /** The id of one of them. */
  readonly example: string
}

/** Statistics of the results of a run. */
export interface RunTallies {
  /** Number of results by final status or, where there was none, by code of the error. */
  readonly endings: ReadonlyMap<string, number>
  /** The most frequent first. */
  readonly errors: readonly ErrorTally[]
  /** Number of attempts by duration, in the buckets of `durationBucket`. */
  readonly durations: ReadonlyMap<number, number>
}

/** True if nothing is left to do. */
export function isFinished(run: StoredRun): boolean {
  return run.hasEnded && run.parked === 0 && run.succeeded + run.failed >= run.read
}

/** Maximum number of different messages that a run counts: a server may put a number into each. */
export const mostMessages = 200

/** Name under which further messages are counted, for each code. */
export const otherMessages = 'other messages'
