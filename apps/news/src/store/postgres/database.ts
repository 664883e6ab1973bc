import type { Pool, PoolClient } from 'pg'
import type { Clock } from 'sluice'
import type { Cancellation } from 'sluice/internal'
import { withPatience } from './patience.ts'
import { isBusy, isCollision, isLost } from './postgres-errors.ts'
import type { Schema } from './schema-name.ts'

/** What can be given as a value; missing means NULL. Text loses what PostgreSQL cannot hold: NUL, and half characters. */
export type Bindable =
  | number
  | string
  | boolean
  | Buffer
  | undefined
  | readonly (number | string | Buffer | undefined)[]

/** A row, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>

/** A statement, and what belongs to its `$1`, `$2`. */
export interface Query {
  /** Tables are called `{news}.stories`, wherever the schema is called otherwise. */
  readonly sql: string
  readonly values: readonly Bindable[]
}

/** Where statements go. */
export interface Queries {
  rows(sql: string, ...values: readonly Bindable[]): Promise<readonly Row[]>
  /** Returns how many rows were changed. */
  run(sql: string, ...values: readonly Bindable[]): Promise<number>
}

/** How long it is tried again, and what ends that. */
export interface DatabaseOptions {
  readonly patience: number
  readonly clock: Clock
  readonly leaving: Cancellation
  /** Nobody waits long at a door that may be the wrong one: only a server that starts or is full is asked again. @default false */
  readonly isOpening?: boolean | undefined
}

/** Connections to one schema of a database, which come back when they were lost. */
export class Database implements Queries {
  readonly #pool: Pool
  readonly #schema: Schema
  readonly #options: DatabaseOptions
  readonly #underWay = new Set<Promise<unknown>>()
  /** Ends with the last that was to be done alone. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(pool: Pool, schema: Schema, options: DatabaseOptions) {
    this.#pool = pool
    this.#schema = schema
    this.#options = options
  }

  rows(sql: string, ...values: readonly Bindable[]): Promise<readonly Row[]> {
    return this.#perform((queries) => queries.rows(sql, ...values))
  }

  run(sql: string, ...values: readonly Bindable[]): Promise<number> {
    return this.#perform((queries) => queries.run(sql, ...values))
  }

  /**
   * All that `work` writes, or nothing of it; one after the other, of all processes. Done once more if the connection is lost in the
   * middle: so it has to come to the same when it was done already.
   */
  alone<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const inTransaction = async (queries: Queries, client: PoolClient): Promise<T> => {
      try {
        // A process that sleeps in the middle, or whose host is gone, must not keep all others waiting.
        await client.query(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = '30s'; SET LOCAL lock_timeout = '45s';
          SELECT pg_advisory_xact_lock(${this.#schema.lock})`)
        const result = await work(queries)
        await client.query('COMMIT')
        return result
      } catch (reason) {
        if (!isLost(reason)) await client.query('ROLLBACK')
        throw reason
      }
    }
    // Here only one waits for other processes: the connections are left to those who read.
    const done = this.#turn.then(() => this.#perform(inTransaction))
    this.#turn = done.catch(() => {})
    return this.#counted(done)
  }

  /** Waits for what is under way, and ends all connections. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay)
    await this.#pool.end()
  }

  #counted<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work)
    const leave = (): unknown => this.#underWay.delete(work)
    work.then(leave, leave)
    return work
  }

  #perform<T>(work: (queries: Queries, client: PoolClient) => Promise<T>): Promise<T> {
    const { patience: length, clock, leaving, isOpening = false } = this.#options
    const mayPass = (reason: unknown): boolean =>
      !leaving.cancelled && (isBusy(reason) || isCollision(reason) || (isLost(reason) && !isOpening))
    const done = withPatience(
      async () => {
        const client = await this.#pool.connect()
        let lost = false
        try {
          return await work(queriesOf(client, this.#schema), client)
        } catch (reason) {
          lost = isLost(reason)
          throw reason
        } finally {
          client.release(lost)
        }
      },
      mayPass,
      { length, clock, leaving },
    )
    return this.#counted(done)
  }
}

function queriesOf(client: PoolClient, schema: Schema): Queries {
  const query = (sql: string, values: readonly Bindable[]) =>
    client.query<Row>(sql.replaceAll('{news}', schema.quoted), values.map(bound))
  return {
    rows: async (sql, ...values) => (await query(sql, values)).rows,
    run: async (sql, ...values) => (await query(sql, values)).rowCount ?? 0,
  }
}

function bound(value: Bindable): unknown {
  if (Array.isArray(value)) return value.map(bound)
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '')
  return value ?? null
}
