import { overtaking } from './server-counter.ts'

/** Quota of a unit in one response. */
export interface CallCostReport {
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
  /** Milliseconds until all units are available again, if they return continuously. */
  readonly fullIn?: number | undefined
  readonly sentAt: number
}

/** Decay of earlier calls with each new one: about fifty of them matter. */
const memory = 0.98
/** Number of standard deviations by which a call may cost more than the mean. */
const deviations = 2.5
/** Maximum share of a limit attributed to one call: anything above is used by others. */
const maxShare = 0.25

/**
 * Learns the unstated cost of a call from how much a quota decreases between responses: the units left before, plus
 * those that have returned since, minus those left now, divided by the calls sent in between.
 */
export class CallCost {
  /** `#base` is the reading up to which calls are counted, `#last` the lowest of those sent together after it. */
  #base: Reading | undefined
  #last: Reading | undefined
  /** Units that return per millisecond, and the used units when that was stated: the more, the more precise. */
  #refill = 0
  #refillFrom = 0
  /** Times of the calls since the last reading. */
  #calls: number[] = []
  #counted = 0
  #units = 0
  #squares = 0

  /** Counts a call as sent at `now`. */
  take(now: number): void {
    if (this.#calls.length < maxCalls) this.#calls.push(now)
  }

  /** Removes a call that was refused: servers do not count it. */
  refused(sentAt: number): void {
    const index = this.#calls.indexOf(sentAt)
    if (index >= 0) this.#calls.splice(index, 1)
  }

  report({ limit, remaining, fullIn, sentAt }: CallCostReport): void {
    if (remaining === undefined) return
    const last = this.#last
    if (last !== undefined && sentAt < last.sentAt) return
    const reading = { limit: limit ?? Math.max(last?.limit ?? 0, remaining), remaining, sentAt }
    const used = reading.limit - remaining
    if (fullIn !== undefined && fullIn > 0 && used > this.#refillFrom / 2) {
      this.#refill = used / fullIn
      this.#refillFrom = used
    }
    if (last !== undefined && sentAt <= last.sentAt + overtaking) {
      // Of calls sent together, the one counted last has the fewest units left.
      this.#last = { ...reading, remaining: Math.min(remaining, last.remaining) }
      return
    }
    if (this.#base !== undefined) this.#compare(this.#base, last!)
    this.#base = last
    this.#last = reading
  }

  /** Mean cost of the latest calls; 0 while unknown. */
  get mean(): number {
    return this.#counted === 0 ? 0 : this.#bounded(this.#units / this.#counted)
  }

  /** Units that must be left for a call while `others` are in flight, whose number is known but not their cost. */
  upper(others: number): number {
    if (this.#counted === 0) return 0
    const deviation = Math.sqrt(this.#squares / this.#counted)
    return this.#bounded(this.mean + deviations * Math.sqrt(1 + others) * Math.max(deviation, this.mean / 10))
  }

  #bounded(units: number): number {
    return Math.max(0, Math.min(units, (this.#last?.limit ?? 0) * maxShare))
  }

  #count(fall: number, calls: number): void {
    const kept = memory ** calls
    const mean = this.#counted === 0 ? fall / calls : this.#units / this.#counted
    this.#units = kept * this.#units + fall
    this.#squares = kept * this.#squares + (fall - calls * mean) ** 2
    this.#counted = kept * this.#counted + calls
  }

  #compare(from: Reading, to: Reading): void {
    const calls = this.#calls.filter((at) => at > from.sentAt && at <= to.sentAt).length
    this.#calls = this.#calls.filter((at) => at > to.sentAt)
    const fall = from.remaining - to.remaining + this.#refill * (to.sentAt - from.sentAt)
    // A restarted window, or a full bucket, is not informative.
    if (calls === 0 || fall < -to.limit / 8 || to.remaining >= to.limit) return
    this.#count(fall, calls)
  }
}

interface Reading {
  readonly limit: number
  readonly remaining: number
  readonly sentAt: number
}

/** Maximum number of calls stored between two readings. */
const maxCalls = 10_000
