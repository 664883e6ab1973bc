/** How a source is known again. */
export interface StoredSource {
  /** As a person names it: `requests.jsonl`, `stdin`. */
  readonly name: string
  /** What it is, as far as that is known before it is read: its kind, format, size, templates. */
  readonly identity: string
  /** Whether its items are kept in the store, because it cannot be read again. */
  readonly isSpooled: boolean
}

/** What a run begins with. */
export interface NewRun {
  /** Unique in the store. */
  readonly name: string
  readonly source: StoredSource
  /** Whatever is needed to go on with it; plain data without secrets. The store does not look into it. */
  readonly settings: unknown
  /** From which the idempotency keys of all items are made: random, and never changed. */
  readonly keySeed: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** A place in a source: everything before `index` was read, and `mark` is how to go on from there. */
export interface SourceMark {
  readonly index: number
  /** Only the source knows what it means. */
  readonly mark: string
}

/** A run as the store knows it: what it began with, and how far it is. */
export interface StoredRun extends NewRun {
  /** Given by the store. */
  readonly id: number
  /** Of the last commit, in milliseconds since the epoch. */
  readonly updatedAt: number
  /** How many items are known to be in its source: all of them once `hasEnded`. */
  readonly read: number
  /** Whether the source was read to its end. */
  readonly hasEnded: boolean
  /** Every item before this has a result or is parked. */
  readonly settledBelow: number
  /** The last known place at or before `settledBelow`. */
  readonly mark: SourceMark | undefined
  readonly succeeded: number
  readonly failed: number
  readonly parked: number
  /** When the first parked item is due, in milliseconds since the epoch. */
  readonly nextDueAt: number | undefined
  /** Requests that were sent: of every attempt, and of every redirect. */
  readonly requests: number
  /** Of these, refused because of a rate or a quota. */
  readonly throttled: number
  /** Milliseconds that were worked on it. */
  readonly elapsed: number
  /** Who works on it, as far as the store can tell: the id of a process. */
  readonly claimedBy: number | undefined
  /** Whether workers do it together, chunk by chunk, and nobody alone. @default false */
  readonly isShared?: boolean | undefined
}

/** Failures that have the same ending and message. */
export interface ErrorTally {
  readonly code: string
  readonly message: string
  readonly count: number
  /** The id of one of them. */
  readonly example: string
}

/** What the results of a run have in common. */
export interface RunTallies {
  /** How often each final status came up or, where there was none, each code of an error. */
  readonly endings: ReadonlyMap<string, number>
  /** The most frequent first. */
  readonly errors: readonly ErrorTally[]
  /** How many attempts took how long, by `durationBucket`. */
  readonly durations: ReadonlyMap<number, number>
}

/** Whether nothing is left to do. */
export function isFinished(run: StoredRun): boolean {
  return run.hasEnded && run.parked === 0 && run.succeeded + run.failed >= run.read
}

/** So many different messages of a run are counted each; servers that put a number into each must not fill the store. */
export const mostMessages = 200

/** What further messages are counted under, for each code. */
export const otherMessages = 'other messages'
