/** A send in a ledger. */
export interface Sent {
  readonly at: number
  /** Latest possible arrival, relative to the shortest way. */
  readonly by: number
}

interface Entry extends Sent {
  by: number
  weight: number
  /** True if the entry covers several calls sent close together. */
  isJoint: boolean
  /** True if it has left the window. */
  isOver: boolean
}

/**
 * Ledger of sends within the last `window` milliseconds, so that no window ever has more than `limit` units, at the
 * server either, whatever its phase, as long as no send is later than stated.
 *
 * Each send counts from its latest possible arrival. So a send that finds fewer than `limit` within the last window
 * also finds fewer than `limit` in any window in which it arrives.
 */
export class SendLedger {
  #limit: number
  readonly #window: number
  /** Ordered by `by`. Entries from `#first` on are within the window; earlier ones are removed in batches. */
  #entries: Entry[] = []
  #first = 0
  #sum = 0

  constructor(limit: number, window: number) {
    this.#limit = limit
    this.#window = window
  }

  /**
   * Earliest time from `now` at which `weight` more units fit. Weights above the limit count as the limit, so that they
   * leave alone in their window.
   */
  earliest(now: number, weight: number): number {
    this.#forget(now)
    let excess = this.#sum + Math.min(weight, this.#limit) - this.#limit
    let at = now
    for (let index = this.#first; excess > rounding && index < this.#entries.length; index++) {
      const entry = this.#entries[index]!
      excess -= entry.weight
      at = entry.by + this.#window
    }
    return Math.max(now, at)
  }

  /** Sets the limit. Earlier sends stay counted. */
  setLimit(limit: number): void {
    this.#limit = limit
  }

  /** Counts `weight` units as sent at `now`, arriving up to `late` milliseconds after the shortest way. */
  add(now: number, weight: number, late = 0): Sent {
    const counted = Math.min(weight, this.#limit)
    this.#sum += counted
    const last = this.#entries.at(-1)
    // In a long ledger, sends close together are one entry with the time of the last: safe, and accurate to a ten-
    // thousandth of the window. A single instant (GCRA) would be smaller, but allows twice the quota in one window
    // after a pause.
    if (
      last !== undefined &&
      this.#entries.length - this.#first > longLedger &&
      now - last.at < this.#window / longLedger
    ) {
      last.by = Math.max(last.by, now + late)
      last.weight += counted
      last.isJoint = true
      return last
    }
    const entry: Entry = { at: now, weight: counted, by: now + late, isJoint: false, isOver: false }
    this.#insert(entry)
    return entry
  }

  /** Corrects the count of a send that is still in the window by `more` units, which may be negative. */
  correct(sent: Sent, more: number): void {
    const entry = sent as Entry
    if (entry.isOver) return
    entry.weight += more
    this.#sum += more
  }

  /** Registers the latest possible arrival, known from the response. Joint entries ignore responses to one of them. */
  arrived(sent: Sent, by: number): void {
    const entry = sent as Entry
    const index = entry.isJoint ? -1 : this.#entries.lastIndexOf(entry)
    if (index < this.#first) return
    this.#entries.splice(index, 1)
    entry.by = by
    this.#insert(entry)
  }

  /** True if the window is empty. */
  isEmpty(now: number): boolean {
    this.#forget(now)
    return this.#first === this.#entries.length
  }

  /** Inserts before the entries with a later arrival, which are among the last. */
  #insert(entry: Entry): void {
    let index = this.#entries.length
    while (index > this.#first && this.#entries[index - 1]!.by > entry.by) index--
    this.#entries.splice(index, 0, entry)
  }

  #forget(now: number): void {
    while (this.#first < this.#entries.length && this.#entries[this.#first]!.by + this.#window <= now) {
      const gone = this.#entries[this.#first++]!
      gone.isOver = true
      this.#sum -= gone.weight
    }
    if (this.#first === this.#entries.length) this.#sum = 0
    if (this.#first > 1_024 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
  }
}

/** Assumed network jitter in ms before any measurement: 10, or 1 % of a short window. */
export function jitterAllowance(window: number): number {
  return Math.min(10, window * 0.01)
}

/** Number of entries above which sends are joined. */
const longLedger = 10_000

/** Tolerance for rounding errors in sums of fractional weights. */
const rounding = 1e-9
