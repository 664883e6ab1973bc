import { type HeldPlaces, type PlaceWish, placesValidFor } from '../../algorithms/concurrency/concurrency-leases.ts'
import { paceOfQuota } from '../../algorithms/rate/shared-pace.ts'
import {
  type LateWish,
  type LimitsBackend,
  LimitsSession,
  type PacedWish,
} from '../../policies/admission/sharing/limits-session.ts'
import type { Grant, SharedLimits, SharedSignal } from '../../policies/admission/sharing/shared-limits.ts'
import { agedBy } from '../../policies/admission/sharing/shared-signals.ts'
import type { Clock } from '../../time/clock.ts'
import { systemClock } from '../../time/system-clock.ts'
import type { LimitStatements } from './limit-statements.ts'

/** Options of limits in PostgreSQL for one process. */
export interface PostgresLimitsOptions {
  /** Statements. Requests of limits that share them are batched. */
  readonly statements: LimitStatements
  /** Owner of places and signals, such as a run. Rates apply across scopes, because they belong to the API. */
  readonly scope: string
  /** Unique id of this process, never reused by a later one. */
  readonly member: string
  /** Called when the database fails; calls wait meanwhile. @default none */
  readonly onError?: ((error: unknown) => void) | undefined
  /** Called when the limits are closed. @default none */
  readonly onClose?: (() => Promise<void>) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** Time in ms without an exchange after which a process counts as idle. */
const activeFor = 1_500
/** Interval in ms between removals of unused rows. */
const sweepEvery = 60_000
/** Retention of signals in ms, so that processes that join later still receive them. */
const quotaRetention = 10_000
const closedRetention = 5_000
const longestRetention = 86_400_000

/** Limits that any number of processes share through a PostgreSQL database. */
export function limitsInTables(options: PostgresLimitsOptions): SharedLimits {
  const { clock = systemClock, onError } = options
  return new LimitsSession({ backend: new PostgresLimits(options), clock, onError })
}

class PostgresLimits implements LimitsBackend {
  readonly #options: PostgresLimitsOptions
  readonly #placeKeys = new Set<string>()
  #receivedUpTo = 0
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor(options: PostgresLimitsOptions) {
    this.#options = options
  }

  async reserve(wishes: readonly PacedWish[], calls: number): Promise<readonly Grant[]> {
    const reserved = await this.#options.statements.reserve(wishes, calls)
    const { at, startsAt, distance } = reserved
    return wishes.map(({ pace, units }) => {
      const grant = { at, units: reserved.calls * units }
      if (pace.kind === 'paced') return { ...grant, startsAt, gap: distance / units, lasts: pace.lasts }
      return { ...grant, startsAt: reserved.calls > 0 ? at : startsAt, ...paceOfQuota(pace.part) }
    })
  }

  async putOff(late: LateWish): Promise<void> {
    await this.#options.statements.putOff(late)
  }

  async release(key: string): Promise<void> {
    await this.#options.statements.release(key)
  }

  async hold(key: string, limit: number, wish: PlaceWish): Promise<HeldPlaces> {
    const { scope, member, statements } = this.#options
    const name = `places ${scope} ${key}`
    this.#placeKeys.add(name)
    const places = await statements.hold({ key: name, limit, holder: member, wish })
    if (wish.wanted === 0 && places === 0) this.#placeKeys.delete(name)
    return { places, validFor: placesValidFor }
  }

  async handed(): Promise<ReadonlyMap<string, HeldPlaces>> {
    const { scope, member, statements } = this.#options
    const prefix = `places ${scope} `
    const ofScope = (await statements.handed(member)).filter(({ key }) => key.startsWith(prefix))
    return new Map(ofScope.map(({ key, ...held }) => [key.slice(prefix.length), held]))
  }

  async sync(published: readonly SharedSignal[]): Promise<{ active: number; signals: readonly SharedSignal[] }> {
    const { scope, member } = this.#options
    const rows = published.map((signal) => ({
      subject: `${signal.kind} ${signal.partition}`,
      lesson: JSON.stringify(signal),
      kept_for: retentionOf(signal),
    }))
    // PostgreSQL text cannot contain U+0000.
    const json = JSON.stringify(rows.filter((row) => !`${row.subject}${row.lesson}`.includes('\u0000')))
    const values = [scope, member, json, this.#receivedUpTo, activeFor]
    const row = await this.#options.statements.row('SELECT * FROM limit_sync($1, $2, $3, $4, $5)', values)
    this.#receivedUpTo = Number(row.heard_up_to)
    await this.#sweep()
    const received = row.lessons as readonly { readonly lesson: string; readonly age: number }[]
    const signals = received.flatMap(
      ({ lesson, age }) => agedBy(JSON.parse(lesson) as SharedSignal, Math.max(0, age)) ?? [],
    )
    return { active: Number(row.active), signals }
  }

  async #sweep(): Promise<void> {
    const { statements, clock = systemClock } = this.#options
    const now = clock.now()
    if (now - this.#sweptAt < sweepEvery) return
    this.#sweptAt = now
    await statements.row('SELECT limit_sweep()', [])
  }

  async leave(): Promise<void> {
    const { scope, member, statements, onClose } = this.#options
    const values = [scope, member, [...this.#placeKeys]]
    try {
      await statements.row(
        `WITH places AS (DELETE FROM limit_places WHERE key = ANY($3) AND holder = $2)
         DELETE FROM limit_members WHERE scope = $1 AND member = $2`,
        values,
      )
    } finally {
      await onClose?.()
    }
  }
}

function retentionOf(signal: SharedSignal): number {
  if (signal.kind === 'quota') return quotaRetention
  if (signal.kind === 'breaker' && !signal.isOpen) return closedRetention
  return Math.min(longestRetention, signal.for)
}
