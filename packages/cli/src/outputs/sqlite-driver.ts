/** What a value can be in SQLite. Numbers are stored as REAL, so whole ones go in as bigint. */
export type SqlValue = string | number | bigint | Uint8Array | null

/** The part of a database that is used here. */
export interface SqlDatabase {
  exec(sql: string): unknown
  prepare(sql: string): {
    run(...values: SqlValue[]): unknown
    get(...values: SqlValue[]): unknown
  }
  close(): unknown
}

/**
 * Opens a database by better-sqlite3, or by Node's own driver where the binary of that does not load. Both are alike in
 * what is used here. Loaded only now, so that the command starts quickly.
 */
export async function openDatabase(path: string): Promise<SqlDatabase> {
  const Database = await loadDriver()
  return new Database(path)
}

async function loadDriver(): Promise<new (path: string) => SqlDatabase> {
  try {
    const { default: Database } = await import('better-sqlite3')
    // The binary is loaded with the first database.
    new Database(':memory:').close()
    return Database
  } catch {
    const { DatabaseSync } = await import('node:sqlite')
    return DatabaseSync
  }
}

/** True for an error of either driver that says that another connection has locked the file. */
export function saysBusy(error: unknown): boolean {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  return code === 'SQLITE_BUSY' || errcode === 5
}

/** True for an error of either driver that says that the disk is full. */
export function saysDiskFull(error: unknown): boolean {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  return code === 'SQLITE_FULL' || errcode === 13
}
