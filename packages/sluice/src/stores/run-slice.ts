/** Time slice of a run as seen by the process that worked on it. Plots over time are drawn from slices. */
export interface RunSlice {
  /** Start, in milliseconds since the epoch. */
  readonly at: number
  /** Length in milliseconds. */
  readonly ms: number
  /** Number of results settled in it. */
  readonly succeeded: number
  readonly failed: number
  /** Number of attempts of its results that were refused because of a rate or a quota. */
  readonly throttled: number
  /** Number of attempts by duration, in every fifth bucket of `durationBucket`: durations are up to 10 % too long. */
  readonly durations: readonly (readonly [bucket: number, count: number])[]
  /** Largest observed number of requests in flight, and their limit at the end. */
  readonly inFlight: number
  readonly limit: number
  /** Time in milliseconds in which at least one call waited, by limit; `backoff` is the sum over all calls. */
  readonly waits: Readonly<Record<string, number>>
  /** Its slowest calls, by index of their item. */
  readonly slowest: readonly (readonly [index: number, ms: number])[]
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/**
 * Start and length of the slice of a moment: one second in the first hour of a run, one minute on its first day, then
 * one hour.
 */
export function sliceAt(moment: number, runCreatedAt: number): Pick<RunSlice, 'at' | 'ms'> {
  const age = Math.max(0, moment - runCreatedAt)
  const ms = age < hour ? second : age < 24 * hour ? minute : hour
  return { at: runCreatedAt + Math.floor(age / ms) * ms, ms }
}
