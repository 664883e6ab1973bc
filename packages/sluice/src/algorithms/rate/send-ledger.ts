/**
 * What was sent within the last `window` milliseconds, so that no window ever holds more than `limit` units.
 *
 * With `window = W + J` no server that counts `limit` per `W` refuses, whatever the phase of its windows, as long as
 * requests reach it with less than `J` of variation: if the send times of units k and k + N are at least W + J apart,
 * any W at the server holds at most N arrivals.
 */
export class SendLedger {
  #limit: number
  readonly #window: number
  /** Entries from `#first` on are within the window; what lies before is cut away in batches. */
  #times: number[] = []
  #weights: number[] = []
  #first = 0
  #sum = 0
  /** When the last entry was begun; see `add`. */
  #lastBegun = Number.NEGATIVE_INFINITY

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
    for (let index = this.#first; excess > rounding && index < this.#times.length; index++) {
      excess -= this.#weights[index]!
      at = this.#times[index]! + this.#window
    }
    return Math.max(now, at)
  }

  /** Another limit from now on; what was sent stays counted. */
  setLimit(limit: number): void {
    this.#limit = limit
  }

  add(now: number, weight: number): void {
    const counted = Math.min(weight, this.#limit)
    this.#sum += counted
    const last = this.#times.length - 1
    // Bounded: in a long ledger what is sent close together is one entry, dated by the last of it, so that it errs on
    // the safe side, by a ten-thousandth of the window.
    if (last - this.#first >= longLedger && now - this.#lastBegun < this.#window / longLedger) {
      this.#times[last] = now
      this.#weights[last]! += counted
      return
    }
    this.#times.push(now)
    this.#weights.push(counted)
    this.#lastBegun = now
  }

  /** Whether nothing is within the window any more. */
  isEmpty(now: number): boolean {
    this.#forget(now)
    return this.#first === this.#times.length
  }

  #forget(now: number): void {
    while (this.#first < this.#times.length && this.#times[this.#first]! + this.#window <= now) {
      this.#sum -= this.#weights[this.#first]!
      this.#first++
    }
    if (this.#first === this.#times.length) this.#sum = 0
    if (this.#first > 1_024 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first)
      this.#weights = this.#weights.slice(this.#first)
      this.#first = 0
    }
  }
}

/** How much the time to the server may vary without a limit being overrun, in milliseconds: 10, or 1 % of a short window. */
export function jitterAllowance(window: number): number {
  return Math.min(10, window * 0.01)
}

/** More entries than this are not kept one by one. */
const longLedger = 10_000

/** Sums of fractional weights are not exact. */
const rounding = 1e-9
