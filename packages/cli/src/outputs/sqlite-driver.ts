import { loadSqliteDriver, type SqliteConnection } from 'sluice/internal'

/** Opens a database, and loads the library for it only now. @throws StoreError if none can be loaded, or the driver's error */
export async function openDatabase(path: string): Promise<SqliteConnection> {
  const driver = await loadSqliteDriver(path)
  return driver.open(path, { busyTimeout: 5_000 })
}

/** True for an error of either driver about a file that another connection has locked. */
export function saysBusy(error: unknown): boolean {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  return code === 'SQLITE_BUSY' || errcode === 5
}

/** True for an error of either driver about a full disk. */
export function saysDiskFull(error: unknown): boolean {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  return code === 'SQLITE_FULL' || errcode === 13
}
