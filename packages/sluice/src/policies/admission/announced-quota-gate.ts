import { AnnouncedQuota } from '../../algorithms/rate/announced-quota.ts'
import { QuotaDoubt } from '../../algorithms/rate/quota-doubt.ts'
import { SharedQuota } from '../../algorithms/rate/shared-quota.ts'
import { parseRateLimit } from '../../http/rate-limit/parse-rate-limit.ts'
import type { RateLimitSignal } from '../../http/rate-limit/signal.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Attempt } from '../attempt.ts'
import { PausedError } from '../errors.ts'
import { type Answer, type Gate, go, goFrom, type Settled } from './gate.ts'
import { Resources } from './resources.ts'
import type { Lesson } from './shared-limits.ts'

/** Names of fields that tell a quota have one of these in them. */
const toldBy = /rate-?limit|quota|call-limit/
/** More quotas than this are not told by one server in good faith. */
const maxQuotas = 16

/** What is told to others is no longer than this. */
const longestTold = 1_000

export interface AnnouncedQuotaSettings {
  readonly wallTime: () => number
  /** A quota that has more only later than this, in milliseconds from now, is not waited for: calls are refused with the date. */
  readonly longest: number
  /** How many processes use up the quotas. @default 1 */
  readonly active?: (() => number) | undefined
  /** Told what an answer told: the headers of quotas and its date, and how long ago it was asked for. @default nobody */
  readonly onTold?: ((headers: Readonly<Record<string, string>>, age: number) => void) | undefined
}

interface Quotas {
  /** The part of the API that it is for, if the server names one. */
  readonly resource: string | undefined
  readonly alone: AnnouncedQuota
  readonly doubt: QuotaDoubt
  /** How it is used by many. */
  readonly shared: SharedQuota | undefined
}

/** Heeds the quotas that a server tells with its answers, before it has to refuse. */
export class AnnouncedQuotaGate implements Gate {
  readonly name = 'announced quota'
  readonly #settings: AnnouncedQuotaSettings
  readonly #quotas = new Map<string, Quotas>()
  readonly #resources = new Resources()

  constructor(settings: AnnouncedQuotaSettings) {
    this.#settings = settings
  }

  ask(now: number, weight: number, request?: ApiRequest): Answer {
    if (this.#quotas.size === 0) return go
    let [until, untilOfPart] = [now, now]
    const active = this.#settings.active?.() ?? 1
    for (const quota of this.#quotas.values()) {
      if (!this.#holds(quota, request)) continue
      const { alone, shared, doubt, resource } = quota
      const isShared = shared !== undefined && active > 1
      const told = isShared ? shared.earliest(now, weight, active) : alone.earliest(now, weight)
      const earliest = doubt.earliest(now, told)
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
      const { alone, shared, doubt } = quota
      alone.take(now, weight)
      shared?.take(now, weight, this.#settings.active?.() ?? 1)
      doubt.take(now)
    }
  }

  settle(now: number, settled: Settled): void {
    const { attempt, verdict, admittedAt, weight, outcome } = settled
    const wasAccepted = verdict !== 'throttled'
    for (const quota of this.#quotas.values()) {
      if (!wasAccepted && this.#holds(quota, attempt.request)) quota.alone.refused(admittedAt, weight)
    }
    if (outcome.kind !== 'response') return
    const signals = this.#signalsOf(settled)
    if (signals.length === 0) return
    for (const signal of signals) {
      if (signal.resource !== undefined) this.#resources.learn(attempt.request.url, signal.resource)
      this.#report(now, signal, admittedAt, wasAccepted)
    }
    this.#settings.onTold?.(quotaHeaders(outcome.response.headers), now - admittedAt)
  }

  /** What another process was told. It counts like an answer of our own. */
  hear(now: number, lesson: Lesson): void {
    if (lesson.kind !== 'quota') return
    const { headers, age } = lesson
    const wallTime = this.#settings.wallTime()
    for (const signal of requestSignals(headers, wallTime)) this.#report(now, signal, now - age)
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
    return tellsQuota(headers) ? requestSignals(headers, this.#settings.wallTime()) : []
  }

  /** A quota for a part of the API holds only what is known to belong to that. */
  #holds({ resource }: Quotas, request: ApiRequest | undefined): boolean {
    return resource === undefined || (request !== undefined && this.#resources.of(request.url) === resource)
  }

  #report(now: number, signal: RateLimitSignal, sentAt: number, wasAccepted?: boolean): void {
    const key = `${signal.dialect} ${signal.policy} ${signal.partitionKey ?? ''}`
    let quota = this.#quotas.get(key)
    if (quota === undefined) {
      if (this.#quotas.size >= maxQuotas) return
      quota = {
        resource: signal.resource,
        alone: new AnnouncedQuota(),
        doubt: new QuotaDoubt(),
        shared: this.#settings.active === undefined ? undefined : new SharedQuota(),
      }
      this.#quotas.set(key, quota)
    }
    const { limit, remaining, window, resetAfter, refill } = signal
    quota.alone.report(now, { limit, remaining, window, resetAfter, refill, sentAt, roundTrip: now - sentAt })
    quota.shared?.report(now, { limit, remaining, window, resetAfter, sentAt })
    quota.doubt.report(now, { limit, remaining, resetAfter, sentAt, wasAccepted })
  }
}

function requestSignals(headers: Readonly<Record<string, string>>, now: number): readonly RateLimitSignal[] {
  // Of a limit of 0 nothing could ever be asked: it stands for none.
  return parseRateLimit(headers, { now }).filter(({ unit, limit }) => unit === 'requests' && limit !== 0)
}

/** Nothing else may reach others: headers can hold secrets. */
function quotaHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const told = Object.entries(headers).filter(([name, value]) => {
    return (toldBy.test(name) || name === 'date') && value.length <= longestTold
  })
  return Object.fromEntries(told)
}

/** Asked of every answer, so it makes no list of the names. */
function tellsQuota(headers: Readonly<Record<string, string>>): boolean {
  for (const name in headers) if (toldBy.test(name)) return true
  return false
}
