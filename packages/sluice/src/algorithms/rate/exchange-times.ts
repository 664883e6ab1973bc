/** Number of exchanges that are stored. */
const remembered = 16
/** Maximum expected lateness in ms. */
const longestLateness = 1_000

/** Durations of the latest exchanges with a server. The first is not counted: it opens a connection. */
export class ExchangeTimes {
  readonly #times: number[] = []
  #quickest = Number.POSITIVE_INFINITY
  #isFirst = true

  add(time: number): void {
    if (this.#isFirst) {
      this.#isFirst = false
      return
    }
    this.#times.push(time)
    this.#quickest = Math.min(this.#quickest, time)
    if (this.#times.length > remembered) this.#times.shift()
  }

  /**
   * Time in ms from the answer's instant at the server until it arrives, for nine of ten: half of the fastest exchange, and
   * what the 90th percentile of the latest ones exceeds it by.
   */
  get lateness(): number {
    if (this.#times.length < 2) return 0
    const sorted = this.#times.toSorted((a, b) => a - b)
    const usual = sorted[Math.ceil(sorted.length * 0.9) - 1]!
    return Math.min(longestLateness, usual - this.#quickest / 2)
  }
}
