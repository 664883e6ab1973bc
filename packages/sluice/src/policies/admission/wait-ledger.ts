/** How long calls have waited for each gate: the time in which at least one call of a line waited for it. */
export class WaitLedger {
  readonly #totals = new Map<string, number>()

  add(gate: string, milliseconds: number): void {
    if (milliseconds > 0) this.#totals.set(gate, (this.#totals.get(gate) ?? 0) + milliseconds)
  }

  /** Milliseconds by gate. */
  get totals(): ReadonlyMap<string, number> {
    return this.#totals
  }
}

/** What one line waits for now, and since when. */
export class WaitReason {
  readonly #ledger: WaitLedger
  #gate: string | undefined
  #since = 0

  constructor(ledger: WaitLedger) {
    this.#ledger = ledger
  }

  get gate(): string | undefined {
    return this.#gate
  }

  /** Returns whether this is a change. */
  set(gate: string | undefined, now: number): boolean {
    if (gate === this.#gate) return false
    this.flush(now)
    this.#gate = gate
    return true
  }

  /** Brings the ledger up to date. */
  flush(now: number): void {
    if (this.#gate !== undefined) this.#ledger.add(this.#gate, now - this.#since)
    this.#since = now
  }
}
