import { openPostgres, versionOf } from '../../database/postgres/open-postgres.ts'
import type { Clock } from '../../time/clock.ts'
import { schemaOf, tablesIn } from './postgres-store.ts'

/** State of a store on PostgreSQL, found without changing anything in it. */
export interface PostgresFacts {
  /** The database, without its password. */
  readonly name: string
  /** Version of the server, such as `15.6`. */
  readonly version: string
  /** The server's clock, in milliseconds since the epoch, and the local one at the same time. */
  readonly clocks: { readonly there: number; readonly here: number }
  /** Time of a statement and back, in milliseconds: the clocks were read at most half of it apart. */
  readonly roundTrip: number
  readonly schema: string
  /** Steps that its schema has; 0 if there is none yet. */
  readonly steps: number
  /** Steps of this program. */
  readonly knownSteps: number
}

/** Looks at the store that a URL names. @throws StoreError if it cannot be reached, SettingsError for a wrong URL */
export async function postgresFacts(url: string, clock: Clock): Promise<PostgresFacts> {
  const tables = tablesIn(schemaOf({ url }))
  const opened = await openPostgres({
    url,
    schema: tables,
    connections: 1,
    reconnectTimeout: 0,
    migrates: false,
    clock,
  })
  const { sql, name, explain, reconnecting } = opened
  try {
    const begun = clock.now()
    const [row] = await sql.query(
      undefined,
      `SELECT current_setting('server_version') AS version, extract(epoch FROM clock_timestamp()) * 1000 AS at`,
    )
    const roundTrip = clock.now() - begun
    const clocks = { there: Number(row!.at), here: clock.wallTime() - roundTrip / 2 }
    const steps = await versionOf(sql, name, tables)
    const version = String(row!.version).split(' ', 1)[0]!
    return { name, version, clocks, roundTrip, schema: tables.name, steps, knownSteps: tables.steps.length }
  } catch (reason) {
    throw explain(reason)
  } finally {
    reconnecting.end()
    await sql.close()
  }
}
