import type { ClientBase, Pool, PoolClient, QueryResult } from 'pg'
import { Cancellation } from '../../time/cancellation.ts'
import { waitFor } from '../../time/sleep.ts'
import { systemClock } from '../../time/system-clock.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import type { Pg } from './load-pg.ts'
import type { Patience } from './patience.ts'
import type { Sql, SqlRow, SqlValue } from './sql.ts'

/** The number of PostgreSQL's type bigint. What is counted here stays far below 2^53. */
const bigint = 20

/** So long the end of connections is waited for, in milliseconds: a network that is gone may never say it. */
const longestGoodbye = 2_000

/** Connections that are shared, and made anew when they are lost. What was asked meanwhile is asked again. */
export class PooledSql implements Sql {
  readonly #pool: Pool
  readonly #patience: Patience

  constructor(pg: Pg, { config, setup }: ConnectionSettings, connections: number, patience: Patience) {
    this.#patience = patience
    this.#pool = new pg.Pool({
      ...config,
      max: connections,
      idleTimeoutMillis: 30_000,
      // A store that is left open does not keep its process alive.
      allowExitOnIdle: true,
      types: { getTypeParser: (type, format) => (type === bigint ? Number : pg.types.getTypeParser(type, format)) },
      onConnect: (async (client) => {
        await client.query(setup)
      }) satisfies (client: ClientBase) => Promise<void>,
    })
    // Whoever uses a connection is told by what it asked; nobody has to be told of one that is idle.
    this.#pool.on('error', ignore)
    this.#pool.on('connect', (client) => client.on('error', ignore))
  }

  query(name: string | undefined, text: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#patience.during(async () => rowsOf(await this.#pool.query(statement(name, text, values))))
  }

  /** The same, tried once: for what is worth nothing later. */
  async queryOnce(
    name: string | undefined,
    text: string,
    values: readonly SqlValue[] = [],
  ): Promise<readonly SqlRow[]> {
    return rowsOf(await this.#pool.query(statement(name, text, values)))
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#patience.during(async () => {
      const client = await this.#pool.connect()
      let failure: Error | undefined
      try {
        return await inTransaction(client, work)
      } catch (reason) {
        failure = reason as Error
        throw reason
      } finally {
        // One that has failed is closed, and with it whatever was not committed.
        client.release(failure)
      }
    })
  }

  async close(): Promise<void> {
    const waiting = new Cancellation()
    await Promise.race([this.#pool.end(), waitFor(systemClock, longestGoodbye, waiting)])
    waiting.cancel('done')
  }
}

async function inTransaction<T>(client: PoolClient, work: (sql: Sql) => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  const sql: Sql = {
    query: async (name, text, values = []) => rowsOf(await client.query(statement(name, text, values))),
    transaction: (inner) => inner(sql),
  }
  const result = await work(sql)
  await client.query('COMMIT')
  return result
}

/** Several statements without values have a result each. */
function rowsOf(results: QueryResult | QueryResult[]): readonly SqlRow[] {
  return Array.isArray(results) ? results.flatMap(({ rows }) => rows) : results.rows
}

function statement(name: string | undefined, text: string, values: readonly SqlValue[]) {
  return { ...(name === undefined ? {} : { name }), text, values: values as SqlValue[] }
}

function ignore(): void {}
