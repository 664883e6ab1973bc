import type { ClientConfig } from 'pg'
import { StoreError } from 'sluice/stores'
import { Database, type DatabaseOptions, type Queries } from './database.ts'
import { loadPg } from './load-pg.ts'
import { migrations } from './schema.ts'
import type { Schema } from './schema-name.ts'

/** How a database is opened. */
export interface OpenOptions extends DatabaseOptions {
  readonly name: string
  readonly config: ClientConfig
  readonly schema: Schema
  readonly connections: number
  readonly steps?: readonly string[]
}

/** PostgreSQL 13 and later: this is what it calls itself. */
const oldest = 130_000
/** Longer than this nothing takes: a server that says nothing for so long is gone. */
const longestSilence = 60_000
const int8 = 20

/** Opens the news in a database, or makes their tables. A schema that holds something else is left as it is. */
export async function openDatabase({
  name,
  config,
  schema,
  connections,
  steps = migrations,
  ...options
}: OpenOptions): Promise<Database> {
  const pg = await loadPg()
  const pool = new pg.Pool({
    ...config,
    max: connections,
    connectionTimeoutMillis: 10_000,
    query_timeout: longestSilence,
    keepAlive: true,
    // Instants and ids: all of them are whole numbers that a number holds.
    types: {
      getTypeParser: ((oid: number, format: 'text') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  })
  // A connection that is lost while nobody uses it is not missed: the next one is made when it is wanted.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const database = new Database(pool, schema, { ...options, isOpening: true })
  try {
    await checkServer(database, name)
    if ((await versionIfOurs(database, name, schema, steps.length)) < steps.length) {
      await database.alone((queries) => migrate(queries, name, schema, steps))
    }
    return new Database(pool, schema, options)
  } catch (reason) {
    await database.close()
    throw reason
  }
}

async function checkServer(queries: Queries, name: string): Promise<void> {
  const [row] = await queries.rows(
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

/** Does the steps that the schema does not have yet: all of them, or none. */
async function migrate(queries: Queries, name: string, schema: Schema, steps: readonly string[]): Promise<void> {
  // Another process may have done it while this one waited for its turn.
  const version = await versionIfOurs(queries, name, schema, steps.length)
  // Not `IF NOT EXISTS` alone: that wants a permission which is not needed when an owner has made the schema.
  const [found] = await queries.rows('SELECT 1 FROM pg_namespace WHERE nspname = $1', schema.name)
  if (found === undefined) await queries.run('CREATE SCHEMA {news}')
  await queries.run('CREATE TABLE IF NOT EXISTS {news}.news_version (version int NOT NULL)')
  for (const step of steps.slice(version)) await queries.run(step)
  await queries.run('DELETE FROM {news}.news_version')
  await queries.run('INSERT INTO {news}.news_version VALUES ($1)', steps.length)
}

/** @throws StoreError if a newer version or another program has made the tables. */
async function versionIfOurs(queries: Queries, name: string, schema: Schema, known: number): Promise<number> {
  const tables = await queries.rows(
    `SELECT relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    schema.name,
  )
  if (tables.length === 0) return 0
  if (!tables.some((table) => table.name === 'news_version')) {
    throw new StoreError(
      'SLUICE_STORE',
      `${name}: its schema ${schema.name} belongs to another program; choose another`,
    )
  }
  const [row] = await queries.rows('SELECT version FROM {news}.news_version')
  const version = (row?.version ?? 0) as number
  if (version > known) {
    throw new StoreError(
      'SLUICE_STORE_NEWER',
      `${name}: was written by a newer version of this program (schema version ${version}, this one knows ${known}); update it, or choose another database`,
    )
  }
  return version
}
