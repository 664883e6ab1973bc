import type { Clock, Timer } from './clock.ts'

/** Maximum delay of the platform's timers: beyond 2^31 - 1 ms they fire immediately. */
const longestDelay = 2_147_483_647

class SystemTimer implements Timer {
  readonly #dueAt: number
  readonly #fire: () => void
  #handle: ReturnType<typeof setTimeout>

  constructor(delay: number, fire: () => void) {
    this.#dueAt = performance.now() + delay
    this.#fire = fire
    this.#handle = this.#arm(delay)
  }

  cancel(): void {
    clearTimeout(this.#handle)
  }

  #arm(delay: number): ReturnType<typeof setTimeout> {
    // Rounded up: the platform drops fractions and may fire up to a millisecond early.
    return setTimeout(this.#ring, Math.min(Math.max(0, Math.ceil(delay)), longestDelay))
  }

  #ring = (): void => {
    const left = this.#dueAt - performance.now()
    if (left > 0) this.#handle = this.#arm(left)
    else this.#fire()
  }
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  timer: (delay, fire) => new SystemTimer(delay, fire),
}
