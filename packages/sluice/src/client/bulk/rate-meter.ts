const windowLength = 10_000

/** How many results came in per second lately: one count for each of the last ten seconds. */
export class RateMeter {
  readonly #counts = new Float64Array(windowLength / 1_000)
  readonly #startedAt: number
  #second = 0

  constructor(now: number) {
    this.#startedAt = now
  }

  add(now: number): void {
    this.#moveTo(now)
    this.#counts[this.#second % this.#counts.length]! += 1
  }

  /** Per second. */
  rate(now: number): number {
    this.#moveTo(now)
    const sinceStart = now - this.#startedAt
    // The current second has only just begun; the others are whole.
    const covered = Math.min(sinceStart, windowLength - 1_000 + (sinceStart % 1_000))
    const sum = this.#counts.reduce((total, count) => total + count, 0)
    return covered < 1 ? 0 : (sum * 1_000) / covered
  }

  #moveTo(now: number): void {
    const second = Math.floor((now - this.#startedAt) / 1_000)
    const oldest = Math.max(this.#second + 1, second - this.#counts.length + 1)
    for (let emptied = oldest; emptied <= second; emptied++) this.#counts[emptied % this.#counts.length] = 0
    this.#second = Math.max(this.#second, second)
  }
}
