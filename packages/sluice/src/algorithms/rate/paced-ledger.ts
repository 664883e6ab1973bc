import { NetworkJitter } from './network-jitter.ts'
import { inWholeUnits, type Rate } from './rate.ts'
import { jitterAllowance, SendLedger, type Sent } from './send-ledger.ts'

/** Delay of the platform's timers in ms that is made up for. Without it, rates beyond 1,000/s would be halved and worse. */
const timerLag = 4
/** Share by which even sends are slower than the rate: clocks differ, and the 50/min of nginx are 49.98. */
const margin = 0.002
/** Share of a window by which sends of many units may precede their even place: a large one had to wait until it fitted. */
const unevenShare = 0.02
/** A clock of whole milliseconds, as in nginx, may see two sends closer by one than they are. */
const clockTick = 1

/**
 * Spacing of a rate. `smooth` makes up for late timers. `strict` never lets two sends arrive closer than the rate's own gap:
 * for servers without any burst, as nginx by default. Network jitter J then allows at most `gap / (gap + J)` of the rate, if
 * answers take longer than the gap.
 */
export type Pacing = 'smooth' | 'strict'

/**
 * Even spacing together with a ledger of sends: the pacing for servers that count requests.
 *
 * With spacing alone, servers that keep an exact log refuse 1 to 8 % of the requests of small quotas; with a ledger alone,
 * calls leave in bursts, which small buckets refuse. Both together stay below every kind of counter, as long as network
 * jitter stays below the bound of `NetworkJitter`.
 */
export class PacedLedger {
  readonly #isStrict: boolean
  readonly #gap: number
  readonly #most: number
  /** Time by which a send may precede its even place, to make up for a late timer. */
  readonly #catchUp: number
  readonly #ledger: SendLedger
  readonly #way: NetworkJitter
  /** Moment up to which sends have used up the even pace. */
  #usedUpTo = Number.NEGATIVE_INFINITY
  /** Milliseconds of the pace that were released and not used since. */
  #givenBack = 0
  #last: Sent | undefined

  /** With `isStrict` every gap is kept whole: see `Pacing`. */
  constructor(rate: Rate, isStrict = false) {
    const isOfUnits = rate.unit !== undefined
    const { count, per } = inWholeUnits(rate)
    this.#isStrict = isStrict
    this.#most = count
    this.#gap = (per / count) * (1 + margin) + (isStrict ? clockTick : 0)
    this.#catchUp = isOfUnits
      ? per * unevenShare
      : isStrict
        ? 0
        : Math.min(jitterAllowance(per), Math.max(this.#gap, timerLag))
    this.#ledger = new SendLedger(count, per)
    this.#way = new NetworkJitter(per)
  }

  /** Earliest time from `now` at which `weight` units may leave. */
  earliest(now: number, weight: number): number {
    return Math.max(this.#evenPlace(weight), this.#ledger.earliest(now, weight))
  }

  /**
   * Counts `weight` units as leaving at `now`. Their share of the pace is before them: a window that ends with a large send
   * has room for it.
   */
  take(now: number, weight: number): Sent {
    const sent = this.#ledger.add(now, weight, this.#way.expect(this.#isStrict ? 'most' : 'usual'))
    const used = this.#usedUpTo + this.#gap * this.#counted(weight)
    const unused = Math.max(0, now - this.#catchUp - used)
    // Idle time is lost, but not what was reserved and released.
    this.#givenBack = Math.min(unused, this.#givenBack)
    this.#usedUpTo = Math.max(used, now - this.#catchUp - this.#givenBack)
    this.#last = sent
    return sent
  }

  /** Corrects what a send counts by `more` units, which may be negative. */
  correct(sent: Sent, more: number): void {
    this.#ledger.correct(sent, more)
    this.#usedUpTo += this.#gap * more
    this.#givenBack = Math.max(0, this.#givenBack - this.#gap * more)
  }

  /** Takes in that the send was answered after `roundTrip` milliseconds, and so had arrived. */
  answered(sent: Sent, roundTrip: number): void {
    this.#ledger.arrived(sent, sent.at + this.#way.measure(roundTrip))
  }

  /** True if it is in its initial state. */
  isFresh(now: number): boolean {
    return this.#evenPlace(1) <= now && this.#ledger.isEmpty(now)
  }

  /** Even place of the next send. In strict pacing the last one may be late, and the next one quick. */
  #evenPlace(weight: number): number {
    const late = this.#isStrict && this.#last !== undefined ? this.#last.by - this.#last.at : 0
    return this.#usedUpTo + this.#gap * this.#counted(weight) + late
  }

  /** More than a window holds counts as one: it goes alone. */
  #counted(weight: number): number {
    return Math.min(weight, this.#most)
  }
}

/**
 * Rate with a long window, such as an hour or a day: it is spent as needed, and then waited for. No window ever holds more.
 */
export class Quota {
  readonly #ledger: SendLedger
  readonly #way: NetworkJitter

  /** @param longestDelay Bound of how late a send may arrive, in place of that of `NetworkJitter`. */
  constructor(rate: Rate, longestDelay?: number) {
    const { count, per } = inWholeUnits(rate)
    this.#ledger = new SendLedger(count, per)
    this.#way = new NetworkJitter(per, longestDelay)
  }

  /** Takes in earlier sends, in order. */
  restore(sends: readonly { readonly at: number; readonly weight: number }[]): void {
    for (const { at, weight } of sends) this.#ledger.add(at, weight, this.#way.expect('usual'))
  }

  /** Earliest time from `now` at which `weight` units may leave. */
  earliest(now: number, weight: number): number {
    return this.#ledger.earliest(now, weight)
  }

  /** Counts `weight` units as leaving at `now`. */
  take(now: number, weight: number): Sent {
    return this.#ledger.add(now, weight, this.#way.expect('usual'))
  }

  /** Corrects what a send counts by `more` units, which may be negative. */
  correct(sent: Sent, more: number): void {
    this.#ledger.correct(sent, more)
  }

  /** Takes in the answer to a send that was perhaps `late`: see `NetworkJitter.measure`. Returns by how much it can have been. */
  answered(sent: Sent, roundTrip: number, late?: number): number {
    const delay = this.#way.measure(roundTrip, late)
    this.#ledger.arrived(sent, sent.at + delay)
    return delay
  }

  /** True if nothing was answered yet. */
  get isUnmeasured(): boolean {
    return this.#way.isUnmeasured
  }

  /** True if it is in its initial state. */
  isFresh(now: number): boolean {
    return this.#ledger.isEmpty(now)
  }
}
