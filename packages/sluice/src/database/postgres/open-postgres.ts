// A database in PostgreSQL. `openPostgres` loads pg, connects, migrates a schema, and returns:
//
// - `sql.query(name, text, values)`: rows; with a name the statement is prepared. `sql.change(text, values)`: number of rows.
//   Tables are written without their schema, which is the search path. `sql.transaction(work)` runs `work(inside)`, and runs
//   it again if the connection is lost.
// - `explain(error)`: the StoreError that says what to do, without secrets. `name` is the database without its password.
// - `reconnecting.end()` stops waiting for a lost server, `sql.close()` closes the connections.
//
// All waits are bounded: a statement by 60 s, a reconnect by `reconnectTimeout`.

import type { Clock } from '../../time/clock.ts'
import { systemClock } from '../../time/system-clock.ts'
import { StoreError } from '../store-error.ts'
import {
  type ConnectionSettings,
  connectionSettings,
  loadPg,
  type Pg,
  quotedName,
  serverName,
} from './connection-settings.ts'
import { findServer } from './find-server.ts'
import { asStoreError } from './postgres-errors.ts'
import { Reconnecting } from './reconnecting.ts'
import { PooledSql, type Sql } from './sql.ts'

/** The tables of a program, in a schema of their own. */
export interface PostgresSchema {
  /** Name of the schema. It is created if it does not exist. */
  readonly name: string
  /** Table of that schema that lists the steps done. */
  readonly versionTable: string
  /** Program to name in the message that a newer version has written the schema. */
  readonly program: string
  /** Statements that bring the schema up to date. A released step never changes. */
  readonly steps: readonly string[]
  /** Further statements that set up each connection. @default none */
  readonly setup?: string
  /** Refuse a schema that has tables, but not the version table. @default false */
  readonly isExclusive?: boolean
}

/** Options of `openPostgres`. */
export interface OpenPostgresOptions {
  readonly url: string
  readonly schema: PostgresSchema
  /** Maximum number of connections. */
  readonly connections: number
  /** Milliseconds for which a lost connection is retried. */
  readonly reconnectTimeout: number
  /** True if the reconnect timeout applies once per outage, not to each statement. @default false */
  readonly sharesOutages?: boolean | undefined
  /** Application name shown by the server. @default 'sluice' */
  readonly applicationName?: string | undefined
  /** Checks the server before its schema is touched. */
  readonly check?: ((sql: Sql, name: string) => Promise<void>) | undefined
  /** False skips migrations. @default true */
  readonly migrates?: boolean | undefined
  readonly clock?: Clock | undefined
}

/** An open database. */
export interface OpenedPostgres {
  /** Name in messages, without secrets. */
  readonly name: string
  readonly sql: PooledSql
  readonly reconnecting: Reconnecting
  readonly pg: Pg
  /** Settings for further connections. */
  readonly settings: ConnectionSettings
  /** Converts an error of PostgreSQL to a StoreError; other errors are returned unchanged. */
  explain(reason: unknown): unknown
}

/**
 * Connects to a database, and creates or migrates its schema. @throws SettingsError for an invalid URL; StoreError
 * that says what to do
 */
export async function openPostgres(options: OpenPostgresOptions): Promise<OpenedPostgres> {
  const { url, schema, connections, reconnectTimeout, applicationName, check, clock = systemClock } = options
  const { sharesOutages, migrates = true } = options
  const settings = connectionSettings(url, schema.name, applicationName, schema.setup)
  const reconnecting = new Reconnecting(clock, reconnectTimeout, sharesOutages)
  const pg = await loadPg()
  const { name, secrets } = serverName(pg, settings)
  const explain = (reason: unknown): unknown => asStoreError(reason, name, secrets)
  const sql = new PooledSql(pg, settings, connections, reconnecting)
  try {
    await reconnecting.during(() => findServer(pg, settings, name))
    await check?.(sql, name)
    if (migrates) await migrate(sql, name, schema)
  } catch (reason) {
    await sql.close()
    throw explain(reason)
  }
  reconnecting.begin()
  return { name, sql, reconnecting, pg, settings, explain }
}

/** Lock held while a schema is changed: "Slui", and a number derived from the name of the schema. */
const lock = `SELECT pg_advisory_xact_lock(${0x536c7569}, hashtext('sluice migrations ' || $1))`

/**
 * Applies the missing steps to a schema, each completely or not at all. Safe to run in several processes at once.
 *
 * @throws StoreError if a newer version or another program has written the schema.
 */
export async function migrate(sql: Sql, store: string, schema: PostgresSchema): Promise<void> {
  const { name, versionTable, steps } = schema
  let version = await versionOf(sql, store, schema)
  while (version < steps.length) {
    version = await sql.transaction(async (inside) => {
      await inside.query(undefined, lock, [name])
      // Another process may have applied it while this one waited for the lock.
      const done = await versionOf(inside, store, schema)
      if (done >= steps.length) return done
      if (done === 0) await makeSchema(inside, schema)
      await inside.query(undefined, steps[done]!)
      await inside.query(undefined, `INSERT INTO ${versionTable} (version) VALUES ($1)`, [done + 1])
      return done + 1
    })
  }
  checkVersion(version, store, schema)
}

/** Checks that no newer version has migrated the schema since it was opened. @throws StoreError if one has */
export async function checkSchema(sql: Sql, store: string, schema: PostgresSchema): Promise<void> {
  const rows = await sql.query('schema_version', `SELECT max(version) AS version FROM ${schema.versionTable}`)
  checkVersion(Number(rows[0]?.version ?? 0), store, schema)
}

function checkVersion(version: number, store: string, { name, program, steps }: PostgresSchema): void {
  if (version <= steps.length) return
  throw new StoreError(
    'SLUICE_STORE_NEWER',
    `${store}: its schema ${name} was written by a newer version of ${program} (version ${version}, this one knows ${steps.length}); update ${program}, or choose another schema`,
  )
}

/** Number of applied steps; 0 if the schema does not exist. */
export async function versionOf(
  sql: Sql,
  store: string,
  { name, versionTable, isExclusive = false }: PostgresSchema,
): Promise<number> {
  // `to_regclass` would answer from the session's cache, although another session may have created the table since.
  const tables = await sql.query(
    undefined,
    `SELECT relname = $2 AS is_version FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE nspname = $1 AND relkind IN ('r', 'p', 'v', 'm', 'f')`,
    [name, versionTable],
  )
  if (!tables.some((table) => table.is_version === true)) {
    if (!isExclusive || tables.length === 0) return 0
    throw new StoreError('SLUICE_STORE', `${store}: its schema ${name} belongs to another program; choose another`)
  }
  const [row] = await sql.query(
    undefined,
    `SELECT coalesce(max(version), 0) AS version FROM ${quotedName(name)}.${versionTable}`,
  )
  return row!.version as number
}

async function makeSchema(sql: Sql, { name, versionTable }: PostgresSchema): Promise<void> {
  // IF NOT EXISTS alone requires the right to create schemas even if the schema exists.
  const found = await sql.query(undefined, 'SELECT FROM pg_namespace WHERE nspname = $1', [name])
  if (found.length === 0) await sql.query(undefined, `CREATE SCHEMA ${quotedName(name)}`)
  await sql.query(
    undefined,
    `CREATE TABLE IF NOT EXISTS ${versionTable} (version integer PRIMARY KEY, done_at timestamptz NOT NULL DEFAULT now())`,
  )
}
