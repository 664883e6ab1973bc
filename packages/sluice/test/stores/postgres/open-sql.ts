import pg from 'pg'
import { connectionSettings } from '../../../src/stores/postgres/connection-settings.ts'
import type { Pg } from '../../../src/stores/postgres/load-pg.ts'
import { Patience } from '../../../src/stores/postgres/patience.ts'
import { PooledSql } from '../../../src/stores/postgres/pooled-sql.ts'
import { systemClock } from '../../../src/time/system-clock.ts'

/** The database of a store, without the store. */
export function openSql(url: string, schema = 'sluice'): PooledSql {
  return new PooledSql(pg as unknown as Pg, connectionSettings(url, schema), 5, new Patience(systemClock, 5_000))
}
