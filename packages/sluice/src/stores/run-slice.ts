/** A stretch of a run as the process that did it has seen it: what the plots over time are drawn from. */
export interface RunSlice {
  /** Its beginning, in milliseconds since the epoch. */
  readonly at: number
  /** Its length in milliseconds. */
  readonly ms: number
  /** Results in it. */
  readonly succeeded: number
  readonly failed: number
  /** Attempts of its results that were refused because of a rate or a quota. */
  readonly throttled: number
  /** Number of attempts by duration, in every fifth bucket of `durationBucket`: up to 10 % too long. */
  readonly durations: readonly (readonly [bucket: number, count: number])[]
  /** Largest number of requests in flight that was seen, and their limit at the end. */
  readonly inFlight: number
  readonly limit: number
  /** Milliseconds in which at least one call waited, by limit; `backoff` is the sum over all calls. */
  readonly waits: Readonly<Record<string, number>>
  /** Its slowest calls, by the index of their item. */
  readonly slowest: readonly (readonly [index: number, ms: number])[]
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** Beginning and length of the slice of a moment: seconds in the first hour of a run, minutes on its first day, then hours. */
export function sliceAt(moment: number, runCreatedAt: number): Pick<RunSlice, 'at' | 'ms'> {
  const age = Math.max(0, moment - runCreatedAt)
  const ms = age < hour ? second : age < 24 * hour ? minute : hour
  return { at: runCreatedAt + Math.floor(age / ms) * ms, ms }
}
