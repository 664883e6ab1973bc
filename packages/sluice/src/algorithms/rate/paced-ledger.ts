import { inWholeUnits, type Rate } from './rate.ts'
import { jitterAllowance, SendLedger } from './send-ledger.ts'

/** How late the platform's timers may ring, in milliseconds. Without it, rates beyond 1,000/s would be halved and worse. */
const timerLag = 4

/**
 * How a rate is spread. `smooth` makes up for a timer that rang late, and uses 99 % of the rate. `strict` never lets two
 * sends be closer than the rate's own gap and what the way to the server may vary: for servers without any burst, as nginx
 * is by default. There physics allows no more than `gap / (gap + 10 ms)` of the rate.
 */
export type Pacing = 'smooth' | 'strict'

/**
 * Even spacing, held together with a ledger of what was sent: the pacing for servers that count requests.
 *
 * Spacing alone lets 1 to 8 % of the requests of small quotas bounce off servers that keep an exact log; a ledger alone
 * sends in bursts, which small buckets refuse. Both together stay below every kind of counter.
 */
export class PacedLedger {
  readonly #gap: number
  /** How far a send may run ahead of its even place to make up for a timer that rang late. */
  readonly #catchUp: number
  readonly #ledger: SendLedger
  #nextAt = Number.NEGATIVE_INFINITY

  /** With `isStrict` every gap is kept whole, for servers that allow no two requests closer than that: see `Pacing`. */
  constructor(rate: Rate, isStrict = false) {
    const { count, per } = inWholeUnits(rate)
    const allowance = jitterAllowance(per)
    this.#gap = isStrict ? per / count + allowance : (per + allowance) / count
    this.#catchUp = isStrict ? 0 : Math.min(allowance, Math.max(this.#gap, timerLag))
    this.#ledger = new SendLedger(count, per + allowance)
  }

  /** The earliest time from `now` on at which `weight` units may leave. */
  earliest(now: number, weight: number): number {
    return Math.max(this.#nextAt, this.#ledger.earliest(now, weight))
  }

  /** Counts `weight` units as leaving at `now`. */
  take(now: number, weight: number): void {
    this.#nextAt = Math.max(this.#nextAt, now - this.#catchUp) + this.#gap * weight
    this.#ledger.add(now, weight)
  }

  /** Whether it knows nothing that a new one would not know. */
  isFresh(now: number): boolean {
    return this.#nextAt <= now && this.#ledger.isEmpty(now)
  }
}
