import { type PlaceWish, placesValidFor, turnLength } from '../../algorithms/concurrency/concurrency-leases.ts'
import { StoreError } from '../../database/store-error.ts'
import type { LateWish, PacedWish } from '../../policies/admission/sharing/limits-session.ts'
import type { Clock } from '../../time/clock.ts'
import { systemClock } from '../../time/system-clock.ts'
import { Batches } from './batches.ts'

type Row = Readonly<Record<string, unknown>>

/** Database whose `search_path` is the schema with the limit tables, such as a pool of `pg`. */
export interface LimitsSql {
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>
}

/** Request for permits of one subject: each call needs all of them at the same instant. */
interface PermitAsk {
  readonly subject: string
  readonly wishes: readonly PacedWish[]
  readonly calls: number
}

/** Request of a holder for places of one key. */
interface PlaceAsk {
  readonly key: string
  readonly limit: number
  readonly holder: string
  readonly wish: PlaceWish
}

/** Places of one key that others released to a holder, valid for some ms. */
interface HandedRow {
  readonly key: string
  readonly places: number
  readonly validFor: number
}

/** Reservation, by the clock of the database. */
export interface Reserved {
  readonly at: number
  readonly startsAt: number
  readonly calls: number
  /** Milliseconds between two calls. */
  readonly distance: number
}

/** Timeout of an answer of the database in milliseconds. */
const answerTimeout = 5_000

/** Ends the use of a rate a quarter of a second after its next permit. */
const releaseRate = `
  UPDATE limit_rates SET used_until = least(
    used_until, greatest(next_at, extract(epoch FROM clock_timestamp())::double precision * 1000) + 250
  ) WHERE key = $1`

/** Places that were granted to a holder when others released them. */
const handedTo = `
  SELECT key, handed, valid_until - extract(epoch FROM clock_timestamp())::double precision * 1000 AS valid_for
  FROM limit_places WHERE holder = $1 AND handed > 0`

/** Statements of shared limits. Requests that limits make at the same time are sent in one statement. */
export class LimitStatements {
  readonly #sql: LimitsSql
  readonly #clock: Clock
  /** Requests for a single paced rate, as a run over many hosts makes. */
  readonly #paced: Batches<PermitAsk, Reserved>
  readonly #joint: Batches<PermitAsk, Reserved>
  readonly #late: Batches<LateWish, undefined>
  readonly #places: Batches<PlaceAsk, number>

  constructor(sql: LimitsSql, clock: Clock = systemClock) {
    this.#sql = sql
    this.#clock = clock
    const common = { clock, timeout: answerTimeout, late }
    const bySubject = { ...common, keyOf: ({ subject }: PermitAsk) => subject }
    this.#paced = new Batches({ ...bySubject, send: (asks) => this.#reservePaced(asks) })
    this.#joint = new Batches({ ...bySubject, send: (asks) => this.#reserveAll(asks) })
    this.#late = new Batches({ ...common, keyOf: ({ key }) => key, send: (asks) => this.#putOff(asks) })
    this.#places = new Batches({ ...common, keyOf: ({ key }) => key, send: (asks) => this.#hold(asks) })
  }

