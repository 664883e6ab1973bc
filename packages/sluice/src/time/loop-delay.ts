import type { Clock, Timer } from './clock.ts'

/** How often the loop is looked at, in milliseconds. */
const interval = 25
/** How much the newest look counts. */
const weight = 0.3

/** How late our own event loop is, by how late a timer rings. Measured only while somebody works, so that nothing is kept awake. */
export class LoopDelay {
  readonly #clock: Clock
  #timer: Timer | undefined
  #workers = 0
  #delay = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A moving mean of the lateness, in milliseconds. */
  get delay(): number {
    return this.#delay
  }

  /** Somebody begins to work. */
  begin(): void {
    this.#workers++
    if (this.#timer === undefined) this.#look()
  }

  /** Somebody has finished. */
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
