import { createHash } from 'node:crypto'
import { SettingsError } from 'sluice'
import {
  type OpenedPostgres,
  openPostgres,
  type PostgresSchema,
  type Sql,
  type SqlRow,
  type SqlValue,
} from 'sluice/internal'
import { StoreError } from 'sluice/stores'
import { steps } from './schema.ts'

/** Value of a statement; undefined is NULL. Text loses NUL and lone surrogates, which PostgreSQL cannot store. */
export type Bindable =
  | number
  | string
  | boolean
  | Buffer
  | undefined
  | readonly (number | string | Buffer | undefined)[]

/** A row by column name. */
export type Row = SqlRow

/** A statement with the values of its `$1`, `$2`. */
export interface Query {
  readonly sql: string
  readonly values: readonly Bindable[]
}

/** Runs statements: in the database, or in one transaction. */
export interface Queries {
  rows(sql: string, ...values: readonly Bindable[]): Promise<readonly Row[]>
  /** Returns the number of changed rows. */
  run(sql: string, ...values: readonly Bindable[]): Promise<number>
}

export interface DatabaseOptions {
  readonly schema: string
  readonly connections: number
  readonly reconnectTimeout: number
}

/** PostgreSQL 13, as `server_version_num`. */
const oldest = 130_000

/** Database with the news tables. Reconnects after a lost connection. */
export class Database implements Queries {
  readonly name: string
  readonly #opened: OpenedPostgres
  readonly #lock: string
  readonly #running = new Set<Promise<unknown>>()
  /** Resolves with the last exclusive transaction. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(opened: OpenedPostgres, schema: string) {
    this.name = opened.name
    this.#opened = opened
    this.#lock = String(createHash('sha256').update(`sluice-news ${schema}`).digest().readBigInt64BE())
  }

  /** Opens the database and migrates its tables. @throws SettingsError for an invalid URL or schema; StoreError */
  static async open(url: string, { schema, connections, reconnectTimeout }: DatabaseOptions): Promise<Database> {
    const opened = await openPostgres({
      url,
      schema: newsSchema(schema),
      connections,
      reconnectTimeout,
      sharesOutages: true,
      applicationName: 'sluice-news',
      check: checkServer,
    })
    return new Database(opened, schema)
  }

  rows(sql: string, ...values: readonly Bindable[]): Promise<readonly Row[]> {
    return this.#perform(() => queriesOf(this.#opened.sql).rows(sql, ...values))
  }

  run(sql: string, ...values: readonly Bindable[]): Promise<number> {
    return this.#perform(() => queriesOf(this.#opened.sql).run(sql, ...values))
  }

  /**
   * Runs `work` in an exclusive transaction, one at a time across all processes. Repeated if the connection is lost, so
   * `work` must be idempotent.
   */
  alone<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    // Only one connection waits for other processes; the rest stay free for readers.
    const done = this.#turn.then(() =>
      this.#perform(() =>
        this.#opened.sql.transaction(async (sql) => {
          // A process that sleeps or loses its network must not block the others.
          await sql.query(
            undefined,
            `SET LOCAL idle_in_transaction_session_timeout = '30s'; SET LOCAL lock_timeout = '45s';
             SELECT pg_advisory_xact_lock(${this.#lock})`,
          )
          return await work(queriesOf(sql))
        }),
      ),
    )
    this.#turn = done.catch(() => {})
    return this.#counted(done)
  }

  /** Waits for running work, unless the server is unreachable, and closes all connections. */
  async close(): Promise<void> {
    const { reconnecting } = this.#opened
    reconnecting.end()
    if (!reconnecting.isLost) await Promise.allSettled(this.#running)
    await this.#opened.sql.close()
  }

  async #perform<T>(work: () => Promise<T>): Promise<T> {
    const done = work().catch((reason: unknown) => {
      throw this.#opened.explain(reason)
    })
    return await this.#counted(done)
  }

  #counted<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    const leave = (): unknown => this.#running.delete(work)
    work.then(leave, leave)
    return work
  }
}

/** Tables of the news in a schema. @throws SettingsError for a name that needs quotes. */
export function newsSchema(name: string): PostgresSchema {
  if (!/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/.test(name)) {
    throw new SettingsError(
      `schema: expected up to 63 lower-case letters, digits and _, not beginning with a digit or pg_; got ${JSON.stringify(name)}`,
    )
  }
  return { name, versionTable: 'news_version', program: 'the news reader', steps, isExclusive: true }
}

async function checkServer(sql: Sql, name: string): Promise<void> {
  const [row] = await sql.query(
    undefined,
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
  )
  if ((row!.version as number) < oldest) {
    throw new StoreError('SLUICE_STORE', `${name}: is older than PostgreSQL 13; update the server`)
  }
  if (row!.encoding !== 'UTF8') {
    throw new StoreError(
      'SLUICE_STORE',
      `${name}: its encoding is ${String(row!.encoding)}; make a database with createdb --encoding=UTF8 --template=template0`,
    )
  }
}

function queriesOf(sql: Sql): Queries {
  return {
    rows: (text, ...values) => sql.query(undefined, text, values.map(bound)),
    run: (text, ...values) => sql.change(text, values.map(bound)),
  }
}

function bound(value: Bindable): SqlValue {
  if (Array.isArray(value)) return value.map(bound) as unknown as SqlValue
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '')
  return (value as SqlValue) ?? null
}
