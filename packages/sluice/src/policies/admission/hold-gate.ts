import { type Answer, type Gate, go, waitForSettle } from './gate.ts'

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
