import { existsSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { SettingsError } from 'sluice'
import { openError } from './output-errors.ts'
import { lockOutput, type Unlock } from './output-lock.ts'
import { placeOf } from './place.ts'
import { openDatabase, type SqlDatabase } from './sqlite-driver.ts'

/** A database that appears whole under its name or not at all. */
export interface SqliteFile {
  readonly database: SqlDatabase
  readonly partPath: string
  /** Puts the database, which has been closed, in its place. */
  place(): Promise<void>
  /** Lets other processes write it. */
  readonly unlock: Unlock
}

/**
 * Opens an empty database as `NAME.part`, in place of any that is there. A database with other tables than `table` is not
 * replaced: it is somebody's work, and not an earlier output.
 *
 * @throws SettingsError with the path and what to do.
 */
export async function openSqliteFile(name: string, table: string): Promise<SqliteFile> {
  try {
    const { path, special } = await placeOf(name)
    if (special) throw new SettingsError(`${name}: a database must be a file; choose another name`)
    await mustBeReplaceable(name, path, table)
    const unlock = await lockOutput(name, path)
    try {
      const partPath = `${path}.part`
      const database = await openEmpty(partPath)
      return { database, partPath, place: () => flushAndRename(partPath, path), unlock }
    } catch (error) {
      await unlock()
      throw error
    }
  } catch (error) {
    throw openError(name, error)
  }
}

async function openEmpty(partPath: string): Promise<SqlDatabase> {
  // Opened as a file first: that tells better than SQLite why it cannot be, and empties an older one.
  await (await open(partPath, 'w')).close()
  // It would be taken for the journal of this one.
  await rm(`${partPath}-journal`, { force: true })
  const database = await openDatabase(partPath)
  // Only the whole file counts, and that is flushed at the end.
  database.exec('PRAGMA synchronous = OFF')
  return database
}

async function flushAndRename(partPath: string, path: string): Promise<void> {
  const handle = await open(partPath, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(partPath, path)
}

async function mustBeReplaceable(name: string, path: string, table: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size === 0) return
  const other = await otherTable(path, table)
  if (other !== undefined)
    throw new SettingsError(`${name}: this is a database with other tables, such as ${other}; choose another name`)
  // Closed properly, a database leaves neither: and SQLite would take them for the new one's.
  if (existsSync(`${path}-wal`) || existsSync(`${path}-journal`))
    throw new SettingsError(`${name}: this database is being used by another program; choose another name`)
}

async function otherTable(path: string, table: string): Promise<string | undefined> {
  const database = await openDatabase(path)
  try {
    const sql = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('${table}') AND name NOT LIKE 'sqlite_%'`
    return (database.prepare(sql).get() as { readonly name: string } | undefined)?.name
  } catch {
    // Not a database at all, or a broken one: it may be replaced like any other file.
    return undefined
  } finally {
    database.close()
  }
}
