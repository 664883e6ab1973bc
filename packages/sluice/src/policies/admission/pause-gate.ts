import { PausedError } from '../errors.ts'
import { type Answer, type Gate, go, type Settled } from './gate.ts'

export interface PauseSettings {
  /** How long the server asks to wait, in milliseconds, if an answer says so. */
  readonly waitAsked: (settled: Settled) => number | undefined
  /** A longer wait is not waited for: until it is over, calls are refused with its date. */
  readonly longest: number
  /** The date of a moment on the monotonic clock, in milliseconds since the epoch. */
  readonly dateOf: (moment: number) => number
  /** Told when the gate closes, not each time that it is closed for a little longer. */
  readonly onPause: (until: number) => void
}

/** Closed for as long as the server asked: one refusal stops everyone behind the same limit, for the whole time. */
export class PauseGate implements Gate {
  readonly name = 'Retry-After'
  readonly #settings: PauseSettings
  #until = Number.NEGATIVE_INFINITY
  /** Until when calls are refused rather than kept waiting. */
  #refusesUntil = Number.NEGATIVE_INFINITY

  constructor(settings: PauseSettings) {
    this.#settings = settings
  }

  ask(now: number): Answer {
    if (now < this.#refusesUntil)
      return { kind: 'no', error: new PausedError(this.#settings.dateOf(this.#refusesUntil)) }
    return this.#until <= now ? go : { kind: 'wait', until: this.#until }
  }

  take(): void {}

  settle(now: number, settled: Settled): void {
    if (settled.verdict !== 'throttled') return
    const wait = this.#settings.waitAsked(settled)
    if (wait === undefined) return
    const until = now + wait
    const wasOpen = this.isFresh(now)
    if (wait > this.#settings.longest) this.#refusesUntil = Math.max(this.#refusesUntil, until)
    else this.#until = Math.max(this.#until, until)
    if (wasOpen && wait > 0) this.#settings.onPause(until)
  }

  isFresh(now: number): boolean {
    return this.#until <= now && this.#refusesUntil <= now
  }
}
