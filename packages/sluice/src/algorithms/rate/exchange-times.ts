/** Exchanges that are remembered. */
const remembered = 16
/** Longest lateness, in ms, that is expected. */
const longestLateness = 1_000

/** Times of the last exchanges with a server. */
export class ExchangeTimes {
  readonly #times: number[] = []
  #quickest = Number.POSITIVE_INFINITY

  add(time: number): void {
    this.#times.push(time)
    this.#quickest = Math.min(this.#quickest, time)
    if (this.#times.length > remembered) this.#times.shift()
  }

  /** How much longer than the quickest an exchange may take, in ms: what all but one in ten of the last have kept. */
  get lateness(): number {
    if (this.#times.length < 2) return 0
    const sorted = this.#times.toSorted((a, b) => a - b)
    const usual = sorted[Math.ceil(sorted.length * 0.9) - 1]!
    return Math.min(longestLateness, usual - this.#quickest)
  }
}
