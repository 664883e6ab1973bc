/** Number of admissions over which the pace is averaged. */
const remembered = 32

/** Pace of a queue: the average time between two admissions while calls wait. */
export class QueuePace {
  #interval = 0
  #count = 0
  #lastAt = 0
  #isBusy = false

  /** Counts an admission that leaves `waiting` calls in the queue. */
  onAdmitted(now: number, waiting: number): void {
    if (this.#isBusy) this.#interval = this.#withGap(now, ++this.#count)
    this.#lastAt = now
    this.#isBusy = waiting > 0
  }

  /** Milliseconds until `count` more calls have been sent; undefined until two calls have been sent in succession. */
  timeFor(count: number, now: number): number | undefined {
    if (this.#count === 0) return undefined
    // A stalled queue is slower than its past.
    return count * Math.max(this.#interval, this.#withGap(now, this.#count + 1))
  }

  #withGap(now: number, count: number): number {
    return this.#interval + (now - this.#lastAt - this.#interval) / Math.min(remembered, count)
  }
}
