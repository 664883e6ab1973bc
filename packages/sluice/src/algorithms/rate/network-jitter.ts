import { jitterAllowance } from './send-ledger.ts'

/** Number of round trips of a generation; the last two generations are used, so that a new route is noticed. */
const generation = 1_000
/** Multiple of the mean jitter that one request in 40,000 exceeds, if the delays of both directions are exponential. */
const farTail = 5

/**
 * Upper bound of the delay of a request beyond the shortest one, derived from round trips, which include the way back
 * and the server's own time. To limit the loss of rate due to slow responses, it is at most 50 ms, or for long windows
 * 1 % up to a second, and never more than 5 % of a window.
 */
export class NetworkJitter {
  readonly #usual: number
  readonly #most: number
  #earlier = new RoundTrips()
  #recent = new RoundTrips()

  /** Jitter of requests counted in windows of `window` milliseconds. @param most overrides the bound of a delay. */
  constructor(window: number, most?: number) {
    this.#usual = jitterAllowance(window)
    this.#most = most ?? Math.min(window * 0.05, Math.max(50, Math.min(1_000, window * 0.01)))
  }

  /** True before the first round trip. */
  get isUnmeasured(): boolean {
    return this.#count === 0
  }

  /**
   * Adds a round trip. Returns an upper bound of that request's delay. Of `late`, the time before which it has probably
   * not arrived, the part by which the round trip exceeded the shortest is counted in full.
   */
  measure(roundTrip: number, late = 0): number {
    const isFirst = this.isUnmeasured
    if (this.#recent.count === generation) {
      this.#earlier = this.#recent
      this.#recent = new RoundTrips()
    }
    this.#recent.add(roundTrip, this.#most)
    // The shortest measured round trip exceeds the shortest possible one, hardly ever by more than this.
    const unseen = this.#most / this.#count + (4 * this.#mean) / Math.sqrt(this.#count)
    const delay = roundTrip - this.#shortest + unseen
    return Math.max(Math.min(this.#most, delay), isFirst ? late : Math.min(late, delay))
  }

  /** Expected delay of a request without a response yet. Before any measurement: the usual, or the maximum. */
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

  /** Mean delay beyond the shortest. Includes the usual delay once, because few samples are unreliable. */
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

  /** Sum of delays beyond `shortest`, a lower bound of all round trips. */
  over(shortest: number): number {
    return this.count === 0 ? 0 : this.#excess + this.count * (this.shortest - shortest)
  }
}
