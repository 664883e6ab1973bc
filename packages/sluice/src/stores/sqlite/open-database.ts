import { StoreError } from '../errors.ts'
import { Database } from './database.ts'
import type { SqliteDriver } from './driver.ts'
import { FileLock } from './file-lock.ts'
import { migrate, versionOf } from './migrations.ts'
import { applicationId } from './schema.ts'

/** Which file, and how. */
export interface OpenDatabaseOptions {
  /** As a person names it. */
  readonly store: string
  readonly path: string
  /** How long to wait for other processes, in milliseconds. */
  readonly busyTimeout: number
  readonly steps: readonly string[]
}

/** Opens a file that holds runs, or makes it. One that holds something else is left as it is. */
export function openDatabase(driver: SqliteDriver, options: OpenDatabaseOptions): Database {
  const database = new Database(driver.open(options.path, options))
  try {
    if (versionIfOurs(database, options) < options.steps.length) setUp(driver, database, options)
    database.exec('PRAGMA synchronous = FULL')
    // A log that has once grown is cut when it has been written back.
    database.exec('PRAGMA journal_size_limit = 67108864')
    return database
  } catch (reason) {
    database.close()
    throw reason
  }
}

function setUp(driver: SqliteDriver, database: Database, options: OpenDatabaseOptions): void {
  const { store, path, busyTimeout, steps } = options
  // Going over to a log does not wait for others that do the same.
  const lock = FileLock.take(driver, `${path}-lock-setup`, busyTimeout)
  if (lock === undefined) {
    throw new StoreError('SLUICE_STORE', `${store}: another process is setting it up; try again when it is done`)
  }
  try {
    if (versionIfOurs(database, options) === 0) {
      // Has to come before anything is written. With it, what a forgotten run took is given back to the disk in steps.
      database.exec('PRAGMA auto_vacuum = INCREMENTAL')
      database.exec('PRAGMA journal_mode = WAL')
      if (database.get('PRAGMA journal_mode')?.journal_mode !== 'wal') {
        throw new StoreError('SLUICE_STORE', `${store}: its file system cannot share memory; put it on a local disk`)
      }
    }
    migrate(database, steps)
  } finally {
    lock.release()
  }
}

/** @throws StoreError if a newer version or another program has written the file. */
function versionIfOurs(database: Database, { store, steps }: OpenDatabaseOptions): number {
  // Of one moment: another process may be making the file.
  const { id, version, isEmpty } = database.read(() => ({
    id: database.number('PRAGMA application_id'),
    version: versionOf(database),
    isEmpty: database.number('SELECT count(*) FROM sqlite_schema') === 0,
  }))
  if (id !== applicationId && !(isEmpty && id === 0 && version === 0)) {
    throw new StoreError('SLUICE_STORE', `${store}: is a database of another program; choose another file`)
  }
  if (version > steps.length) {
    throw new StoreError(
      'SLUICE_STORE_NEWER',
      `${store}: was written by a newer version of Sluice (file version ${version}, this one knows ${steps.length}); update Sluice, or choose another file`,
    )
  }
  return version
}
