import type { Client } from 'pg'
import { StoreError } from '../store-error.ts'
import type { ConnectionSettings, Pg } from './connection-settings.ts'
import { isPassing } from './postgres-errors.ts'

/** Oldest supported version. */
const oldestVersion = 13
/** Number of comparisons of two connections. */
const comparisons = 3
/** Timeout of a query in milliseconds. */
const longestAnswer = 5_000

interface Session {
  readonly pid: number
  readonly isStandby: boolean
  readonly version: number
}

/**
 * Chooses one of the servers in a URL, and checks that it can hold a store, before anything is changed there.
 *
 * @throws StoreError if it is too old, or behind a pooler in transaction mode; errors of the driver
 */
export async function findServer(pg: Pg, settings: ConnectionSettings, name: string): Promise<void> {
  const { servers } = settings
  const failures: unknown[] = []
  let standby: number | undefined
  for (let at = 0; at < servers.count; at++) {
    try {
      const { isStandby, version } = await lookAt(pg, settings, name)
      if (version < oldestVersion * 10_000) {
        throw new StoreError(
          'SLUICE_STORE',
          `${name}: PostgreSQL ${Math.floor(version / 10_000)} is too old; ${oldestVersion} or later is needed`,
        )
      }
      if (!isStandby || servers.acceptsStandby) return
      standby ??= at
    } catch (reason) {
      failures.push(reason)
    }
    servers.next()
  }
  if (standby === undefined) throw failures.find((reason) => !isPassing(reason)) ?? failures[0]
  // Good enough for reading.
  servers.acceptsStandby = true
  for (let at = 0; at < standby; at++) servers.next()
}

async function lookAt(pg: Pg, settings: ConnectionSettings, name: string): Promise<Session> {
  const { servers } = settings
  try {
    return await withClient(pg, settings, async (client) => {
      const session = await sessionOf(client)
      // A pooler reports a process id of its own to each client.
      if ((client as unknown as { readonly processID: number }).processID !== session.pid) {
        await withClient(pg, settings, (other) => compare(client, other, name))
      }
      return session
    })
  } catch (reason) {
    if (servers.withoutTls(reason)) return await lookAt(pg, settings, name)
    throw reason
  }
}

/** @throws StoreError if two connections do not have a session each. */
async function compare(client: Client, other: Client, name: string): Promise<void> {
  const mine = new Set<number>()
  const others = new Set<number>()
  for (let count = 0; count < comparisons; count++) {
    mine.add((await sessionOf(client)).pid)
    // During a transaction a connection keeps its session, also behind a pooler; in statement mode a transaction may
    // not begin.
    await other.query('BEGIN').catch((reason) => {
      throw isPassing(reason) ? noSession(name, reason) : refusal(name, reason)
    })
    others.add((await sessionOf(other)).pid)
    if (areApart(mine, others)) mine.add((await sessionOf(client)).pid)
    await other.query('COMMIT')
  }
  if (mine.size > 1 || others.size > 1 || !areApart(mine, others)) throw refusal(name)
}

function refusal(name: string, cause?: unknown): StoreError {
  return new StoreError(
    'SLUICE_STORE',
    `${name}: this is a pooler in transaction mode, but a store needs sessions; give the address of the server itself, or of a pooler in session mode`,
    cause,
  )
}

function noSession(name: string, cause: unknown): StoreError {
  return new StoreError(
    'SLUICE_STORE',
    `${name}: the pooler did not open a second session within ${longestAnswer / 1_000} s; raise its pool size (default_pool_size of PgBouncer), or run fewer processes`,
    cause,
    true,
  )
}

function areApart(some: ReadonlySet<number>, others: ReadonlySet<number>): boolean {
  return [...some].every((one) => !others.has(one))
}

async function withClient<T>(pg: Pg, { config }: ConnectionSettings, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...config, query_timeout: longestAnswer })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await use(client)
  } finally {
    client.end().catch(() => undefined)
  }
}

async function sessionOf(client: Client): Promise<Session> {
  const { rows } = await client.query(
    `SELECT pg_backend_pid() AS pid, pg_is_in_recovery() AS "isStandby", current_setting('server_version_num')::int AS version`,
  )
  return rows[0] as Session
}
