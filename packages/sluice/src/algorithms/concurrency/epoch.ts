/** With fewer samples than this, their scatter is unreliable; the error is widened accordingly. */
export const caution = 10
/** Shortest round trip in ms; shorter ones count as this. */
const fastest = 0.1

/** End of one request. */
export interface RequestEnd {
  /**
   * A loss is an error, a timeout or a broken connection; a refusal is an explicit overload response of the server.
   * Outcomes that are unrelated to the load are ignored.
   */
  readonly kind: 'success' | 'loss' | 'refusal' | 'ignore'
  readonly sentAt: number
  /** Duration in ms, without delays of the local event loop and of a consumer that reads the response slowly. */
  readonly rtt: number
  /** Milliseconds by which such a consumer delayed the end. @default 0 */
  readonly heldBack?: number
  /** True if a rate limit constrains the run: then the concurrency limit does not grow. */
  readonly isPaced: boolean
}

/** Round trips of the requests that ended in one epoch. */
export interface RoundTrips {
  readonly count: number
  readonly mean: number
  /** Geometric mean, which a few slow requests distort little. */
  readonly typical: number
  /** Factor within which the true mean is likely to be: one standard error, widened for few samples. */
  readonly error: number
  /** Standard deviation of the logarithms: 0 if all take the same time, about 1 if they vary exponentially. */
  readonly spread: number
}

/** One epoch of a limiter: lasts about a round trip, and is judged as a whole at its end. */
export class Epoch {
  readonly startedAt: number
  /** Requests that end before this were still affected by the previous limit. */
  readonly countsFrom: number
  /** Earliest end. */
  readonly endsAt: number
  /** True if the limit was reached at some time. */
  isReached = false
  /** True if a rate limit constrained the run at some time. */
  isPaced = false
  losses = 0
  /** True if the server refused a request. */
  isRefused = false
  #count = 0
  #sum = 0
  #logarithms = 0
  #squares = 0

  constructor(startedAt: number, countsFrom: number, endsAt: number) {
    this.startedAt = startedAt
    this.countsFrom = countsFrom
    this.endsAt = endsAt
  }

  /** Number of round trips. */
  get count(): number {
    return this.#count
  }

  add(now: number, rtt: number): void {
    if (now < this.countsFrom) return
    const logarithm = Math.log(Math.max(rtt, fastest))
    this.#count++
    this.#sum += rtt
    this.#logarithms += logarithm
    this.#squares += logarithm * logarithm
  }

  roundTrips(): RoundTrips {
    const count = Math.max(1, this.#count)
    const logarithm = this.#logarithms / count
    const variance = Math.max(0, this.#squares / count - logarithm * logarithm)
    const spread = Math.sqrt(variance)
    return {
      count: this.#count,
      mean: this.#sum / count,
      typical: Math.exp(logarithm),
      error: Math.exp((spread / Math.sqrt(count)) * (1 + caution / count)),
      spread,
    }
  }
}

/**
 * Minimum of the values added within a window of time.
 *
 * Stored as a queue with values that rise from front to back (a later smaller value makes the earlier ones irrelevant),
 * so that it is short and each step takes amortized constant time.
 */
export class WindowedMinimum {
  #entries: { readonly at: number; readonly value: number }[] = []

  /** Adds `value`, and drops values older than `window`. */
  add(now: number, value: number, window: number): void {
    while (this.#entries.length > 0 && this.#entries.at(-1)!.value >= value) this.#entries.pop()
    this.#entries.push({ at: now, value })
    while (this.#entries[0]!.at < now - window) this.#entries.shift()
  }

  /** Drops all values. */
  clear(): void {
    this.#entries = []
  }

  /** Infinity before the first value. */
  get value(): number {
    return this.#entries[0]?.value ?? Number.POSITIVE_INFINITY
  }
}
