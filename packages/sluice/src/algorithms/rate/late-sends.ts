/** Number of parts of a window in which late sends are counted. */
const partsOfWindow = 100

/**
 * Sends of one process that left later than their permits of a shared rate allow, and the permits that it lost.
 *
 * A window that starts while sends are overdue contains them besides its own permits. It stays within the rate if as
 * many of its permits are never used. So a process that is often late loses its longest backlog once in each window.
 */
export class LateSends {
  readonly #per: number
  readonly #slack: number
  readonly #part: number
  /** Number of sends that were overdue in a part of time, and of permits that were lost in it. */
  readonly #overdue = new Map<number, number>()
  readonly #lost = new Map<number, number>()
  #latest = Number.NEGATIVE_INFINITY

  /** @param slack Time in ms by which a send may follow its permit. */
  constructor(per: number, slack: number) {
    this.#per = per
    this.#slack = slack
    this.#part = per / partsOfWindow
  }

  /** Registers a send. Returns true if it left too late. */
  left(permitAt: number, leftAt: number, units: number): boolean {
    const dueBy = permitAt + this.#slack
    if (leftAt <= dueBy) return false
    const to = this.#partOf(leftAt)
    for (let part = Math.max(this.#partOf(dueBy), to - partsOfWindow); part <= to; part++) {
      this.#overdue.set(part, (this.#overdue.get(part) ?? 0) + units)
    }
    this.#latest = Math.max(this.#latest, leftAt)
    return true
  }

  /** Registers permits that are not used: the first at `at`, the others `gap` ms apart. */
  lost(at: number, units: number, gap: number): void {
    for (let index = 0; index < units; index++) {
      const part = this.#partOf(at + index * gap)
      this.#lost.set(part, (this.#lost.get(part) ?? 0) + Math.min(1, units - index))
    }
    if (this.#lost.size > 4 * partsOfWindow) this.#forget(this.#partOf(at) - 2 * partsOfWindow)
  }

  /** Number of permits to give up, so that no window contains more sends than permits. */
  owed(now: number): number {
    if (this.#latest <= now - this.#per) return 0
    const oldest = this.#partOf(now - this.#per)
    this.#forget(oldest)
    let [lost, owed] = [0, 0]
    const parts = new Set([...this.#overdue.keys(), ...this.#lost.keys()])
    for (const part of Array.from(parts).sort((a, b) => b - a)) {
      owed = Math.max(owed, (this.#overdue.get(part) ?? 0) - lost)
      lost += this.#lost.get(part) ?? 0
    }
    return owed
  }

  #partOf(at: number): number {
    return Math.floor(at / this.#part)
  }

  #forget(oldest: number): void {
    for (const counts of [this.#overdue, this.#lost]) {
      for (const part of counts.keys()) if (part < oldest) counts.delete(part)
    }
  }
}
