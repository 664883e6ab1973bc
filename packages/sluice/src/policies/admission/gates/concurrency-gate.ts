import { type Answer, type Gate, go, waitForSettle } from './gate.ts'

/** Limit of calls in flight. A call is in flight until its connection is released. */
export class ConcurrencyGate implements Gate {
  readonly name: string
  #limit: number
  #inFlight = 0

  constructor(name: string, limit: number) {
    this.name = name
    this.#limit = limit
  }

  get limit(): number {
    return this.#limit
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Sets the limit. A lower limit holds back new calls; those in flight finish. */
  setLimit(limit: number): void {
    this.#limit = limit
  }

  ask(_now: number): Answer {
    return this.#inFlight < this.#limit ? go : waitForSettle
  }

  take(): void {
    this.#inFlight++
  }

  settle(): void {
    this.#inFlight--
  }

  isFresh(): boolean {
    return this.#inFlight === 0
  }
}

/** Manual pause of all calls. */
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
