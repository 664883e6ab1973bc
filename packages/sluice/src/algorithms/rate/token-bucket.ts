import type { Rate } from './rate.ts'

/**
 * Token bucket that holds `burst` tokens and refills at `rate`: for servers that allow a burst after idleness.
 *
 * Never more than `rate x t + burst` units are sent in any time t, as long as none weighs more than `burst`. Stored as
 * GCRA: one instant, the theoretical arrival time (ITU-T I.371; throttled/throttled).
 */
export class TokenBucket {
  readonly #gap: number
  readonly #tolerance: number
  #arrival = Number.NEGATIVE_INFINITY

  constructor({ count, per }: Rate, burst: number) {
    this.#gap = per / count
    this.#tolerance = this.#gap * burst
  }

  /** Earliest time from `now` at which `weight` units may be sent. Weights above the burst wait for a full bucket. */
  earliest(now: number, weight: number): number {
    const cost = Math.min(this.#gap * weight, this.#tolerance)
    return Math.max(now, this.#arrival + cost - this.#tolerance)
  }

  /** Counts `weight` units as sent at `now`. */
  take(now: number, weight: number): void {
    this.#arrival = Math.max(now, this.#arrival) + this.#gap * weight
  }

  /** Corrects the amount taken by `more` units, which may be negative. */
  correct(more: number): void {
    this.#arrival += this.#gap * more
  }

  /** True if it is in its initial state. */
  isFresh(now: number): boolean {
    return this.#arrival <= now
  }
}
