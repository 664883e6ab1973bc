/** How much faster or slower than ours another clock may go: 100 ppm, more than quartz ever does. */
const drift = 0.0001

/**
 * How a clock elsewhere stands to ours, as far as it is known to be at most: an instant that is computed is never too
 * early, and too late by no more than the quickest exchange took.
 *
 * Each exchange bounds it: the other clock was read after we asked and before the answer was here. The tightest bound
 * holds, so that one late answer costs nothing, and grows looser with time, because clocks drift.
 */
export class SourceClock {
  #most = Number.POSITIVE_INFINITY
  #since = 0
  #doubt = Number.POSITIVE_INFINITY

  /** How much too late an instant can be at most: as long as the exchange took by which it is known. */
  get doubt(): number {
    return this.#doubt
  }

  /** The other clock showed `at` at some moment from `sentAt` to `receivedAt`. */
  heard(sentAt: number, at: number, receivedAt: number): void {
    const known = this.#at(receivedAt)
    const wasSetBack = sentAt - at > known
    if (receivedAt - at > known && !wasSetBack) return
    this.#most = receivedAt - at
    this.#since = receivedAt
    this.#doubt = receivedAt - sentAt
  }

  /** The moment on our clock at which that instant has come for certain. Only after something was heard. */
  toLocal(instant: number, now: number): number {
    return instant + this.#at(now)
  }

  #at(now: number): number {
    return this.#most + Math.max(0, now - this.#since) * drift
  }
}
