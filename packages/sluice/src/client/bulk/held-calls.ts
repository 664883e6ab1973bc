import type { BackPressure, Call } from '../../policies/attempt.ts'

/** Calls of a run that wait until its results are consumed, or until the run is no longer held. */
export class HeldCalls implements BackPressure {
  readonly #isFull: () => boolean
  readonly #holders: (() => boolean)[] = []
  readonly #waiting: (() => void)[] = []
  readonly #onAdmitted: (call: Call) => void

  /** `isFull` returns true while the consumer of the results lags. */
  constructor(isFull: () => boolean, onAdmitted: (call: Call) => void) {
    this.#isFull = isFull
    this.#onAdmitted = onAdmitted
  }

  get isOpen(): boolean {
    return !this.#isFull() && !this.isPaused
  }

  get isPaused(): boolean {
    return this.#holders.length > 0 && this.#holders.some((isHeld) => isHeld())
  }

  /** Also calls `isHeld` before each attempt. */
  holdWhile(isHeld: () => boolean): void {
    this.#holders.push(isHeld)
  }

  whenOpen(reenter: () => void): void {
    this.#waiting.push(reenter)
  }

  onAdmitted(call: Call): void {
    this.#onAdmitted(call)
  }

  /** Back-pressure of a call that goes on, although the consumer lags, while `isExempt` returns true. */
  except(isExempt: () => boolean): BackPressure {
    const held = this
    return {
      get isOpen() {
        return held.isOpen || (isExempt() && !held.isPaused)
      },
      get isPaused() {
        return held.isPaused
      },
      whenOpen: (reenter) => held.whenOpen(reenter),
      onAdmitted: (call) => held.onAdmitted(call),
    }
  }

  /** Starts the calls that are no longer held. With `hasExempt` one of them may be exempt: each is asked again. */
  release(hasExempt: boolean): void {
    const isOpen = this.isOpen || (hasExempt && !this.isPaused)
    if (this.#waiting.length > 0 && isOpen) for (const reenter of this.#waiting.splice(0)) reenter()
  }
}
