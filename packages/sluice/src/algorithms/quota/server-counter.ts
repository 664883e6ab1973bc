import type { SendHistory } from './send-history.ts'

/** Quota as one answer states it. Times are of our monotonic clock. */
export interface QuotaReading {
  readonly limit: number
  readonly remaining: number
  /** Used part of the quota, by us and by others. */
  readonly used: number
  /** Length of the quota's window in ms, if stated. */
  readonly window: number | undefined
  /** When more is available, if stated. */
  readonly moreAt: number | undefined
  /** Milliseconds from when it was counted until the whole quota is available, if stated. */
  readonly fullIn: number | undefined
  readonly sentAt: number
  readonly roundTrip: number
  /** Changes since the answer to an earlier request, if there was one. */
  readonly before: Before | undefined
}

export interface Before {
  readonly reading: QuotaReading
  /** Upper bound of our sends in between. */
  readonly sentByUs: number
  /** Lower bound of units that came back in between: more, if others used some. */
  readonly cameBack: number
}

/** Model of how a server counts. */
export interface ServerCounter {
  /** Takes in an answer. Returns false if a server that counts in this way cannot have given it. */
  report(now: number, reading: QuotaReading): boolean
  /** Earliest time from `now` at which `weight` units may leave. */
  earliest(now: number, weight: number): number
  /** Counts `weight` units as leaving at `now`. */
  take(now: number, weight: number): void
  /** Takes back `less` units that were counted too much for the send at `sentAt`; adds to them if negative. */
  giveBack?(less: number, sentAt: number): void
}

/** Longest window in ms that is spent evenly; longer ones are spent as needed. Stated times are rounded up. */
export const longestPaced = 62_000
/** Window in ms that is assumed where the server states none: a minute, which is the commonest. */
const assumedWindow = 60_000
/** Shortest window in ms that is assumed. */
const shortestWindow = 1_000
/** Units that may seem to come back because requests are lost. */
const countDoubt = 4
/** Time in ms between two readings that are compared, and by how much requests may overtake each other. */
const betweenReadings = 1_000
const mostOvertaking = 50

/** Requests that leave within this time, in ms, may overtake each other. */
export const overtaking = 10

/** Change of a count that may be due to others, or to answers that overtake each other. */
export function doubtOf(limit: number): number {
  return Math.max(2, limit / 8)
}

/** Whole minutes nearest to the longest stated reset, which is rounded up; undefined if none is near. */
export function nearestMinutes(longestReset: number): number | undefined {
  const minutes = Math.round(longestReset / 60_000) * 60_000
  return minutes > 0 && Math.abs(Math.round(longestReset) - minutes) <= 2_000 ? minutes : undefined
}

/**
 * Assumed length of a window that the server does not state.
 *
 * All that is counted comes back within one window. So the assumed one is halved when more has come back within it than was
 * ever counted at a time. The pace grows step by step: a bucket that is filled at that pace is not taken for a short window.
 */
export class WindowGuess {
  readonly #sends: SendHistory
  #window = assumedWindow
  #longestReset = shortestWindow
  #since = Number.NEGATIVE_INFINITY
  #last: QuotaReading | undefined
  #peak = 0
  #cameBack = 0

  constructor(sends: SendHistory) {
    this.#sends = sends
  }

  get window(): number {
    return this.#window
  }

  report(reading: QuotaReading): void {
    const { window, moreAt, sentAt, roundTrip, used } = reading
    if (window !== undefined) return
    // No stated time is longer than the window.
    const stated = (moreAt ?? sentAt) - sentAt - roundTrip
    this.#longestReset = Math.max(this.#longestReset, stated)
    if (stated > this.#window) this.#window = nearestMinutes(stated) ?? stated
    this.#peak = Math.max(this.#peak, used)
    if (this.#last === undefined || sentAt - this.#since > this.#window) this.#restart(reading)
    if (sentAt - this.#last!.sentAt < betweenReadings) return
    // Itself, and those that surely arrived in between.
    const sent = 1 + this.#sends.between(this.#last!.sentAt + mostOvertaking, sentAt - mostOvertaking)
    this.#cameBack += Math.max(0, this.#last!.used + sent - used)
    this.#last = reading
    if (this.#cameBack < 1.5 * this.#peak + countDoubt) return
    this.#window = Math.max(this.#longestReset, this.#window / 2)
    this.#restart(reading)
  }

  /** Sets a window that explains what is counted. */
  set(window: number): void {
    this.#window = window
  }

  #restart(reading: QuotaReading): void {
    this.#since = reading.sentAt
    this.#last = reading
    this.#peak = reading.used
    this.#cameBack = 0
  }
}
