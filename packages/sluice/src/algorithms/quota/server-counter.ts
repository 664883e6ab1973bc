import type { SendHistory } from './send-history.ts'

/** Quota as one response states it. Times are on the local monotonic clock. */
export interface QuotaReading {
  readonly limit: number
  readonly remaining: number
  /** Used part of the quota, by this process and by others. */
  readonly used: number
  /** Length of the quota's window in ms, if stated. */
  readonly window: number | undefined
  /** Time at which more units are available, if stated. */
  readonly moreAt: number | undefined
  /** Milliseconds from the time of counting until the whole quota is available, if stated. */
  readonly fullIn: number | undefined
  readonly sentAt: number
  readonly roundTrip: number
  /** Changes since the response to an earlier request, if there was one. */
  readonly before: Before | undefined
}

export interface Before {
  readonly reading: QuotaReading
  /** Upper bound of this process's sends in between. */
  readonly sentByUs: number
  /** Lower bound of the units that returned in between: more, if others used some. */
  readonly cameBack: number
}

/** Model of a server's counting. */
export interface ServerCounter {
  /** Processes a response. Returns false if it contradicts this model. */
  report(now: number, reading: QuotaReading): boolean
  /** Earliest time from `now` at which `weight` units may be sent. */
  earliest(now: number, weight: number): number
  /** Counts `weight` units as sent at `now`. */
  take(now: number, weight: number): void
  /** Refunds `less` units that were overcounted for the send at `sentAt`; adds to them if negative. */
  giveBack?(less: number, sentAt: number): void
}

/** Longest window in ms that is paced evenly; longer ones are spent as needed. Stated times are rounded up. */
export const longestPaced = 62_000
/** Window in ms that is assumed if the server states none: a minute, the most common one. */
const assumedWindow = 60_000
/** Shortest assumed window in ms. */
const shortestWindow = 1_000
/** Units that may appear to return because requests were lost. */
const countDoubt = 4
/** Minimum time in ms between two compared readings, and maximum time by which requests may overtake each other. */
const betweenReadings = 1_000
const maxOvertaking = 50

/** Requests sent within this time, in ms, may overtake each other. */
export const overtaking = 10

/** Change of a count that may be due to other clients, or to responses out of order. */
export function doubtOf(limit: number): number {
  return Math.max(2, limit / 8)
}

/** Whole minutes closest to the longest stated reset, which is rounded up; undefined if none is close. */
export function nearestMinutes(longestReset: number): number | undefined {
  const minutes = Math.round(longestReset / 60_000) * 60_000
  return minutes > 0 && Math.abs(Math.round(longestReset) - minutes) <= 2_000 ? minutes : undefined
}

/**
 * Estimates the length of a window that the server does not state.
 *
 * All counted units return within one window. So the estimate is halved when more units have returned within it than
 * were ever counted at a time. The pace grows step by step, so that a bucket refilled at that pace is not mistaken for
 * a short window.
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
    // No stated time exceeds the window.
    const stated = (moreAt ?? sentAt) - sentAt - roundTrip
    this.#longestReset = Math.max(this.#longestReset, stated)
    if (stated > this.#window) this.#window = nearestMinutes(stated) ?? stated
    this.#peak = Math.max(this.#peak, used)
    if (this.#last === undefined || sentAt - this.#since > this.#window) this.#restart(reading)
    if (sentAt - this.#last!.sentAt < betweenReadings) return
    // The request itself, and those that certainly arrived in between.
    const sent = 1 + this.#sends.between(this.#last!.sentAt + maxOvertaking, sentAt - maxOvertaking)
    this.#cameBack += Math.max(0, this.#last!.used + sent - used)
    this.#last = reading
    if (this.#cameBack < 1.5 * this.#peak + countDoubt) return
    this.#window = Math.max(this.#longestReset, this.#window / 2)
    this.#restart(reading)
  }

  /** Sets a window that explains the count. */
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
