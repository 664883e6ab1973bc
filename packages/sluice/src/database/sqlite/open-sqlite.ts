// A database in an SQLite file. `openSqlite` loads a driver (Node's SQLite, or better-sqlite3), creates the folder and
// the file, migrates it, and returns:
//
// - `database.run | get | all | iterate | number (sql, ...values)`: statements, each prepared once. Undefined is NULL,
// and a list is stored as JSON. `database.write(work)` and `database.read(work)` are transactions. Everything is
// synchronous.
// - `explained(work)`: runs `work`, and converts errors of SQLite to StoreErrors that say what to do.
//
// `loadSqliteDriver(store)` returns the driver alone: `open(path, { busyTimeout })` for a file without a schema, and
// `codeOf(error)`.

import { StoreError } from '../store-error.ts'
import { SqliteDatabase } from './database.ts'
import type { DriverName, SqliteDriver } from './driver.ts'
import { loadSqliteDriver } from './drivers.ts'
import { FileLock } from './file-lock.ts'
import { preparePlace } from './file-place.ts'
import { asStoreError } from './sqlite-errors.ts'

/** A kind of database file: its application id, migrations and pragmas. */
export interface SqliteSchema {
  /** `PRAGMA application_id`, which identifies files of this kind. */
  readonly applicationId: number
  /** Program to name in the message that a newer version has written the file. */
  readonly program: string
  /** Statements that bring a file up to date; `PRAGMA user_version` counts those done. A released step never changes. */
  readonly steps: readonly string[]
  /** Pragmas of a new file, set before anything is written: `auto_vacuum = INCREMENTAL`. */
  readonly newFilePragmas?: readonly string[]
  /** Pragmas of each connection: `synchronous = FULL`. */
  readonly pragmas?: readonly string[]
}

/** Options of `openSqlite`. */
export interface OpenSqliteOptions {
  /** Name of the store in messages. */
  readonly store: string
  /** Path of the file, or `:memory:`. */
  readonly path: string
  readonly schema: SqliteSchema
  /** Time to wait for locks of other processes, in milliseconds. */
  readonly busyTimeout: number
  /** @default the first of `driversFor` that can be loaded */
  readonly driver?: DriverName | undefined
}

/** An open database file. */
export interface OpenedSqlite {
  readonly database: SqliteDatabase
  readonly driver: SqliteDriver
  /** Real path of the file. */
  readonly path: string
  /** Runs `work`, and converts errors of SQLite to StoreErrors. */
  explained<T>(work: () => T): T
}

/**
 * Opens a database file, or creates it and its folder. A file with other content is left unchanged. @throws StoreError
 */
export async function openSqlite(options: OpenSqliteOptions): Promise<OpenedSqlite> {
  const { store } = options
  const path = options.path === ':memory:' ? options.path : preparePlace(store, options.path)
  const driver = await loadSqliteDriver(store, options.driver)
  const explained = <T>(work: () => T): T => {
    try {
      return work()
    } catch (reason) {
      throw asStoreError(reason, driver, store)
    }
  }
  return { database: explained(() => openDatabase(driver, { ...options, path })), driver, path, explained }
}

/** Opens a database file with a loaded driver, in an existing folder. @throws StoreError, and errors of the driver */
export function openDatabase(driver: SqliteDriver, options: Omit<OpenSqliteOptions, 'driver'>): SqliteDatabase {
  const database = new SqliteDatabase(driver.open(options.path, options))
  const { steps, pragmas = [] } = options.schema
  try {
    if (checkedVersion(database, options) < steps.length) setUp(driver, database, options)
    for (const pragma of pragmas) database.exec(`PRAGMA ${pragma}`)
    return database
  } catch (reason) {
    database.close()
    throw reason
  }
}

/** Number of applied steps of a file. */
export function versionOf(database: SqliteDatabase): number {
  return database.number('PRAGMA user_version')
}

/** Applies the missing steps, each completely or not at all. */
export function migrate(database: SqliteDatabase, { steps, applicationId }: SqliteSchema): void {
  for (let version = versionOf(database) + 1; version <= steps.length; version++) {
    database.write(() => {
      // Another process may have applied it while this one waited for the lock.
      if (versionOf(database) >= version) return
      database.exec(steps[version - 1]!)
      database.exec(`PRAGMA application_id = ${applicationId}`)
      database.exec(`PRAGMA user_version = ${version}`)
    })
  }
}

function setUp(driver: SqliteDriver, database: SqliteDatabase, options: Omit<OpenSqliteOptions, 'driver'>): void {
  const { store, path, busyTimeout, schema } = options
  if (path === ':memory:') {
    migrate(database, schema)
    return
  }
  // Switching to a write-ahead log does not wait for other processes that do the same.
  const lock = FileLock.take(driver, `${path}-lock-setup`, busyTimeout)
  if (lock === undefined) {
    throw new StoreError('SLUICE_STORE', `${store}: another process is setting it up; try again when it is done`)
  }
  try {
    if (checkedVersion(database, options) === 0) {
      for (const pragma of schema.newFilePragmas ?? []) database.exec(`PRAGMA ${pragma}`)
      database.exec('PRAGMA journal_mode = WAL')
      if (database.get('PRAGMA journal_mode')?.journal_mode !== 'wal') {
        throw new StoreError('SLUICE_STORE', `${store}: its file system cannot share memory; put it on a local disk`)
      }
    }
    migrate(database, schema)
  } finally {
    lock.release()
  }
}

/** @throws StoreError if a newer version or another program has written the file */
function checkedVersion(database: SqliteDatabase, { store, schema }: Omit<OpenSqliteOptions, 'driver'>): number {
  const { applicationId, steps, program } = schema
  // In one transaction, since another process may be creating the file.
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
      `${store}: was written by a newer version of ${program} (file version ${version}, this one knows ${steps.length}); update ${program}, or choose another file`,
    )
  }
  return version
}
