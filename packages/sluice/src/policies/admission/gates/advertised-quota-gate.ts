import { AdvertisedQuota } from '../../../algorithms/quota/advertised-quota.ts'
import { CallCost } from '../../../algorithms/quota/call-cost.ts'
import { QuotaDoubt } from '../../../algorithms/quota/quota-doubt.ts'
import { SharedQuota } from '../../../algorithms/quota/shared-quota.ts'
import { graphqlPoints } from '../../../http/graphql.ts'
import { parseRateLimit } from '../../../http/rate-limit/parse-rate-limit.ts'
import type { RateLimitSignal } from '../../../http/rate-limit/signal.ts'
import type { ApiRequest } from '../../../http/request.ts'
import type { Attempt } from '../../attempt.ts'
import type { Costs } from '../../costs/costs.ts'
import { PausedError } from '../../errors.ts'
import type { SharedSignal } from '../sharing/shared-limits.ts'
import { type Answer, type Gate, go, goFrom, type Settled } from './gate.ts'
import { Resources } from './resources.ts'

/** Matches the names of headers that state a quota. */
const quotaName = /rate-?limit|quota|call-limit/
/** Maximum number of quotas stored for one server. */
const maxQuotas = 16
/** Maximum length of a header published to other processes. */
const maxPublished = 1_000

export interface AdvertisedQuotaSettings {
  readonly wallTime: () => number
  /** Maximum wait in ms. If a quota is refilled later, calls are refused with the date. */
  readonly longest: number
  /** Number of processes that share the quotas. @default 1 */
  readonly active?: (() => number) | undefined
  readonly costs: Costs
  /** True if points in GraphQL responses are quotas too. @default false */
  readonly readsPoints?: boolean | undefined
  /** Called with the quota headers and date of a response, and the time since its request was sent. @default none */
  readonly onQuota?: ((headers: Readonly<Record<string, string>>, age: number) => void) | undefined
}

interface Quotas {
  /** Unit the quota counts: `requests`, or a unit in which requests have a cost. */
  readonly unit: string
  /** Part of the API the quota applies to, if the server names one. */
  readonly resource: string | undefined
  readonly alone: AdvertisedQuota
  readonly doubt: QuotaDoubt
  /** The quota, shared among the active processes. */
  readonly shared: SharedQuota | undefined
  /** Cost of a call with no stated cost, in a unit other than requests. */
  readonly callCost: CallCost
  /** Calls in flight without a stated cost. */
  unstated: number
}

/** Units that a call in flight counts for, in a quota of a unit other than requests. */
interface Counted {
  readonly units: number
  /** True if the cost was not stated. */
  readonly isUnstated: boolean
}

/** Obeys quotas that a server advertises in its responses, before the server has to refuse. */
export class AdvertisedQuotaGate implements Gate {
  readonly name = 'advertised quota'
  readonly #settings: AdvertisedQuotaSettings
  readonly #quotas = new Map<string, Quotas>()
  readonly #resources = new Resources()
  /** Amounts counted for attempts in flight, in quotas of units other than requests. */
  readonly #counted = new WeakMap<Attempt, Map<Quotas, Counted>>()

  constructor(settings: AdvertisedQuotaSettings) {
    this.#settings = settings
  }

