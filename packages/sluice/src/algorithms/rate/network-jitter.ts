import { jitterAllowance } from './send-ledger.ts'

/** What is known is that of the last one or two thousand round trips, so that another route is noticed. */
const generation = 1_000
/** If both ways vary exponentially, one request in 40,000 is later than the next by five times the mean of both ways. */
const farTail = 5

/**
 * How much longer than the shortest way a request may have been under way to the server, as round trips tell.
 *
 * An upper bound, because the way back and the server's own time are in a round trip too. So that answers that take
 * differently long do not cost much of a rate, no more is believed than 50 ms, or 1 % of a long window up to a second,
 * and never more than 5 % of a window.
 */
export class NetworkJitter {
  readonly #usual: number
  readonly #most: number
  #earlier = new RoundTrips()
  #recent = new RoundTrips()

  /** For requests that are counted in windows of so many milliseconds. */
  constructor(window: number) {
    this.#usual = jitterAllowance(window)
    this.#most = Math.min(window * 0.05, Math.max(50, Math.min(1_000, window * 0.01)))
  }

  /** Takes in how long a request took to be answered. Returns by how much that one was late at most. */
  measure(roundTrip: number): number {
    if (this.#recent.count === generation) {
      this.#earlier = this.#recent
      this.#recent = new RoundTrips()
    }
    this.#recent.add(roundTrip, this.#most)
    // The shortest of n is longer than the shortest there is; hardly ever by more than this if both ways vary.
    const unseen = this.#most / this.#count + (4 * this.#mean) / Math.sqrt(this.#count)
    return Math.min(this.#most, roundTrip - this.#shortest + unseen)
  }

  /** By how much one may be late of which nothing is known yet. While nothing is measured: the usual, or the most. */
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

  /** By how much they were longer than the shortest. The usual is counted in, because few say little. */
  get #mean(): number {
    const shortest = this.#shortest
    return (this.#usual + this.#earlier.over(shortest) + this.#recent.over(shortest)) / this.#count
  }
}

class RoundTrips {
  count = 0
  shortest: number = Number.POSITIVE_INFINITY
  /** What they took longer than the shortest, added up. */
  #excess = 0

  /** One that was longer by more than `most` counts as that. */
  add(roundTrip: number, most: number): void {
    if (roundTrip < this.shortest) {
      if (this.count > 0) this.#excess += this.count * Math.min(most, this.shortest - roundTrip)
      this.shortest = roundTrip
    }
    this.#excess += Math.min(most, roundTrip - this.shortest)
    this.count++
  }

  /** What they took longer than `shortest`, which is not longer than any of them. */
  over(shortest: number): number {
    return this.count === 0 ? 0 : this.#excess + this.count * (this.shortest - shortest)
  }
}
