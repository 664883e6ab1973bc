import { jitterAllowance } from '../rate/send-ledger.ts'
import type { QuotaReport } from './advertised-quota.ts'
import { SendHistory } from './send-history.ts'
import { longestPaced } from './server-counter.ts'

/** Quota in one response to any of the processes. */
export type SharedQuotaReport = Omit<QuotaReport, 'refill' | 'roundTrip'>

interface Known {
  readonly remaining: number
  readonly limit: number
  readonly sentAt: number
  readonly endsAt: number
  readonly window: number | undefined
}

/** Lifetime in ms of a quota without a stated reset. */
const unknownReset = 1_000

/**
 * Advertised quota used by several processes. Each takes its share of the remaining units in the latest response to any
 * of them, and spreads it over the time until the reset.
 */
export class SharedQuota {
  readonly #sends = new SendHistory()
  #known: Known | undefined
  #nextAt = Number.NEGATIVE_INFINITY

  report(now: number, { limit, remaining, window, resetAfter, sentAt }: SharedQuotaReport): void {
    if (remaining === undefined || (this.#known !== undefined && sentAt < this.#known.sentAt)) return
    const before = this.#known
    const isSame = before !== undefined && before.sentAt === sentAt
    this.#known = {
      limit: limit ?? Math.max(before?.limit ?? 0, remaining),
      remaining: isSame ? Math.min(before.remaining, remaining) : remaining,
      sentAt,
      window,
      endsAt: now + (resetAfter ?? unknownReset),
    }
  }

  /** Earliest time from `now` at which `weight` units may be sent, as one of `active` processes. */
  earliest(now: number, weight: number, active: number): number {
    const known = this.#known
    if (known === undefined) return now
    if (now >= known.endsAt + lengthOf(known)) {
      this.#known = undefined
      return now
    }
    if (now >= known.endsAt) return Math.max(now, this.#renewed(known, now, weight, active))
    const left = known.remaining - this.#sends.between(known.sentAt, now) * active
    if (left < Math.min(weight * active, Math.max(known.limit, 1))) return known.endsAt + this.#turn(known)
    return Math.max(now, this.#nextAt)
  }

  take(now: number, weight: number, active: number): void {
    this.#sends.add(now, weight)
    const known = this.#known
    if (known === undefined) return
    const length = lengthOf(known)
    if (length > longestPaced) return
    const isOver = now >= known.endsAt
    const left = isOver ? known.limit : known.remaining - this.#sends.between(known.sentAt, now) * active
    const rest = isOver ? length : known.endsAt - now
    const gap = (rest / Math.max(1, left / active)) * weight
    this.#nextAt = Math.max(this.#nextAt, now - jitterAllowance(length)) + gap
  }

  /** Time after the reset, until the next response: based on a share of the whole limit. */
  #renewed(known: Known, now: number, weight: number, active: number): number {
    const { endsAt, limit } = known
    const left = limit - this.#sends.between(endsAt - 1, now) * active
    return left < Math.min(weight * active, Math.max(limit, 1)) ? endsAt + lengthOf(known) : this.#nextAt
  }

  /** Margin after a reset, because clocks differ and times are stated in whole seconds. */
  #turn(known: Known): number {
    return jitterAllowance(lengthOf(known))
  }
}

function lengthOf({ window, endsAt, sentAt }: Known): number {
  return window ?? Math.max(unknownReset, endsAt - sentAt)
}
