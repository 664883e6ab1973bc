import { loadSqliteDriver, type SqliteConnection } from 'sluice/internal'

/**
 * Opens a database, loading the library on first use. @throws StoreError if none can be loaded, or the driver's error
 */
export async function openDatabase(path: string): Promise<SqliteConnection> {
  const driver = await loadSqliteDriver(path)
  return driver.open(path, { busyTimeout: 5_000 })
}

/** True for a driver's error about a file that another connection has locked. */
export function saysBusy(error: unknown): boolean {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  return code === 'SQLITE_BUSY' || errcode === 5
}

/** True for a driver's error about a full disk. */
export function saysDiskFull(error: unknown): boolean {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  return code === 'SQLITE_FULL' || errcode === 13
}
