import { caution, type RoundTrips } from './epoch.ts'

/** Queue that the limit includes, as a fraction of the requests in service: without one, the server idles at times. */
const queuePart = 0.12
/** The same for each unit of the spread of round trips: uneven requests need a longer queue. */
const unevenPart = 0.15
/** The same in requests: servers of a few workers are whole numbers. */
const queueRest = 0.75
/** Below this limit, one more is tried if round trips show no queue: an eighth of so few makes no other whole number. */
const few = 3
const trial = 0.95
/** Standard errors by which the limit must be too high before it is cut as a whole. */
const aboveBy = 1.5
/** Standard errors by which an epoch is clearly faster, and beyond doubt. */
const [clearly, beyondDoubt] = [2.5, 5]
/** Number of requests after which older ones lose weight. */
const remembered = 200
/** Variance, of the logarithm, from which the baseline is uncertain: one standard error is a tenth. */
const uncertain = 0.01

/** Limit that fits a server. */
export interface Estimate {
  readonly best: number
  /** Upper estimate. */
  readonly highest: number
  /** Standard error of the logarithm of `best`. */
  readonly error: number
}

/**
 * Typical round trip at a server without a queue: an average over the epochs that drained the queue. A clearly faster
 * one counts as much as all before it, or replaces them. While it is uncertain, epochs count that may have been without a queue, too.
 */
export class Baseline {
  #logarithm = Number.POSITIVE_INFINITY
  #squaredSpread = 0
  /** Number of requests that it is made of. */
  #weight = 0

  /** Infinity before the first epoch. */
  get value(): number {
    return Math.exp(this.#logarithm)
  }

  /** Standard deviation of the logarithms of its round trips. */
  get spread(): number {
    return Math.sqrt(this.#squaredSpread)
  }

  /** Squared standard error of the logarithm of the value. */
  get variance(): number {
    if (this.#weight === 0) return 1
    return (this.#squaredSpread / this.#weight) * (1 + caution / this.#weight) ** 2
  }

  get isUncertain(): boolean {
    return this.variance > uncertain
  }

  /** Adds an epoch. `isDrained` says that the limit was too low for a queue. */
  add(trips: RoundTrips, isDrained: boolean): void {
    const { count, typical, error, spread } = trips
    const logarithm = Math.log(typical)
    const difference = logarithm - this.#logarithm
    const errors = difference / Math.log(error)
    if (errors < -beyondDoubt) {
      this.replace(trips)
      return
    }
    const isFaster = errors < -clearly
    const isAlike = difference < Math.hypot(Math.log(error), Math.sqrt(this.variance))
    if (!isDrained && !isFaster && !(this.isUncertain && isAlike)) return
    const known = isFaster ? Math.min(this.#weight, count) : this.#weight
    const weight = known + count
    this.#logarithm = (this.#logarithm * known + logarithm * count) / weight
    this.#squaredSpread = (this.#squaredSpread * known + spread * spread * count) / weight
    this.#weight = Math.min(weight, remembered)
  }

  replace({ count, typical, spread }: RoundTrips): void {
    this.#logarithm = Math.log(typical)
    this.#squaredSpread = spread * spread
    this.#weight = count
  }

  /** Limit with which the server is just busy, from the round trips under a limit. */
  estimate(limit: number, { typical, error: factor }: RoundTrips): Estimate {
    const error = Math.hypot(Math.log(factor), Math.sqrt(this.variance))
    const inService = limit / Math.max(1, typical / this.value)
    const wanted = inService * (1 + queuePart + unevenPart * this.spread)
    const rest = limit < few ? trial : queueRest
    return { best: wanted + rest, highest: wanted * Math.exp(aboveBy * error) + rest, error }
  }

  /**
   * Replaces the baseline if the server has become slower, whatever the limit: if the limiter itself caused a queue with
   * round trips of `slow`, half the limit would halve them, or bring them down to the baseline.
   */
  doubt(slow: number, halved: RoundTrips): void {
    const expected = Math.max(slow / 2, this.value)
    if (halved.typical > Math.sqrt(slow * expected)) this.replace(halved)
  }
}
