/** Samples fewer than this are not reliably as scattered as they look; the error is widened by their number. */
const caution = 10
/** Shortest round trip in ms that is distinguished. */
const fastest = 0.1

/** Round trips of the requests that ended in one epoch. */
export interface RoundTrips {
  readonly count: number
  readonly mean: number
  /** The geometric mean: a few slow ones do not drag it along. */
  readonly typical: number
  /** The true one is likely within this factor of it, up or down: one standard error, more for few samples. */
  readonly error: number
}

/** One epoch of a limiter: it lasts about a round trip, and is judged as a whole when it is over. */
export class Epoch {
  readonly startedAt: number
  /** Requests that end before this were still affected by the previous limit. */
  readonly countsFrom: number
  /** When it may be over at the earliest. */
  readonly endsAt: number
  /** True if the limit was used up at some time. */
  isReached = false
  /** True if a rate limit held the run at some time. */
  isPaced = false
  losses = 0
  /** True if the server has refused something. */
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

  /** How many round trips it knows. */
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
    return {
      count: this.#count,
      mean: this.#sum / count,
      typical: Math.exp(logarithm),
      error: Math.exp(Math.sqrt(variance / count) * (1 + caution / count)),
    }
  }
}

/**
 * Minimum of the values added within a window of time.
 *
 * Kept as a queue whose values rise from front to back (a later smaller value makes the earlier ones irrelevant), so
 * that it is short and each step costs constant time on average.
 */
export class WindowedMinimum {
  #entries: { readonly at: number; readonly value: number }[] = []

  /** Adds `value`, and forgets what is older than `window`. */
  add(now: number, value: number, window: number): void {
    while (this.#entries.length > 0 && this.#entries.at(-1)!.value >= value) this.#entries.pop()
    this.#entries.push({ at: now, value })
    while (this.#entries[0]!.at < now - window) this.#entries.shift()
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries = []
  }

  /** Infinity before the first value. */
  get value(): number {
    return this.#entries[0]?.value ?? Number.POSITIVE_INFINITY
  }
}
