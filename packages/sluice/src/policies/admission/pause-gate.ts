import { type Answer, type Gate, go, type Settled, waitForSettle } from './gate.ts'

/** How long the server asks to wait, in milliseconds, if an answer says so. */
export type WaitAsked = (settled: Settled) => number | undefined

/**
 * Closed for as long as the server asked: one refusal stops everyone behind the same limit, for the whole time.
 *
 * A wait beyond `longest` closes nothing: the call that met it fails with the date, and so will those that follow.
 */
export class PauseGate implements Gate {
  readonly name = 'Retry-After'
  readonly #waitAsked: WaitAsked
  readonly #longest: number
  readonly #onPause: (until: number) => void
  #until = Number.NEGATIVE_INFINITY

  constructor(waitAsked: WaitAsked, longest: number, onPause: (until: number) => void) {
    this.#waitAsked = waitAsked
    this.#longest = longest
    this.#onPause = onPause
  }

  ask(now: number): Answer {
    return this.#until <= now ? go : { kind: 'wait', until: this.#until }
  }

  take(): void {}

  settle(now: number, settled: Settled): void {
    if (settled.verdict !== 'throttled') return
    const wait = this.#waitAsked(settled)
    if (wait === undefined || wait > this.#longest || now + wait <= this.#until) return
    this.#until = now + wait
    this.#onPause(this.#until)
  }

  isFresh(now: number): boolean {
    return this.#until <= now
  }
}

/** Closed by hand. */
export class HoldGate implements Gate {
  readonly name = 'pause'
  isHeld = false

  ask(): Answer {
    return this.isHeld ? waitForSettle : go
  }

  take(): void {}

  settle(): void {}

  isFresh(): boolean {
    return !this.isHeld
  }
}
