import { jitterAllowance } from '../rate/send-ledger.ts'
import { SendHistory } from './send-history.ts'
import { longestPaced } from './server-counter.ts'

/** Quota in one answer, whichever process got it. */
export interface SharedQuotaReport {
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
  readonly window?: number | undefined
  readonly resetAfter?: number | undefined
  /** When the request was sent, on our clock. */
  readonly sentAt: number
}

interface Known {
  readonly remaining: number
  readonly limit: number
  readonly sentAt: number
  readonly endsAt: number
  readonly window: number | undefined
}

/** Time in ms for which a quota without a stated reset holds. */
const unknownReset = 1_000

/**
 * Advertised quota that several processes use together. Each takes its part of what the newest answer says is left, whichever
 * process got it, and spreads that over the time until the reset.
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

  /** The earliest time from `now` on at which `weight` units may leave, as one of `active` processes. */
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

  /** After the reset, until the next answer: a part of the whole. */
  #renewed(known: Known, now: number, weight: number, active: number): number {
    const { endsAt, limit } = known
    const left = limit - this.#sends.between(endsAt - 1, now) * active
    return left < Math.min(weight * active, Math.max(limit, 1)) ? endsAt + lengthOf(known) : this.#nextAt
  }

  /** Margin after a reset: clocks differ, and times are stated in whole seconds. */
  #turn(known: Known): number {
    return jitterAllowance(lengthOf(known))
  }
}

function lengthOf({ window, endsAt, sentAt }: Known): number {
  return window ?? Math.max(unknownReset, endsAt - sentAt)
}
