import { NetworkJitter } from './network-jitter.ts'
import { inWholeUnits, type Rate } from './rate.ts'
import { jitterAllowance, SendLedger, type Sent } from './send-ledger.ts'

/** How late the platform's timers may ring, in milliseconds. Without it, rates beyond 1,000/s would be halved and worse. */
const timerLag = 4
/** Even sends are slower than the rate by this share: clocks differ, and the 50 a minute of nginx are 49.98. */
const margin = 0.002
/** A clock of whole milliseconds, as in nginx, may see two sends closer by one than they are. */
const clockTick = 1

/**
 * How a rate is spread. `smooth` makes up for a timer that rang late. `strict` never lets two sends be closer at the
 * server than the rate's own gap: for servers without any burst, as nginx is by default. There physics allows no more
 * than `gap / (gap + J)` of the rate, if the way varies by J and answers take longer than the gap.
 */
export type Pacing = 'smooth' | 'strict'

/**
 * Even spacing, held together with a ledger of what was sent: the pacing for servers that count requests.
 *
 * Spacing alone lets 1 to 8 % of the requests of small quotas bounce off servers that keep an exact log; a ledger alone
 * sends in bursts, which small buckets refuse. Both together stay below every kind of counter, as long as the way varies
 * by no more than `NetworkJitter` believes.
 */
export class PacedLedger {
  readonly #isStrict: boolean
  readonly #gap: number
  /** How far a send may run ahead of its even place to make up for a timer that rang late. */
  readonly #catchUp: number
  readonly #ledger: SendLedger
  readonly #way: NetworkJitter
  #nextAt = Number.NEGATIVE_INFINITY
  #last: Sent | undefined

  /** With `isStrict` every gap is kept whole, for servers that allow no two requests closer than that: see `Pacing`. */
  constructor(rate: Rate, isStrict = false) {
    const { count, per } = inWholeUnits(rate)
    this.#isStrict = isStrict
    this.#gap = (per / count) * (1 + margin) + (isStrict ? clockTick : 0)
    this.#catchUp = isStrict ? 0 : Math.min(jitterAllowance(per), Math.max(this.#gap, timerLag))
    this.#ledger = new SendLedger(count, per)
    this.#way = new NetworkJitter(per)
  }

  /** The earliest time from `now` on at which `weight` units may leave. */
  earliest(now: number, weight: number): number {
    return Math.max(this.#evenPlace, this.#ledger.earliest(now, weight))
  }

  /** Counts `weight` units as leaving at `now`. */
  take(now: number, weight: number): Sent {
    const sent = this.#ledger.add(now, weight, this.#way.expect(this.#isStrict ? 'most' : 'usual'))
    this.#nextAt = Math.max(this.#nextAt, now - this.#catchUp) + this.#gap * weight
    this.#last = sent
    return sent
  }

  /** What was taken has been answered after `roundTrip` milliseconds, and so had arrived. */
  answered(sent: Sent, roundTrip: number): void {
    this.#ledger.arrived(sent, sent.at + this.#way.measure(roundTrip))
  }

  /** Whether it knows nothing that a new one would not know. */
  isFresh(now: number): boolean {
    return this.#evenPlace <= now && this.#ledger.isEmpty(now)
  }

  /** In strict pacing the last one may be late, and the next one quick. */
  get #evenPlace(): number {
    const late = this.#isStrict && this.#last !== undefined ? this.#last.by - this.#last.at : 0
    return this.#nextAt + late
  }
}

/**
 * So much in a long window, whenever it is wanted: a quota of an hour or a day is spent as it is needed, and then waited
 * for. No window ever holds more than the quota.
 */
export class Quota {
  readonly #ledger: SendLedger
  readonly #way: NetworkJitter

  constructor(rate: Rate) {
    const { count, per } = inWholeUnits(rate)
    this.#ledger = new SendLedger(count, per)
    this.#way = new NetworkJitter(per)
  }

  /** Takes in what was sent before, in order: what is left of it counts on. */
  restore(sends: readonly { readonly at: number; readonly weight: number }[]): void {
    for (const { at, weight } of sends) this.#ledger.add(at, weight, this.#way.expect('usual'))
  }

  /** The earliest time from `now` on at which `weight` units may leave. */
  earliest(now: number, weight: number): number {
    return this.#ledger.earliest(now, weight)
  }

  /** Counts `weight` units as leaving at `now`. */
  take(now: number, weight: number): Sent {
    return this.#ledger.add(now, weight, this.#way.expect('usual'))
  }

  /** What was taken has been answered after `roundTrip` milliseconds, and so had arrived. */
  answered(sent: Sent, roundTrip: number): void {
    this.#ledger.arrived(sent, sent.at + this.#way.measure(roundTrip))
  }

  /** Whether it knows nothing that a new one would not know. */
  isFresh(now: number): boolean {
    return this.#ledger.isEmpty(now)
  }
}
