import type { Emitter } from '../../../events/emitter.ts'

/** Milliseconds during which at least one call of a queue waited, by the gate that held it. */
export class WaitLedger {
  readonly #totals = new Map<string, number>()

  add(gate: string, milliseconds: number): void {
    if (milliseconds > 0) this.#totals.set(gate, (this.#totals.get(gate) ?? 0) + milliseconds)
  }

  get totals(): ReadonlyMap<string, number> {
    return this.#totals
  }
}

/** Gate that a queue waits for now, and since when. Without a partition: the gate that holds all queues. */
export class WaitReason {
  readonly #ledger: WaitLedger
  readonly #events: Emitter
  readonly #partition: string | undefined
  #gate: string | undefined
  #since = 0

  constructor(ledger: WaitLedger, events: Emitter, partition?: string) {
    this.#ledger = ledger
    this.#events = events
    this.#partition = partition
  }

  get gate(): string | undefined {
    return this.#gate
  }

  /** Sets the gate, and reports a change. */
  set(gate: string | undefined, now: number): void {
    if (gate === this.#gate) return
    this.flush(now)
    this.#gate = gate
    if (gate === undefined || !this.#events.isHeard) return
    const partition = this.#partition === undefined ? undefined : { partition: this.#partition }
    this.#events.emit({ type: 'gate.waiting', at: now, gate, ...partition })
  }

  /** Brings the ledger up to date. */
  flush(now: number): void {
    if (this.#gate !== undefined) this.#ledger.add(this.#gate, now - this.#since)
    this.#since = now
  }
}
