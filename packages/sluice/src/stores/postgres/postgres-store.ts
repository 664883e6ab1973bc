import { wholeNumber } from '../../errors/checks.ts'
import { type Duration, parseDuration } from '../../time/duration.ts'
import { systemClock } from '../../time/system-clock.ts'
import type { SharedStore } from '../shared/shared-store.ts'
import { connectionSettings } from './connection-settings.ts'
import { loadPg } from './load-pg.ts'
import { LockSession } from './lock-session.ts'
import { migrate } from './migrations.ts'
import { Patience } from './patience.ts'
import { PooledSql } from './pooled-sql.ts'
import { asStoreError } from './postgres-errors.ts'
import { RunClaims } from './run-claims.ts'
import { migrations } from './schema.ts'
import { SharedPostgresStore } from './shared-postgres-store.ts'
import { shownUrl } from './shown-url.ts'

/** Which database, and how it is worked with. */
export interface PostgresStoreOptions {
  /** `postgres://user:password@host:5432/database`. Passwords are also taken from `PGPASSWORD` and `~/.pgpass`. */
  readonly url: string
  /** Where the tables are. It is made if it is not there. @default 'sluice' */
  readonly schema?: string | undefined
  /** Connections at the same time, at most; one more while a run is claimed. @default 5 */
  readonly connections?: number | undefined
  /** For how long a lost connection is tried again before that is an error. @default '1min' */
  readonly patience?: Duration | undefined
}

/**
 * Runs in a PostgreSQL database. What was committed is there for all; any number of processes on any number of hosts may
 * use it, each for its runs, or many for the same.
 *
 * @throws StoreError if the database cannot be reached or used; the message says why and what to do.
 */
export async function postgresStore(options: PostgresStoreOptions): Promise<SharedStore> {
  const { url, schema = 'sluice', connections = 5, patience: wanted = '1min' } = options
  const settings = connectionSettings(url, schema)
  wholeNumber('connections', connections, 1, 1_000)
  const patience = new Patience(systemClock, parseDuration('patience', wanted))
  const pg = await loadPg()
  const { name, secrets } = shownUrl(pg, url)
  const explain = (reason: unknown) => asStoreError(reason, name, secrets)
  const sql = new PooledSql(pg, settings, connections, patience)
  try {
    await migrate(sql, name, schema, migrations)
  } catch (reason) {
    await sql.close()
    throw explain(reason)
  }
  patience.begin()
  const claims = new RunClaims((onLost) => LockSession.open(pg, settings, onLost), patience)
  return new SharedPostgresStore({ name, sql, claims, patience, explain }, schema)
}
