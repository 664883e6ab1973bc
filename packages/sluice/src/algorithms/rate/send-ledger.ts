/** A send that is kept in a ledger. */
export interface Sent {
  readonly at: number
  /** When it arrives at the latest, had it gone the shortest way at once and arrived there at once. */
  readonly by: number
}

interface Entry extends Sent {
  by: number
  weight: number
  /** Whether it stands for several that were sent close together. */
  isJoint: boolean
}

/**
 * What was sent within the last `window` milliseconds, so that no window ever holds more than `limit` units: none at the
 * server either, whatever its phase, if each arrives at most as `late` as was said.
 *
 * Each counts from its latest arrival. One that is sent when fewer than `limit` of these are within the last window
 * finds fewer than `limit` in any window that it arrives in, even if it is the only one that goes the shortest way.
 */
export class SendLedger {
  #limit: number
  readonly #window: number
  /** By `by`. Entries from `#first` on are within the window; what lies before is cut away in batches. */
  #entries: Entry[] = []
  #first = 0
  #sum = 0

  constructor(limit: number, window: number) {
    this.#limit = limit
    this.#window = window
  }

  /**
   * The earliest time from `now` on at which `weight` more units fit.
   *
   * More units than the limit itself never fit; they are taken as the limit, so that they leave alone in their window.
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

  /** Another limit from now on; what was sent stays counted. */
  setLimit(limit: number): void {
    this.#limit = limit
  }

  /** Counts `weight` units as leaving at `now`, on a way that may take `late` milliseconds longer than the shortest. */
  add(now: number, weight: number, late = 0): Sent {
    const counted = Math.min(weight, this.#limit)
    this.#sum += counted
    const last = this.#entries.at(-1)
    // Bounded: in a long ledger what is sent close together is one entry, dated by the last of it, so that it errs on
    // the safe side, by a ten-thousandth of the window. A single instant (GCRA) would be smaller, but after a pause it
    // lets twice the quota into one window, or nothing be made up for.
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
    const entry: Entry = { at: now, weight: counted, by: now + late, isJoint: false }
    this.#insert(entry)
    return entry
  }

  /** Its answer tells by when it arrived. Of several that are one entry, nothing is learned from the answer to one. */
  arrived(sent: Sent, by: number): void {
    const entry = sent as Entry
    const index = entry.isJoint ? -1 : this.#entries.lastIndexOf(entry)
    if (index < this.#first) return
    this.#entries.splice(index, 1)
    entry.by = by
    this.#insert(entry)
  }

  /** Whether nothing is within the window any more. */
  isEmpty(now: number): boolean {
    this.#forget(now)
    return this.#first === this.#entries.length
  }

  /** Before those that may have arrived later: these are among the last. */
  #insert(entry: Entry): void {
    let index = this.#entries.length
    while (index > this.#first && this.#entries[index - 1]!.by > entry.by) index--
    this.#entries.splice(index, 0, entry)
  }

  #forget(now: number): void {
    while (this.#first < this.#entries.length && this.#entries[this.#first]!.by + this.#window <= now) {
      this.#sum -= this.#entries[this.#first]!.weight
      this.#first++
    }
    if (this.#first === this.#entries.length) this.#sum = 0
    if (this.#first > 1_024 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
  }
}

/** How much the way to a server may vary as long as nothing else is known, in milliseconds: 10, or 1 % of a short window. */
export function jitterAllowance(window: number): number {
  return Math.min(10, window * 0.01)
}

/** More entries than this are not kept one by one. */
const longLedger = 10_000

/** Sums of fractional weights are not exact. */
const rounding = 1e-9
