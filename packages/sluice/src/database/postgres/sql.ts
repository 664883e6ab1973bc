import type { ClientBase, ClientConfig, Pool, PoolClient, QueryResult } from 'pg'
import { Cancellation } from '../../time/cancellation.ts'
import { waitFor } from '../../time/sleep.ts'
import { systemClock } from '../../time/system-clock.ts'
import type { ConnectionSettings, Pg } from './connection-settings.ts'
import { ConnectionWatch, setUp, streamOf } from './connection-watch.ts'
import { isPassing } from './postgres-errors.ts'
import type { Reconnecting } from './reconnecting.ts'
import type { Servers } from './servers.ts'

/** Value of a statement; undefined is NULL. */
export type SqlValue = string | number | boolean | Uint8Array | readonly string[] | readonly number[] | null | undefined

/** A row by column name. A bigint is a number, a bytea a `Buffer`. */
export type SqlRow = Readonly<Record<string, unknown>>

/** A database, or one transaction in it. */
export interface Sql {
  /**
   * Rows of a statement. With a name it is prepared once per connection; a name must always belong to the same
   * text.
   */
  query(name: string | undefined, text: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>
  /** Number of rows that a statement changes. */
  change(text: string, values?: readonly SqlValue[]): Promise<number>
  /** Runs `work` in a transaction. If the connection is lost it runs again, so it must not have other effects. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
}

/** OID of PostgreSQL's bigint. Values here stay far below 2^53. */
const bigint = 20

/** Timeout for getting a connection, in milliseconds. */
const longestConnect = 5_000

/** Timeout for closing connections, in milliseconds: a lost network may never report the close. */
const longestGoodbye = 2_000

/** A connection pool. Lost connections are replaced, and their statements retried. */
export class PooledSql implements Sql {
  readonly #pool: Pool
  #closed: Promise<void> | undefined
  readonly #reconnecting: Reconnecting
  readonly #servers: Servers
  readonly #watch: ConnectionWatch
  /**
   * Number of dead connections known when a connection was made; after another one, idle connections may be dead too.
   */
  readonly #deaths = new WeakMap<PoolClient, number>()

  constructor(
    pg: Pg,
    settings: ConnectionSettings,
    connections: number,
    reconnecting: Reconnecting,
    connectTimeout: number = longestConnect,
  ) {
    this.#reconnecting = reconnecting
    this.#servers = settings.servers
    this.#watch = new ConnectionWatch(pg, settings, systemClock)
    this.#pool = new pg.Pool({
      max: connections,
      connectionTimeoutMillis: connectTimeout,
      // Each connection may go to a different server than the one before.
      Client: class extends pg.Client {
        constructor(given?: ClientConfig) {
          super({ ...given, ...settings.config })
        }
      },
      idleTimeoutMillis: 30_000,
      // An open store does not keep the process alive.
      allowExitOnIdle: true,
      types: { getTypeParser: (type, format) => (type === bigint ? Number : pg.types.getTypeParser(type, format)) },
      onConnect: (async (client) => {
        await setUp(client, settings)
      }) satisfies (client: ClientBase) => Promise<void>,
    })
    // A statement reports the loss of its own connection; the loss of an idle one does not matter.
    this.#pool.on('error', ignore)
    this.#pool.on('connect', (client) => {
      client.on('error', ignore)
      this.#deaths.set(client, this.#watch.deaths)
    })
  }

  async query(name: string | undefined, text: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return rowsOf(await this.#reconnecting.during(() => this.#ask(name, text, values)))
  }

  async change(text: string, values: readonly SqlValue[] = []): Promise<number> {
    return (await this.#reconnecting.during(() => this.#ask(undefined, text, values))).rowCount ?? 0
  }

  /** Same as `query`, but without retries: for statements that are worthless later, or after `timeout` milliseconds. */
  async queryOnce(
    name: string | undefined,
    text: string,
    values: readonly SqlValue[] = [],
    timeout?: number,
  ): Promise<readonly SqlRow[]> {
    return rowsOf(await this.#ask(name, text, values, timeout))
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#reconnecting.during(() => this.#with((client) => this.#inTransaction(client, work)))
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    await within(longestGoodbye, this.#pool.end())
    this.#watch.close()
  }

  #ask(name: string | undefined, text: string, values: readonly SqlValue[], timeout?: number): Promise<QueryResult> {
    return this.#with((client) => this.#send(client, name, text, values, timeout))
  }

  #send(
    client: PoolClient,
    name: string | undefined,
    text: string,
    values: readonly SqlValue[],
    timeout?: number,
  ): Promise<QueryResult> {
    const limit = timeout === undefined ? undefined : { query_timeout: timeout }
    return this.#watch.during(client, () => client.query({ ...statement(name, text, values), ...limit }))
  }

  /** Lends a connection. After any failure it is closed, which rolls back uncommitted changes. */
  async #with<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect()
    let failure: Error | undefined
    try {
      return await use(client)
    } catch (reason) {
      failure = reason as Error
      // A graceful end would be pointless.
      if (isPassing(reason)) streamOf(client).destroy()
      throw reason
    } finally {
      client.release(failure)
    }
  }

  async #connect(): Promise<PoolClient> {
    for (;;) {
      try {
        const client = await this.#pool.connect()
        if ((this.#deaths.get(client) ?? 0) === this.#watch.deaths) return client
        client.release(true)
      } catch (reason) {
        if (this.#servers.withoutTls(reason)) continue
        this.#servers.next()
        throw reason
      }
    }
  }

  async #inTransaction<T>(client: PoolClient, work: (sql: Sql) => Promise<T>): Promise<T> {
    await this.#send(client, undefined, 'BEGIN', [])
    const sql: Sql = {
      query: async (name, text, values = []) => rowsOf(await this.#send(client, name, text, values)),
      change: async (text, values = []) => (await this.#send(client, undefined, text, values)).rowCount ?? 0,
      transaction: (inner) => inner(sql),
    }
    const result = await work(sql)
    await this.#send(client, undefined, 'COMMIT', [])
    return result
  }
}

/** Waits until `work` is done, but no longer than this many milliseconds. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const waiting = new Cancellation()
  await Promise.race([work, waitFor(systemClock, milliseconds, waiting)])
  waiting.cancel('done')
}

/** Several statements without values have one result each. */
function rowsOf(results: QueryResult | QueryResult[]): readonly SqlRow[] {
  return Array.isArray(results) ? results.flatMap(({ rows }) => rows) : results.rows
}

function statement(name: string | undefined, text: string, values: readonly SqlValue[]) {
  return { ...(name === undefined ? {} : { name }), text, values: values as SqlValue[] }
}

function ignore(): void {}
