/** What one answer tells of a quota. Times are of our monotonic clock. */
export interface QuotaReading {
  readonly limit: number
  readonly remaining: number
  /** Of the whole quota: by us and by others. */
  readonly used: number
  /** Milliseconds of the quota's window, if it is told. */
  readonly window: number | undefined
  /** When there is more, if it is told. */
  readonly moreAt: number | undefined
  /** Milliseconds from when it was counted until all is there again, if that is told. */
  readonly fullIn: number | undefined
  readonly sentAt: number
  readonly roundTrip: number
  /** What is known since the answer to an earlier request, if there was one. */
  readonly before: Before | undefined
}

export interface Before {
  readonly reading: QuotaReading
  /** At most so much was sent by us in between. */
  readonly sentByUs: number
  /** At least so much came back in between: more, if others took some. */
  readonly cameBack: number
}

/** A way in which servers count. */
export interface ServerCounter {
  /** Takes in an answer. Returns false if nobody who counts in this way can have said it. */
  report(now: number, reading: QuotaReading): boolean
  /** The earliest time from `now` on at which `weight` units may leave. */
  earliest(now: number, weight: number): number
  /** Is told after `weight` units have left at `now`. */
  take(now: number, weight: number): void
}

/** Windows up to this long, in milliseconds, are spent evenly; longer ones as they are wanted. Their times are rounded up. */
export const longestPaced = 62_000
/** A window that nobody tells is taken for a minute, which is the commonest. */
export const assumedWindow = 60_000

/** Requests that leave so close to each other, in milliseconds, may overtake on the way. */
export const overtaking = 10

/** A change of what is told by no more than this may be others' doing, or that of answers that overtake each other. */
export function doubtOf(limit: number): number {
  return Math.max(2, limit / 8)
}

/** The whole minutes that are meant by the longest time that was told; none if it is not near them. Times are rounded up. */
export function nearestMinutes(longestReset: number): number | undefined {
  const minutes = Math.round(longestReset / 60_000) * 60_000
  return minutes > 0 && Math.abs(Math.round(longestReset) - minutes) <= 2_000 ? minutes : undefined
}
