import type { Clock, Timer } from '../../time/clock.ts'

/** One timer for the earliest moment at which somebody may go on. */
export class WakeTimer {
  readonly #clock: Clock
  readonly #wake: () => void
  #timer: Timer | undefined
  #at = Number.POSITIVE_INFINITY

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  /** Rings at `at` and at no other time; never for Infinity. */
  set(at: number, now: number): void {
    if (at === this.#at && this.#timer !== undefined) return
    this.cancel()
    this.#at = at
    if (at === Number.POSITIVE_INFINITY) return
    this.#timer = this.#clock.timer(at - now, () => {
      this.#timer = undefined
      this.#wake()
    })
  }

  cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
