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

  /** Starts the calls that are no longer held. */
  release(): void {
    if (this.#waiting.length > 0 && this.isOpen) for (const reenter of this.#waiting.splice(0)) reenter()
  }
}
