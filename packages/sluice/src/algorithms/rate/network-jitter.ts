import { jitterAllowance } from './send-ledger.ts'

/** Round trips of one generation; the last two are used, so that a new route is noticed. */
const generation = 1_000
/** Multiple of the mean jitter that one request in 40,000 exceeds, if both directions vary exponentially. */
const farTail = 5

/**
 * Upper bound of the delay of a request beyond the shortest one, derived from round trips, which include the way back and the
 * server's own time. So that slow answers do not cost much of a rate, it is at most 50 ms, or 1 % of a long window up to a
 * second, and never more than 5 % of a window.
 */
export class NetworkJitter {
  readonly #usual: number
  readonly #most: number
  #earlier = new RoundTrips()
  #recent = new RoundTrips()

  /** Jitter of requests that are counted in windows of `window` milliseconds. @param most Bound of a delay, in its place. */
  constructor(window: number, most?: number) {
    this.#usual = jitterAllowance(window)
    this.#most = most ?? Math.min(window * 0.05, Math.max(50, Math.min(1_000, window * 0.01)))
  }

  /** True while there was no round trip. */
  get isUnmeasured(): boolean {
    return this.#count === 0
  }

  /**
   * Takes in a round trip. Returns an upper bound of that request's delay. Of `late`, the time before which it has probably not
   * arrived, all counts by which it took longer than the shortest.
   */
  measure(roundTrip: number, late = 0): number {
    const isFirst = this.isUnmeasured
    if (this.#recent.count === generation) {
      this.#earlier = this.#recent
      this.#recent = new RoundTrips()
    }
    this.#recent.add(roundTrip, this.#most)
    // The shortest seen is longer than the shortest possible, hardly ever by more than this.
    const unseen = this.#most / this.#count + (4 * this.#mean) / Math.sqrt(this.#count)
    const delay = roundTrip - this.#shortest + unseen
    return Math.max(Math.min(this.#most, delay), isFirst ? late : Math.min(late, delay))
  }

  /** Expected delay of a request without an answer yet. While nothing is measured: the usual, or the most. */
  expect(atFirst: 'usual' | 'most'): number {
    if (this.#count > 0) return Math.min(this.#most, farTail * this.#mean)
    return atFirst === 'most' ? this.#most : this.#usual
  }

  get #count(): number {
    return this.#earlier.count + this.#recent.count
  }

  get #shortest(): number {
    return Math.min(this.#earlier.shortest, this.#recent.shortest)
  }

  /** Mean delay beyond the shortest. The usual delay is counted in, because few samples say little. */
  get #mean(): number {
    const shortest = this.#shortest
    return (this.#usual + this.#earlier.over(shortest) + this.#recent.over(shortest)) / this.#count
  }
}

class RoundTrips {
  count = 0
  shortest: number = Number.POSITIVE_INFINITY
  /** Sum of delays beyond the shortest. */
  #excess = 0

  /** Adds a round trip; a delay beyond `most` counts as `most`. */
  add(roundTrip: number, most: number): void {
    if (roundTrip < this.shortest) {
      if (this.count > 0) this.#excess += this.count * Math.min(most, this.shortest - roundTrip)
      this.shortest = roundTrip
    }
    this.#excess += Math.min(most, roundTrip - this.shortest)
    this.count++
  }

  /** Sum of delays beyond `shortest`, which no round trip is below. */
  over(shortest: number): number {
    return this.count === 0 ? 0 : this.#excess + this.count * (this.shortest - shortest)
  }
}
