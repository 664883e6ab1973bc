import { StoreError } from '../errors.ts'
import { betterSqlite3Driver } from './better-sqlite3-driver.ts'
import type { DriverName, SqliteDriver } from './driver.ts'
import { nodeSqliteDriver } from './node-sqlite-driver.ts'

const loaders: Readonly<Record<DriverName, () => Promise<SqliteDriver>>> = {
  'better-sqlite3': betterSqlite3Driver,
  'node:sqlite': nodeSqliteDriver,
}

/** The wanted driver or, if none is wanted, the first that can be loaded here. Nothing is loaded before it is asked for. */
export async function loadDriver(store: string, wanted?: DriverName): Promise<SqliteDriver> {
  const names = wanted === undefined ? (Object.keys(loaders) as DriverName[]) : [wanted]
  const reasons: Error[] = []
  for (const name of names) {
    try {
      return await loaders[name]()
    } catch (reason) {
      reasons.push(reason as Error)
    }
  }
  throw new StoreError(
    'SLUICE_STORE_DRIVER',
    `${store}: ${names.join(' and ')} cannot be loaded here; npm install better-sqlite3@13.2.0, or use Node 22.19 or newer`,
    new AggregateError(reasons),
  )
}
