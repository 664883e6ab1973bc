import { openPostgres, versionOf } from '../../database/postgres/open-postgres.ts'
import type { Clock } from '../../time/clock.ts'
import { schemaOf, tablesIn } from './postgres-store.ts'

/** State of a store in PostgreSQL, read without changing anything in it. */
export interface PostgresFacts {
  /** Name of the database, without its password. */
  readonly name: string
  /** Version of the server, such as `15.6`. */
  readonly version: string
  /** Clock of the server and local clock at the same time, in milliseconds since the epoch. */
  readonly clocks: { readonly there: number; readonly here: number }
  /** Round-trip time of a statement in milliseconds. The clocks were read at most half of it apart. */
  readonly roundTrip: number
  readonly schema: string
  /** Number of migration steps applied to the schema; 0 if there are none yet. */
  readonly steps: number
  /** Number of migration steps that this program knows. */
  readonly knownSteps: number
}

/** Inspects the store of a URL. @throws StoreError if it cannot be reached, SettingsError for an invalid URL */
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
