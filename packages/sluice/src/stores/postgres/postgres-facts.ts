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
  /** Round-trip time of the quickest statement in milliseconds. The clocks were read at most half of it apart. */
  readonly roundTrip: number
  /** Number of connections that the server allows to users, and that are open. */
  readonly connections: { readonly allowed: number; readonly open: number }
  /** False if removed rows are not freed by themselves. */
  readonly isVacuumed: boolean
  readonly schema: string
  /** Number of migration steps applied to the schema; 0 if there are none yet. */
  readonly steps: number
  /** Number of migration steps that this program knows. */
  readonly knownSteps: number
}

const state = `
  SELECT current_setting('server_version') AS version, current_setting('autovacuum') AS autovacuum,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS allowed,
    (SELECT sum(numbackends) FROM pg_stat_database) AS open
`

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
    const [row] = await sql.query(undefined, state)
    let [roundTrip, clocks] = [Number.POSITIVE_INFINITY, { there: 0, here: 0 }]
    for (let round = 0; round < 3; round++) {
      const begun = clock.now()
      const [read] = await sql.query(undefined, 'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS at')
      const time = clock.now() - begun
      if (time >= roundTrip) continue
      roundTrip = time
      clocks = { there: Number(read!.at), here: clock.wallTime() - time / 2 }
    }
    const steps = await versionOf(sql, name, tables)
    const version = String(row!.version).split(' ', 1)[0]!
    const connections = { allowed: Number(row!.allowed), open: Number(row!.open) }
    const isVacuumed = row!.autovacuum === 'on'
    const schema = { schema: tables.name, steps, knownSteps: tables.steps.length }
    return { name, version, clocks, roundTrip, connections, isVacuumed, ...schema }
  } catch (reason) {
    throw explain(reason)
  } finally {
    reconnecting.end()
    await sql.close()
  }
}
