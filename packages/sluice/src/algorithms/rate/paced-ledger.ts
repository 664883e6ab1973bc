import type { Rate } from './rate.ts'
import { SendLedger } from './send-ledger.ts'

/** Variation of the way to the server that is allowed for, in milliseconds. */
const jitterAllowance = 10
/** Beyond this many units per window only the even gap is kept: the ledger would cost 16 bytes for each. */
const largestLedger = 100_000

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
  readonly #ledger: SendLedger | undefined
  #nextAt = Number.NEGATIVE_INFINITY

  constructor({ count, per }: Rate) {
    const allowance = Math.min(jitterAllowance, per * 0.01)
    this.#gap = (per + allowance) / count
    this.#catchUp = Math.min(this.#gap, allowance)
    this.#ledger = count <= largestLedger ? new SendLedger(count, per + allowance) : undefined
  }

  /** The earliest time from `now` on at which `weight` units may leave. */
  earliest(now: number, weight: number): number {
    const even = Math.max(now, this.#nextAt)
    return this.#ledger === undefined ? even : Math.max(even, this.#ledger.earliest(now, weight))
  }

  /** Counts `weight` units as leaving at `now`. */
  take(now: number, weight: number): void {
    this.#nextAt = Math.max(this.#nextAt, now - this.#catchUp) + this.#gap * weight
    this.#ledger?.add(now, weight)
  }

  /** Whether it knows nothing that a new one would not know. */
  isFresh(now: number): boolean {
    return this.#nextAt <= now && (this.#ledger?.isEmpty(now) ?? true)
  }
}
