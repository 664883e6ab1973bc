import { LocalLimitError } from '../../../transport/errors.ts'
import { type Answer, type Gate, go, type Settled, waitForSettle } from './gate.ts'

/** Number of connections left to the rest of the process. */
const spare = 2
/** Time in ms without a failure after which the limit grows. */
const growthInterval = 10_000
const growthFactor = 1.1

/** Called once, with the error that shows the limit. */
type OnLimited = (error: LocalLimitError) => void

/** Lowers the number of calls in flight after this machine ran out of files, ports or memory for another connection. */
export class LocalLimitGate implements Gate {
  readonly name = 'local limit'
  readonly #onLimited: OnLimited
  #inFlight = 0
  #limit = Number.POSITIVE_INFINITY
  #grownAt = 0
  #wasReported = false

  constructor(onLimited: OnLimited) {
    this.#onLimited = onLimited
  }

  ask(now: number): Answer {
    return this.#inFlight < this.#limitAt(now) ? go : waitForSettle
  }

  take(): void {
    this.#inFlight++
  }

  settle(now: number, { outcome }: Settled): void {
    this.#limit = this.#limitAt(now)
    this.#inFlight--
    const steps = this.#steps(now)
    if (steps > 0) this.#grownAt += steps * growthInterval
    if (outcome.kind !== 'failure' || !(outcome.error instanceof LocalLimitError)) return
    this.#limit = Math.max(1, Math.min(this.#limit, this.#inFlight - spare))
    this.#grownAt = now
    if (this.#wasReported) return
    this.#wasReported = true
    this.#onLimited(outcome.error)
  }

  isFresh(): boolean {
    return this.#inFlight === 0
  }

  #limitAt(now: number): number {
    const steps = this.#steps(now)
    return steps === 0 ? this.#limit : Math.ceil(this.#limit * growthFactor ** steps)
  }

  #steps(now: number): number {
    return this.#limit === Number.POSITIVE_INFINITY ? 0 : Math.floor((now - this.#grownAt) / growthInterval)
  }
}