  /** Reserves permits for some calls. Each call takes the units of every wish. */
  reserve(wishes: readonly PacedWish[], calls: number): Promise<Reserved> {
    const [first] = wishes
    const isSimple = wishes.length === 1 && first?.pace.kind === 'paced' && first.units === 1
    return (isSimple ? this.#paced : this.#joint).ask({ subject: `rate ${first?.subject}`, wishes, calls })
  }

  /** Postpones the permits after a late send. */
  putOff(late: LateWish): Promise<undefined> {
    return this.#late.ask(late)
  }

  /** Ends the use of a rate. Processes that still use it reserve from it again by its next permit. */
  async release(key: string): Promise<void> {
    await this.row(releaseRate, [keyOfRate(key)])
  }

  /** Reserves places. Resolves with the number of places that the holder may use. */
  hold(ask: PlaceAsk): Promise<number> {
    return this.#places.ask(ask)
  }

  /** Places that others released to a holder since its last request for their key. */
  async handed(holder: string): Promise<readonly HandedRow[]> {
    const rows = await this.rows(handedTo, [holder])
    return rows.map((row) => ({
      key: String(row.key),
      places: Number(row.handed),
      // More if the clock of the database was set back since.
      validFor: Math.min(placesValidFor, Number(row.valid_for)),
    }))
  }

  /** First row of a statement's result. @throws StoreError if there is no answer in time; errors of the driver. */
  async row(text: string, values: readonly unknown[]): Promise<Row> {
    return (await this.rows(text, values))[0] ?? {}
  }

  /** Rows of a statement's result. @throws StoreError if there is no answer in time; errors of the driver. */
  async rows(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = this.#clock.timer(answerTimeout, () => reject(late()))
    try {
      return (await Promise.race([this.#sql.query(text, values), promise])).rows
    } finally {
      timer.cancel()
    }
  }

  #reservePaced(asks: readonly PermitAsk[]): Promise<readonly Reserved[]> {
    const wishes = asks.map((ask) => ask.wishes[0]!)
    const paces = wishes.map(({ pace }) => (pace.kind === 'paced' ? pace : { gap: 0, tolerance: 0 }))
    return this.#answers('SELECT * FROM limit_reserve_paced($1, $2, $3, $4, $5, $6, $7, $8)', asks, reserved, [
      asks.map(({ subject }) => subject),
      wishes.map(({ key }) => keyOfRate(key)),
      wishes.map(({ unit }) => unit),
      paces.map(({ gap }) => gap),
      paces.map(({ tolerance }) => tolerance),
      asks.map(({ calls }) => calls),
      wishes.map(({ unused }) => unused?.until ?? 0),
      wishes.map(({ unused }, index) => (unused?.units ?? 0) * paces[index]!.gap),
    ])
  }

  #reserveAll(asks: readonly PermitAsk[]): Promise<readonly Reserved[]> {
    const needs = asks.map(({ wishes }) =>
      JSON.stringify(wishes.map(({ pace, key, unit, units }) => ({ ...pace, key: keyOfRate(key), unit, units }))),
    )
    return this.#answers('SELECT * FROM limit_reserve_all($1, $2, $3)', asks, reserved, [
      asks.map(({ subject }) => subject),
      needs,
      asks.map(({ calls }) => calls),
    ])
  }

  async #putOff(asks: readonly LateWish[]): Promise<readonly undefined[]> {
    await this.#sql.query('SELECT limit_put_off($1, $2, $3, $4, $5, $6)', [
      asks.map(({ subject }) => `rate ${subject}`),
      asks.map(({ key }) => keyOfRate(key)),
      asks.map(({ permitAt }) => permitAt),
      asks.map(({ arrivedBy }) => arrivedBy),
      asks.map(({ count }) => count),
      asks.map(({ per }) => per),
    ])
    return asks.map(() => undefined)
  }

  #hold(asks: readonly PlaceAsk[]): Promise<readonly number[]> {
    const text = 'SELECT * FROM limit_hold_and_hand($1, $2, $3, $4, $5, $6, $7, $8)'
    return this.#answers(text, asks, ({ places }) => Number(places), [
      asks.map(({ key }) => key),
      asks.map(({ limit }) => limit),
      asks.map(({ holder }) => holder),
      asks.map(({ wish }) => wish.inFlight),
      asks.map(({ wish }) => wish.holding),
      asks.map(({ wish }) => Math.ceil(wish.wanted)),
      placesValidFor,
      turnLength,
    ])
  }

  /** Sends a statement and returns its answers in the order of the requests. */
  async #answers<Ask, Answer>(
    text: string,
    asks: readonly Ask[],
    read: (row: Row, ask: Ask) => Answer,
    values: readonly unknown[],
  ): Promise<readonly Answer[]> {
    const { rows } = await this.#sql.query(text, values)
    const byPlace = new Map(rows.map((row) => [Number(row.place), row]))
    return asks.map((ask, index) => read(byPlace.get(index + 1)!, ask))
  }
}

function keyOfRate(key: string): string {
  return `rate ${key}`
}

function reserved(row: Row, { calls }: PermitAsk): Reserved {
  return {
    at: Number(row.granted_at),
    startsAt: Number(row.starts_at),
    calls: row.granted === undefined ? calls : Number(row.granted),
    distance: Number(row.distance),
  }
}

function late(): StoreError {
  return new StoreError('SLUICE_STORE', `the database has not answered for ${answerTimeout / 1_000} s; trying again`)
}
