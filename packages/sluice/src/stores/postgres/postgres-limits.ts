import { placesValidFor, turnOfPlaces } from '../../algorithms/concurrency/place-ledger.ts'
import { ExchangeTimes } from '../../algorithms/rate/exchange-times.ts'
import { paceOfQuota } from '../../algorithms/rate/shared-pace.ts'
import { StoreError } from '../../database/store-error.ts'
import { type LimitsBackend, LimitsSession, type PacedWish } from '../../policies/admission/sharing/limits-session.ts'
import type {
  Grant,
  HeldPlaces,
  PlaceWish,
  SharedLimits,
  SharedSignal,
} from '../../policies/admission/sharing/shared-limits.ts'
import { agedBy } from '../../policies/admission/sharing/shared-signals.ts'
import type { Clock } from '../../time/clock.ts'
import { systemClock } from '../../time/system-clock.ts'

/** A database whose `search_path` is the schema with the tables of `limitTables`. A pool of `pg` is one. */
interface LimitsSql {
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
}

/** The part of one process in limits that are kept in PostgreSQL. */
export interface PostgresLimitsOptions {
  readonly sql: LimitsSql
  /** Owner of places and signals, such as a run. Rates hold over all scopes, because they are the API's. */
  readonly scope: string
  /** Unique id of this process; not used again by a later one. */
  readonly member: string
  /** Called when the database fails. Calls wait meanwhile. @default none */
  readonly onError?: ((error: unknown) => void) | undefined
  /** Called when the limits are closed. @default none */
  readonly onClose?: (() => Promise<void>) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** Time in ms without an exchange after which a process counts as idle. */
const activeFor = 1_500
/** Time in ms for an answer of the database. */
const answerTimeout = 5_000
/** Retention of signals in ms: processes that join later still get them. */
const quotaRetention = 10_000
const closedRetention = 5_000
const longestRetention = 86_400_000

/** Limits that any number of processes keep to together by way of a PostgreSQL database. */
export function limitsInTables(options: PostgresLimitsOptions): SharedLimits {
  const { clock = systemClock, onError } = options
  return new LimitsSession({ backend: new PostgresLimits(options, clock), clock, onError })
}

class PostgresLimits implements LimitsBackend {
  readonly #options: PostgresLimitsOptions
  readonly #clock: Clock
  readonly #exchanges = new ExchangeTimes()
  readonly #placeKeys = new Set<string>()
  #receivedUpTo = 0

  constructor(options: PostgresLimitsOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  async reserve(wishes: readonly PacedWish[], calls: number): Promise<readonly Grant[]> {
    const lead = this.#exchanges.lateness
    const needs = wishes.map(({ key, unit, pace, units }) => {
      // Permits begin no earlier than their answer is expected: those that have passed by then are lost.
      const begin = pace.kind === 'paced' ? { tolerance: pace.tolerance - lead } : {}
      return { ...pace, ...begin, key: `rate ${key}`, unit, units }
    })
    const values = [`rate ${wishes[0]?.subject}`, JSON.stringify(needs), calls]
    const sentAt = this.#clock.now()
    const row = await this.#row('SELECT * FROM limit_reserve_together($1, $2, $3)', values)
    this.#exchanges.add(this.#clock.now() - sentAt)
    const [at, startsAt, granted, distance] = [row.granted_at, row.starts_at, row.granted, row.distance].map(Number)
    return wishes.map(({ pace, units }) => {
      const grant = { at: at!, units: granted! * units }
      if (pace.kind === 'paced') return { ...grant, startsAt: startsAt!, gap: distance! / units, lasts: pace.lasts }
      return { ...grant, startsAt: granted! > 0 ? at! : startsAt!, ...paceOfQuota(pace.part) }
    })
  }

  async hold(key: string, limit: number, { inFlight, holding, wanted }: PlaceWish): Promise<HeldPlaces> {
    const { scope, member } = this.#options
    const name = `places ${scope} ${key}`
    this.#placeKeys.add(name)
    const values = [name, limit, member, inFlight, holding, Math.ceil(wanted), placesValidFor, turnOfPlaces]
    const row = await this.#row('SELECT limit_hold($1, $2, $3, $4, $5, $6, $7, $8) AS places', values)
    if (wanted === 0 && row.places === 0) this.#placeKeys.delete(name)
    return { places: Number(row.places), validFor: placesValidFor }
  }

  async sync(published: readonly SharedSignal[]): Promise<{ active: number; signals: readonly SharedSignal[] }> {
    const { scope, member } = this.#options
    const rows = published.map((signal) => ({
      subject: `${signal.kind} ${signal.partition}`,
      lesson: JSON.stringify(signal),
      kept_for: retentionOf(signal),
    }))
    // A text of PostgreSQL holds every character but this one.
    const json = JSON.stringify(rows.filter((row) => !`${row.subject}${row.lesson}`.includes('\u0000')))
    const values = [scope, member, json, this.#receivedUpTo, activeFor]
    const row = await this.#row('SELECT * FROM limit_sync($1, $2, $3, $4, $5)', values)
    this.#receivedUpTo = Number(row.heard_up_to)
    const received = row.lessons as readonly { readonly lesson: string; readonly age: number }[]
    const signals = received.flatMap(({ lesson, age }) => agedBy(JSON.parse(lesson) as SharedSignal, age) ?? [])
    return { active: Number(row.active), signals }
  }

  async leave(): Promise<void> {
    const { scope, member, onClose } = this.#options
    const values = [scope, member, [...this.#placeKeys]]
    try {
      await this.#row(
        `WITH places AS (DELETE FROM limit_places WHERE key = ANY($3) AND holder = $2)
         DELETE FROM limit_members WHERE scope = $1 AND member = $2`,
        values,
      )
    } finally {
      await onClose?.()
    }
  }

  /** First row of a statement's result. @throws StoreError if there is no answer in time; the driver's errors. */
  async #row(text: string, values: readonly unknown[]): Promise<Record<string, unknown>> {
    let stop = (): void => {}
    const late = new Promise<never>((_, reject) => {
      const timer = this.#clock.timer(answerTimeout, () => {
        reject(
          new StoreError('SLUICE_STORE', `the database has not answered for ${answerTimeout / 1_000} s; trying again`),
        )
      })
      stop = () => timer.cancel()
    })
    try {
      const { rows } = await Promise.race([this.#options.sql.query(text, values), late])
      return rows[0] ?? {}
    } finally {
      stop()
    }
  }
}

function retentionOf(signal: SharedSignal): number {
  if (signal.kind === 'quota') return quotaRetention
  if (signal.kind === 'breaker' && !signal.isOpen) return closedRetention
  return Math.min(longestRetention, signal.for)
}
