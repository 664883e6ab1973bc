import type { Clock, Timer } from './clock.ts'

/** Interval of the samples in milliseconds. */
const interval = 25
/** Weight of the newest sample. */
const weight = 0.3

/**
 * Delay of the event loop, measured by how late a timer fires. Measured only during work, so that it does not keep the
 * process alive.
 */
export class LoopDelay {
  readonly #clock: Clock
  #timer: Timer | undefined
  #workers = 0
  #delay = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Moving average of the delay in milliseconds. */
  get delay(): number {
    return this.#delay
  }

  /** Starts measuring for one user. */
  begin(): void {
    this.#workers++
    if (this.#timer === undefined) this.#look()
  }

  /** Stops measuring for one user. */
  end(): void {
    this.#workers--
    if (this.#workers > 0) return
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #look(): void {
    const dueAt = this.#clock.now() + interval
    this.#timer = this.#clock.timer(interval, () => {
      const lateness = Math.max(0, this.#clock.now() - dueAt)
      this.#delay += weight * (lateness - this.#delay)
      this.#look()
    })
  }
}
