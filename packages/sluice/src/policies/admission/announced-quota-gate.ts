import { AnnouncedQuota } from '../../algorithms/rate/announced-quota.ts'
import { SharedQuota } from '../../algorithms/rate/shared-quota.ts'
import { parseRateLimit } from '../../http/rate-limit/parse-rate-limit.ts'
import type { RateLimitSignal } from '../../http/rate-limit/signal.ts'
import { type Answer, type Gate, goFrom, type Settled } from './gate.ts'
import type { Lesson } from './shared-limits.ts'

/** Names of fields that tell a quota have one of these in them. */
const toldBy = /rate-?limit|quota|call-limit/
/** More quotas than this are not told by one server in good faith. */
const maxQuotas = 16

/** What is told to others is no longer than this. */
const longestTold = 1_000

export interface AnnouncedQuotaSettings {
  readonly wallTime: () => number
  /** How many processes use up the quotas. @default 1 */
  readonly active?: (() => number) | undefined
  /** Told what an answer told: the headers of quotas and its date, and how long ago it was asked for. @default nobody */
  readonly onTold?: ((headers: Readonly<Record<string, string>>, age: number) => void) | undefined
}

interface Quotas {
  readonly alone: AnnouncedQuota
  /** How it is used by many. */
  readonly shared: SharedQuota | undefined
}

/** Heeds the quotas that a server tells with its answers, before it has to refuse. */
export class AnnouncedQuotaGate implements Gate {
  readonly name = 'announced quota'
  readonly #settings: AnnouncedQuotaSettings
  readonly #quotas = new Map<string, Quotas>()

  constructor(settings: AnnouncedQuotaSettings) {
    this.#settings = settings
  }

  ask(now: number, weight: number): Answer {
    let until = now
    const active = this.#settings.active?.() ?? 1
    for (const { alone, shared } of this.#quotas.values()) {
      const isShared = shared !== undefined && active > 1
      until = Math.max(until, isShared ? shared.earliest(now, weight, active) : alone.earliest(now, weight))
    }
    return goFrom(until, now)
  }

  take(now: number, weight: number): void {
    for (const { alone, shared } of this.#quotas.values()) {
      alone.take(now, weight)
      shared?.take(now, weight, this.#settings.active?.() ?? 1)
    }
  }

  settle(now: number, settled: Settled): void {
    const { verdict, admittedAt, weight, outcome } = settled
    if (verdict === 'throttled') for (const { alone } of this.#quotas.values()) alone.refused(admittedAt, weight)
    if (outcome.kind !== 'response') return
    const signals = this.#signalsOf(settled)
    if (signals.length === 0) return
    for (const signal of signals) this.#report(now, signal, admittedAt)
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

  #report(now: number, signal: RateLimitSignal, sentAt: number): void {
    const key = `${signal.dialect} ${signal.policy} ${signal.partitionKey ?? ''}`
    let quota = this.#quotas.get(key)
    if (quota === undefined) {
      if (this.#quotas.size >= maxQuotas) return
      quota = {
        alone: new AnnouncedQuota(),
        shared: this.#settings.active === undefined ? undefined : new SharedQuota(),
      }
      this.#quotas.set(key, quota)
    }
    const { limit, remaining, window, resetAfter, refill } = signal
    quota.alone.report(now, { limit, remaining, window, resetAfter, refill, sentAt, roundTrip: now - sentAt })
    quota.shared?.report(now, { limit, remaining, window, resetAfter, sentAt })
  }
}

function requestSignals(headers: Readonly<Record<string, string>>, now: number): readonly RateLimitSignal[] {
  return parseRateLimit(headers, { now }).filter(({ unit }) => unit === 'requests')
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
