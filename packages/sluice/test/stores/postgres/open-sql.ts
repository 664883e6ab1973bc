import pg from 'pg'
import { connectionSettings, type Pg } from '../../../src/database/postgres/connection-settings.ts'
import { Reconnecting } from '../../../src/database/postgres/reconnecting.ts'
import { PooledSql } from '../../../src/database/postgres/sql.ts'
import { systemClock } from '../../../src/time/system-clock.ts'

/** The database of a store, without the store. */
export function openSql(url: string, schema = 'sluice'): PooledSql {
  return new PooledSql(pg as unknown as Pg, connectionSettings(url, schema), 5, new Reconnecting(systemClock, 5_000))
}
