import { AnnouncedQuota } from '../../algorithms/rate/announced-quota.ts'
import { parseRateLimit } from '../../http/rate-limit/parse-rate-limit.ts'
import type { RateLimitSignal } from '../../http/rate-limit/signal.ts'
import { type Answer, type Gate, goFrom, type Settled } from './gate.ts'

/** Names of fields that tell a quota have one of these in them. */
const toldBy = /rate-?limit|quota|call-limit/
/** More quotas than this are not told by one server in good faith. */
const maxQuotas = 16

/** Heeds the quotas that a server tells with its answers, before it has to refuse. */
export class AnnouncedQuotaGate implements Gate {
  readonly name = 'announced quota'
  readonly #wallTime: () => number
  readonly #quotas = new Map<string, AnnouncedQuota>()

  constructor(wallTime: () => number) {
    this.#wallTime = wallTime
  }

  ask(now: number, weight: number): Answer {
    let until = now
    for (const quota of this.#quotas.values()) until = Math.max(until, quota.earliest(now, weight))
    return goFrom(until, now)
  }

  take(now: number, weight: number): void {
    for (const quota of this.#quotas.values()) quota.take(now, weight)
  }

  settle(now: number, settled: Settled): void {
    const { verdict, admittedAt, weight } = settled
    if (verdict === 'throttled') for (const quota of this.#quotas.values()) quota.refused(admittedAt, weight)
    for (const signal of this.#signalsOf(settled)) this.#report(now, signal, admittedAt)
  }

  /** Whether a refusal is due to a quota that is told, because nothing is left of it: it says nothing of another limit. */
  explains(settled: Settled): boolean {
    return this.#signalsOf(settled).some(({ remaining }) => remaining === 0)
  }

  isFresh(): boolean {
    return this.#quotas.size === 0
  }

  #signalsOf({ outcome }: Settled): readonly RateLimitSignal[] {
    if (outcome.kind !== 'response') return []
    const { headers } = outcome.response
    if (!tellsQuota(headers)) return []
    return parseRateLimit(headers, { now: this.#wallTime() }).filter(({ unit }) => unit === 'requests')
  }

  #report(now: number, signal: RateLimitSignal, sentAt: number): void {
    const key = `${signal.dialect} ${signal.policy} ${signal.partitionKey ?? ''}`
    let quota = this.#quotas.get(key)
    if (quota === undefined) {
      if (this.#quotas.size >= maxQuotas) return
      quota = new AnnouncedQuota()
      this.#quotas.set(key, quota)
    }
    const { limit, remaining, window, resetAfter, refill } = signal
    quota.report(now, { limit, remaining, window, resetAfter, refill, sentAt, roundTrip: now - sentAt })
  }
}

/** Asked of every answer, so it makes no list of the names. */
function tellsQuota(headers: Readonly<Record<string, string>>): boolean {
  for (const name in headers) if (toldBy.test(name)) return true
  return false
}
