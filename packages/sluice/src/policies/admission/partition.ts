import type { Gate } from './gate.ts'
import { Line } from './line.ts'
import { type WaitLedger, WaitReason } from './wait-ledger.ts'

/** Calls that share limits, and the line in which they wait for them. */
export class Partition {
  readonly name: string
  readonly gates: readonly Gate[]
  readonly line: Line = new Line()
  readonly reason: WaitReason
  inFlight = 0
  /** Attempts set aside until their run's results are read. */
  aside = 0
  /** Whether a quota for a part of the API holds the first of the line, which says nothing of the others. */
  isHeldInPart = false
  /** Whether it waits for its turn. Kept by `Turns`. */
  isReady = false
  /** When its gates may open, if they said so; while it waits. */
  wakesAt: number | undefined

  constructor(name: string, gates: readonly Gate[], waits: WaitLedger) {
    this.name = name
    this.gates = gates
    this.reason = new WaitReason(waits)
  }

  /** Whether nothing would be lost by forgetting it. */
  isForgettable(now: number): boolean {
    return this.inFlight === 0 && this.line.size + this.aside === 0 && this.gates.every((gate) => gate.isFresh(now))
  }
}
