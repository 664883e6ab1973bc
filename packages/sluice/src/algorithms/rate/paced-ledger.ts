import { NetworkJitter } from './network-jitter.ts'
import { inWholeUnits, type Rate } from './rate.ts'
import { jitterAllowance, SendLedger, type Sent } from './send-ledger.ts'

/** Delay of platform timers in ms that is compensated. Without that, rates above 1,000/s would be halved or worse. */
const timerLag = 4
/** Share by which even sends are slower than the rate: clocks differ, and the 50/min of nginx are 49.98. */
const margin = 0.002
/** Share of a window by which sends of many units may precede their even time: a large one had to wait to fit. */
const unevenShare = 0.02
/** A clock with whole milliseconds, as in nginx, may see two sends 1 ms closer than they are. */
const clockTick = 1

/**
 * Spacing of a rate. `smooth` compensates late timers. `strict` never lets two sends arrive closer than the gap of the
 * rate: for servers without any burst, as nginx by default. With network jitter J it reaches at most `gap / (gap + J)`
 * of the rate, if responses take longer than the gap.
 * @inline
 */
export type Pacing = 'smooth' | 'strict'

/**
 * Even spacing together with a ledger of sends: the pacing for servers that count requests.
 *
 * With spacing alone, servers with an exact log refuse 1 to 8 % of the requests of small quotas; with a ledger alone,
 * calls are sent in bursts, which small buckets refuse. Both together stay below any kind of counter, as long as
 * network jitter stays below the bound of `NetworkJitter`.
 */
export class PacedLedger {
  readonly #isStrict: boolean
  readonly #gap: number
  readonly #most: number
  /** Time by which a send may precede its even time, to compensate a late timer. */
  readonly #catchUp: number
  readonly #ledger: SendLedger
  readonly #way: NetworkJitter
  /** Time up to which sends have used the even pace. */
  #usedUpTo = Number.NEGATIVE_INFINITY
  /** Milliseconds of the pace that were released and not used since. */
  #givenBack = 0
  #last: Sent | undefined

  /** `isStrict` never shortens a gap: see `Pacing`. */
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

  /** Earliest time from `now` at which `weight` units may be sent. */
  earliest(now: number, weight: number): number {
    return Math.max(this.#evenPlace(weight), this.#ledger.earliest(now, weight))
  }

  /**
   * Counts `weight` units as sent at `now`. Their share of the pace is before the send: a window that ends with a large
   * send has room for it.
   */
  take(now: number, weight: number): Sent {
    const sent = this.#ledger.add(now, weight, this.#way.expect(this.#isStrict ? 'most' : 'usual'))
    const used = this.#usedUpTo + this.#gap * this.#counted(weight)
    const unused = Math.max(0, now - this.#catchUp - used)
    // Idle time is lost, except time that was reserved and released.
    this.#givenBack = Math.min(unused, this.#givenBack)
    this.#usedUpTo = Math.max(used, now - this.#catchUp - this.#givenBack)
    this.#last = sent
    return sent
  }

  /** Corrects the count of a send by `more` units, which may be negative. */
  correct(sent: Sent, more: number): void {
    this.#ledger.correct(sent, more)
    this.#usedUpTo += this.#gap * more
    this.#givenBack = Math.max(0, this.#givenBack - this.#gap * more)
  }

  /** Registers that the response came after `roundTrip` milliseconds, so that the request had arrived. */
  answered(sent: Sent, roundTrip: number): void {
    this.#ledger.arrived(sent, sent.at + this.#way.measure(roundTrip))
  }

  /** True if it is in its initial state. */
  isFresh(now: number): boolean {
    return this.#evenPlace(1) <= now && this.#ledger.isEmpty(now)
  }

  /** Even time of the next send. With strict pacing, the last send may be late and the next one fast. */
  #evenPlace(weight: number): number {
    const late = this.#isStrict && this.#last !== undefined ? this.#last.by - this.#last.at : 0
    return this.#usedUpTo + this.#gap * this.#counted(weight) + late
  }

  /** Caps a weight at what a window holds: a larger send leaves alone. */
  #counted(weight: number): number {
    return Math.min(weight, this.#most)
  }
}

/**
 * Rate with a long window, such as an hour or a day: spent as needed, then waited for. No window ever has more sends.
 */
export class Quota {
  readonly #ledger: SendLedger
  readonly #way: NetworkJitter

  /** @param longestDelay Maximum delay of a send, in place of that of `NetworkJitter`. */
  constructor(rate: Rate, longestDelay?: number) {
    const { count, per } = inWholeUnits(rate)
    this.#ledger = new SendLedger(count, per)
    this.#way = new NetworkJitter(per, longestDelay)
  }

  /** Adds earlier sends, in order. */
  restore(sends: readonly { readonly at: number; readonly weight: number }[]): void {
    for (const { at, weight } of sends) this.#ledger.add(at, weight, this.#way.expect('usual'))
  }

  /** Earliest time from `now` at which `weight` units may be sent. */
  earliest(now: number, weight: number): number {
    return this.#ledger.earliest(now, weight)
  }

  /** Counts `weight` units as sent at `now`. */
  take(now: number, weight: number): Sent {
    return this.#ledger.add(now, weight, this.#way.expect('usual'))
  }

  /** Corrects the count of a send by `more` units, which may be negative. */
  correct(sent: Sent, more: number): void {
    this.#ledger.correct(sent, more)
  }

  /** Registers the response to a send that may be `late` (see `NetworkJitter.measure`). Returns its maximum delay. */
  answered(sent: Sent, roundTrip: number, late?: number): number {
    const delay = this.#way.measure(roundTrip, late)
    this.#ledger.arrived(sent, sent.at + delay)
    return delay
  }

  /** True before the first response. */
  get isUnmeasured(): boolean {
    return this.#way.isUnmeasured
  }

  /** True if it is in its initial state. */
  isFresh(now: number): boolean {
    return this.#ledger.isEmpty(now)
  }
}
