import { placesValidFor, turnOfPlaces } from '../../../algorithms/concurrency/place-ledger.ts'
import { paceOfQuota } from '../../../algorithms/rate/permit-ledger.ts'
import type { SharedPace } from '../../../algorithms/rate/shared-pace.ts'
import { agedBy } from '../../../policies/admission/lessons.ts'
import { type LimitsBackend, LimitsSession } from '../../../policies/admission/limits-session.ts'
import type { Grant, HeldPlaces, Lesson, PlaceWish, SharedLimits } from '../../../policies/admission/shared-limits.ts'
import type { Clock } from '../../../time/clock.ts'
import { systemClock } from '../../../time/system-clock.ts'
import { StoreError } from '../../errors.ts'
import { keptFor } from './kept-for.ts'

/** A database whose `search_path` is the schema with the tables of `limitTables`. A pool of `pg` is one. */
interface LimitsSql {
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
}

/** The part of one process in limits that are kept in PostgreSQL. */
export interface PostgresLimitsOptions {
  readonly sql: LimitsSql
  /** What has places and lessons of its own, such as a run. Rates hold over all scopes: they are the API's. */
  readonly scope: string
  /** Tells this process from all others, also from earlier ones. */
  readonly member: string
  /** Told what the database does not do. Calls wait meanwhile. @default nobody */
  readonly onError?: ((error: unknown) => void) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** Whoever was not heard of for so long is not active. */
const activeFor = 1_500
/** Whoever gets no answer for so long asks again. */
const patience = 5_000

/** Limits that any number of processes keep to together by way of a PostgreSQL database. */
export function postgresLimits(options: PostgresLimitsOptions): SharedLimits {
  const { clock = systemClock, onError } = options
  return new LimitsSession({ backend: new PostgresLimits(options, clock), clock, onError })
}

class PostgresLimits implements LimitsBackend {
  readonly #options: PostgresLimitsOptions
  readonly #clock: Clock
  readonly #placeKeys = new Set<string>()
  #heardUpTo = 0

  constructor(options: PostgresLimitsOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  async reserve(key: string, pace: SharedPace, units: number): Promise<Grant> {
    if (pace.kind === 'quota') return await this.#spend(key, pace, units)
    const { gap, tolerance, lasts } = pace
    const row = await this.#row('SELECT * FROM limit_reserve($1, $2, $3, $4)', [`rate ${key}`, gap, tolerance, units])
    return { units, at: Number(row.granted_at), startsAt: Number(row.starts_at), gap, lasts }
  }

  async #spend(key: string, pace: Extract<SharedPace, { kind: 'quota' }>, units: number): Promise<Grant> {
    const { count, part, counted } = pace
    const values = [`rate ${key}`, count, part, counted, units]
    const row = await this.#row('SELECT * FROM limit_spend($1, $2, $3, $4, $5)', values)
    const at = Number(row.granted_at)
    return { units: Number(row.granted), at, startsAt: Number(row.starts_at), ...paceOfQuota(part) }
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

  async sync(told: readonly Lesson[]): Promise<{ active: number; lessons: readonly Lesson[] }> {
    const { scope, member } = this.#options
    const rows = told.map((lesson) => ({
      subject: `${lesson.kind} ${lesson.partition}`,
      lesson: JSON.stringify(lesson),
      kept_for: keptFor(lesson),
    }))
    // A text of PostgreSQL holds every character but this one.
    const json = JSON.stringify(rows.filter((row) => !`${row.subject}${row.lesson}`.includes('\u0000')))
    const values = [scope, member, json, this.#heardUpTo, activeFor]
    const row = await this.#row('SELECT * FROM limit_sync($1, $2, $3, $4, $5)', values)
    this.#heardUpTo = Number(row.heard_up_to)
    const heard = row.lessons as readonly { readonly lesson: string; readonly age: number }[]
    const lessons = heard.flatMap(({ lesson, age }) => agedBy(JSON.parse(lesson) as Lesson, age) ?? [])
    return { active: Number(row.active), lessons }
  }

  async leave(): Promise<void> {
    const { scope, member } = this.#options
    const values = [scope, member, [...this.#placeKeys]]
    await this.#row(
      `WITH places AS (DELETE FROM limit_places WHERE key = ANY($3) AND holder = $2)
       DELETE FROM limit_members WHERE scope = $1 AND member = $2`,
      values,
    )
  }

  /** The row that a statement gives. @throws StoreError if there is no answer in time; what the driver throws. */
  async #row(text: string, values: readonly unknown[]): Promise<Record<string, unknown>> {
    let stop = (): void => {}
    const late = new Promise<never>((_, reject) => {
      const timer = this.#clock.timer(patience, () => {
        reject(
          new StoreError('SLUICE_STORE', `the database has not answered for ${patience / 1_000} s; it is asked again`),
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