  ask(now: number, weight: number, request?: ApiRequest): Answer {
    if (this.#quotas.size === 0) return go
    let [until, untilOfPart] = [now, now]
    const active = this.#settings.active?.() ?? 1
    for (const quota of this.#quotas.values()) {
      const units = this.#maxUnits(quota, weight, request)
      if (units === 0 || !this.#holds(quota, request)) continue
      const { alone, shared, doubt, resource } = quota
      const isShared = shared !== undefined && active > 1
      const stated = isShared ? shared.earliest(now, units, active) : alone.earliest(now, units)
      const earliest = doubt.earliest(now, stated)
      if (resource === undefined) until = Math.max(until, earliest)
      else untilOfPart = Math.max(untilOfPart, earliest)
    }
    const latest = Math.max(until, untilOfPart)
    if (latest - now > this.#settings.longest) {
      return { kind: 'no', error: new PausedError(this.#settings.wallTime() + latest - now) }
    }
    return until <= now && latest > now ? { kind: 'wait', until: latest, isForPart: true } : goFrom(latest, now)
  }

  take(now: number, weight: number, attempt: Attempt): void {
    for (const quota of this.#quotas.values()) {
      if (!this.#holds(quota, attempt.request)) continue
      const units = this.#units(quota, weight, attempt.request)
      if (quota.unit !== 'requests') this.#count(now, attempt, quota, units)
      if (units === 0) continue
      const { alone, shared, doubt } = quota
      alone.take(now, units)
      shared?.take(now, units, this.#settings.active?.() ?? 1)
      doubt.take(now)
    }
  }

  settle(now: number, settled: Settled): void {
    const { attempt, verdict, admittedAt, weight, outcome } = settled
    const wasAccepted = verdict !== 'throttled'
    for (const quota of this.#quotas.values()) {
      if (quota.unit !== 'requests') this.#correct(quota, settled, wasAccepted)
      else if (!wasAccepted && this.#holds(quota, attempt.request)) quota.alone.refused(admittedAt, weight)
    }
    if (outcome.kind !== 'response') return
    const signals = this.#signalsOf(settled)
    if (signals.length === 0) return
    for (const signal of signals) {
      if (signal.resource !== undefined) this.#resources.learn(attempt.request.url, signal.resource)
      this.#report(now, signal, admittedAt, wasAccepted)
    }
    this.#settings.onQuota?.(quotaHeaders(outcome.response.headers), now - admittedAt)
  }

  /** Processes a response that another process received, as if it were its own. */
  receive(now: number, signal: SharedSignal): void {
    if (signal.kind !== 'quota') return
    const { headers, age } = signal
    const wallTime = this.#settings.wallTime()
    for (const quota of quotaSignals(headers, wallTime)) this.#report(now, quota, now - age)
  }

  /** True if a refusal is due to an exhausted advertised quota, so that it gives no evidence of another limit. */
  explains(settled: Settled): boolean {
    const { attempt, weight } = settled
    return this.#signalsOf(settled).some((signal) => {
      if (signal.remaining === undefined) return false
      const quota = this.#quotas.get(keyOf(signal))
      const units = quota === undefined ? 0 : this.#maxUnits(quota, weight, attempt.request)
      return signal.remaining < Math.max(1, units)
    })
  }

  isFresh(): boolean {
    return this.#quotas.size === 0
  }

  #signalsOf({ outcome }: Settled): readonly RateLimitSignal[] {
    if (outcome.kind !== 'response') return []
    const { headers } = outcome.response
    const now = this.#settings.wallTime()
    const signals = hasQuota(headers) ? quotaSignals(headers, now) : []
    const points = this.#settings.readsPoints === true ? graphqlPoints(outcome.response, now) : undefined
    return points === undefined ? signals : [...signals, ...points.signals.filter(isLimit)]
  }

  /** Units a request counts for in a quota: an upper estimate, or a mean if its cost is not stated. */
  #units({ unit, callCost }: Quotas, weight: number, request: ApiRequest | undefined): number {
    if (unit === 'requests') return weight
    if (request === undefined) return 0
    const { costs } = this.#settings
    return costs.isUnknown(request, unit) ? callCost.mean : (costs.expected(request, unit) ?? 0)
  }

  /** Units that must be left for a request to go. */
  #maxUnits(quota: Quotas, weight: number, request: ApiRequest | undefined): number {
    const { unit, callCost, unstated } = quota
    const isUnstated = unit !== 'requests' && request !== undefined && this.#settings.costs.isUnknown(request, unit)
    return isUnstated ? callCost.upper(unstated) : this.#units(quota, weight, request)
  }

  #count(now: number, attempt: Attempt, quota: Quotas, units: number): void {
    const isUnstated = this.#settings.costs.isUnknown(attempt.request, quota.unit)
    quota.callCost.take(now)
    if (isUnstated) quota.unstated++
    const counted = this.#counted.get(attempt) ?? new Map<Quotas, Counted>()
    this.#counted.set(attempt, counted.set(quota, { units, isUnstated }))
  }

  /** Replaces the estimate by the actual cost of an attempt; 0 if it was refused. */
  #correct(quota: Quotas, { attempt, admittedAt }: Settled, wasAccepted: boolean): void {
    const counted = this.#counted.get(attempt)?.get(quota)
    if (counted === undefined) return
    this.#counted.get(attempt)!.delete(quota)
    if (counted.isUnstated) quota.unstated--
    if (!wasAccepted) quota.callCost.refused(admittedAt)
    const cost = wasAccepted ? (attempt.reportedCost?.[quota.unit] ?? counted.units) : 0
    if (cost !== counted.units) quota.alone.correct(admittedAt, counted.units - cost)
  }

  /** True if a quota applies: one for a part of the API applies only to requests known to belong to it. */
  #holds({ resource }: Quotas, request: ApiRequest | undefined): boolean {
    return resource === undefined || (request !== undefined && this.#resources.of(request.url) === resource)
  }

  #report(now: number, signal: RateLimitSignal, sentAt: number, wasAccepted?: boolean): void {
    const key = keyOf(signal)
    let quota = this.#quotas.get(key)
    if (quota === undefined) {
      if (this.#quotas.size >= maxQuotas) return
      quota = {
        unit: signal.unit,
        resource: signal.resource,
        alone: new AdvertisedQuota(),
        doubt: new QuotaDoubt(),
        shared: this.#settings.active === undefined ? undefined : new SharedQuota(),
        callCost: new CallCost(),
        unstated: 0,
      }
      this.#quotas.set(key, quota)
    }
    const { limit, remaining, window, resetAfter, refill } = signal
    quota.alone.report(now, { limit, remaining, window, resetAfter, refill, sentAt, roundTrip: now - sentAt })
    quota.shared?.report(now, { limit, remaining, window, resetAfter, sentAt })
    if (quota.unit !== 'requests') {
      quota.callCost.report({ limit, remaining, fullIn: refill === 'full' ? resetAfter : undefined, sentAt })
    }
    quota.doubt.report(now, { limit, remaining, resetAfter, sentAt, wasAccepted })
  }
}

function keyOf({ dialect, policy, partitionKey }: RateLimitSignal): string {
  return `${dialect} ${policy} ${partitionKey ?? ''}`
}

function quotaSignals(headers: Readonly<Record<string, string>>, now: number): readonly RateLimitSignal[] {
  return parseRateLimit(headers, { now }).filter((signal) => signal.unit !== 'concurrent-requests' && isLimit(signal))
}

/** False for a limit of 0, which stands for no limit: otherwise no request could ever be sent. */
function isLimit({ limit }: RateLimitSignal): boolean {
  return limit !== 0
}

/** Headers safe to publish: quotas and the date. Others can contain secrets. */
function quotaHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const published = Object.entries(headers).filter(([name, value]) => {
    return (quotaName.test(name) || name === 'date') && value.length <= maxPublished
  })
  return Object.fromEntries(published)
}

/** Called for every response, so it avoids building a list of the names. */
function hasQuota(headers: Readonly<Record<string, string>>): boolean {
  for (const name in headers) if (quotaName.test(name)) return true
  return false
}
