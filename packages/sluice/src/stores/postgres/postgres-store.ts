import { checkSchema, openPostgres, type PostgresSchema } from '../../database/postgres/open-postgres.ts'
import { readPostgresUrl } from '../../database/postgres/postgres-url.ts'
import { PooledSql } from '../../database/postgres/sql.ts'
import { checkNames, type OptionNames, optionalText, wholeNumber } from '../../errors/checks.ts'
import { type Duration, parseDuration } from '../../time/duration.ts'
import type { SharedStore } from '../shared-store.ts'
import { batchedLimits } from './batched-limits.ts'
import { backlogView, boundedStatements, planning } from './bounded-statements.ts'
import { chunkClaims } from './chunk-claims.ts'
import { chunkTables, controlColumns } from './chunk-tables.ts'
import { clockSetBack } from './clock-set-back.ts'
import { handedPlaces } from './handed-places.ts'
import { heldCommits } from './held-commits.ts'
import { jointLimits } from './joint-limits.ts'
import { limitTables } from './limit-tables.ts'
import { limitUpkeep } from './limit-upkeep.ts'
import { LockSession } from './lock-session.ts'
import { RunClaims } from './run-claims.ts'
import { runTables } from './run-tables.ts'
import { SharedPostgresStore } from './shared-postgres-store.ts'
import { beatTimeout } from './sharing/worker-rows.ts'
import { sliceTable } from './slice-rows.ts'

/** Options of a store in PostgreSQL. */
export interface PostgresStoreOptions {
  /** `postgres://user:password@host:5432/database`. Passwords are also taken from `PGPASSWORD` and `~/.pgpass`. */
  readonly url: string
  /**
   * Schema of the tables, created if it does not exist. @default `schema` among the parameters of the URL, or 'sluice'
   */
  readonly schema?: string | undefined
  /**
   * Maximum number of connections. A claimed run needs one more; a worker needs as many again for its limits, and one
   * for its reports. @default 5
   */
  readonly connections?: number | undefined
  /** Time for which a lost connection is retried before calls fail. @default '1min' */
  readonly reconnectTimeout?: Duration | undefined
}

const names: OptionNames<PostgresStoreOptions> = { url: true, schema: true, connections: true, reconnectTimeout: true }

/**
 * Opens a store of runs in a PostgreSQL database. Commits are visible to all processes. Any number of processes on any
 * number of hosts may use it, each for its own runs or many for the same run.
 *
 * @throws StoreError if the database cannot be reached or used; the message says why and what to do.
 */
export async function postgresStore(options: PostgresStoreOptions): Promise<SharedStore> {
  checkNames('', options, names)
  const { url, connections = 5, reconnectTimeout = '1min' } = options
  const schema = schemaOf(options)
  wholeNumber('connections', connections, 1, 1_000)
  const tables = tablesIn(schema)
  const opened = await openPostgres({
    url,
    schema: tables,
    connections,
    reconnectTimeout: parseDuration('reconnectTimeout', reconnectTimeout),
  })
  const { pg, settings, reconnecting } = opened
  const claims = new RunClaims((onLost) => LockSession.open(pg, settings, onLost), reconnecting)
  const lane = (most: number, timeout?: number): PooledSql => new PooledSql(pg, settings, most, reconnecting, timeout)
  const check = (): Promise<void> => checkSchema(opened.sql, opened.name, tables)
  const lanes = { beats: lane(1, beatTimeout), limits: lane(connections) }
  return new SharedPostgresStore({ ...opened, claims, check }, lanes)
}

/** Schema from the options, or from the URL as in `postgres://host/database?schema=team_a`. */
export function schemaOf({ url, schema }: Pick<PostgresStoreOptions, 'url' | 'schema'>): string {
  return optionalText('schema', schema) ?? readPostgresUrl(url).servers[0]?.searchParams.get('schema') ?? 'sluice'
}

/** Definition of a store's tables. */
export function tablesIn(schema: string): PostgresSchema {
  return { name: schema, versionTable: 'sluice_migrations', program: 'Sluice', steps: migrations, setup: planning }
}

/**
 * Steps that bring a schema up to date; the table `sluice_migrations` lists the applied ones. A released step never
 * changes. Table names are unqualified: `search_path` is the store's schema.
 */
export const migrations: readonly string[] = [
  runTables,
  chunkTables,
  limitTables,
  jointLimits,
  controlColumns,
  backlogView,
  chunkClaims,
  sliceTable,
  batchedLimits,
  heldCommits,
  boundedStatements,
  limitUpkeep,
  handedPlaces,
  clockSetBack,
]
