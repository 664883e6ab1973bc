import type { Duration } from '../../time/duration.ts'
import type { SharedStore } from '../shared/shared-store.ts'

/** Which database, and how it is worked with. */
export interface PostgresStoreOptions {
  /** `postgres://user:password@host:5432/database`. Passwords are also taken from `PGPASSWORD` and `~/.pgpass`. */
  readonly url: string
  /** Where the tables are. It is made if it is not there. @default 'sluice' */
  readonly schema?: string | undefined
  /** Connections at the same time, at most. @default 5 */
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
export async function postgresStore(_options: PostgresStoreOptions): Promise<SharedStore> {
  throw new Error('to be written')
}
