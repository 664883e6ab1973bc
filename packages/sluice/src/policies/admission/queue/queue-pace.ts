/** Admissions over which the pace is averaged. */
const remembered = 32

/** How fast a queue moves: the average time between two admissions while calls wait. */
export class QueuePace {
  #interval = 0
  #count = 0
  #lastAt = 0
  #isBusy = false

  /** Counts an admission, after which `waiting` calls are left. */
  onAdmitted(now: number, waiting: number): void {
    if (this.#isBusy) this.#interval = this.#withGap(now, ++this.#count)
    this.#lastAt = now
    this.#isBusy = waiting > 0
  }

  /** Milliseconds until `count` more calls have gone; undefined while no call has followed another. */
  timeFor(count: number, now: number): number | undefined {
    if (this.#count === 0) return undefined
    // A queue that has come to a stop is slower than its past.
    return count * Math.max(this.#interval, this.#withGap(now, this.#count + 1))
  }

  #withGap(now: number, count: number): number {
    return this.#interval + (now - this.#lastAt - this.#interval) / Math.min(remembered, count)
  }
}
