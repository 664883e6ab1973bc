import type { Clock } from 'sluice'
import type { Timer } from 'sluice/internal'
import type { Plan } from './faults/plan.ts'
import type { Line } from './line/line.ts'

/** End of a visit: the response is finished (or was never to be), or the client left before. */
export type Ending = 'answered' | 'aborted'

/** One request from its arrival to its end. */
export interface Visit {
  /** Line that the body of the response passes through, piece by piece. */
  readonly line: Line | undefined
  /** Calls `listener` once, when the response starts: immediately if it has started. Never after the end. */
  onAnswer(listener: (plan: Plan) => void): void
  /** Releases everything that the request holds, and stops its timers. Only the first call counts. */
  end(how: Ending): void
}

/** A visit as the simulator sees it, which decides when the response starts. */
export class OpenVisit implements Visit {
  readonly line: Line | undefined
  readonly #clock: Clock
  readonly #onEnd: ((how: Ending) => void)[] = []
  #plan: Plan | undefined
  #listener: ((plan: Plan) => void) | undefined
  #timer: Timer | undefined
  #over = false

  constructor(clock: Clock, line: Line | undefined) {
    this.#clock = clock
    this.line = line
  }

  onAnswer(listener: (plan: Plan) => void): void {
    if (this.#over) return
    if (this.#plan === undefined) this.#listener = listener
    else listener(this.#plan)
  }

  end(how: Ending): void {
    if (this.#over) return
    this.#over = true
    this.#timer?.cancel()
    this.#listener = undefined
    for (const listener of this.#onEnd) listener(how)
  }

  onEnd(listener: (how: Ending) => void): void {
    this.#onEnd.push(listener)
  }

  /** Responds with the result of `make`, `delay` milliseconds from now. */
  answerIn(delay: number, make: () => Plan): void {
    if (delay <= 0) this.#answer(make())
    else this.#timer = this.#clock.timer(delay, () => this.#answer(make()))
  }

  #answer(plan: Plan): void {
    if (this.#over) return
    this.#plan = plan
    this.#listener?.(plan)
    this.#listener = undefined
  }
}
