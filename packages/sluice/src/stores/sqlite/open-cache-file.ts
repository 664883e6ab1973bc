import { secretKey } from '../../random/secret-key.ts'
import { StoreError } from '../errors.ts'
import { Database } from './database.ts'
import type { SqliteDriver } from './driver.ts'
import { FileLock } from './file-lock.ts'

/** Marks a file as a store of kept answers: "SluC". */
const applicationId = 0x536c7543
/** How long to wait for another process when the file is opened, in milliseconds, */
const openingTimeout = 5_000
/** and later, when whoever makes calls waits with it: a write takes less than one. */
const busyTimeout = 50

const schema = `
  CREATE TABLE secret (value BLOB NOT NULL) STRICT;
  CREATE TABLE entries (
    key TEXT PRIMARY KEY,
    facts TEXT NOT NULL,
    body BLOB NOT NULL,
    size INTEGER NOT NULL,
    used INTEGER NOT NULL -- greater is later
  ) STRICT;
  CREATE INDEX entries_by_use ON entries (used);
`

/** Opens a file that holds kept answers, or makes it. One that holds something else is left as it is. */
export function openCacheFile(driver: SqliteDriver, store: string, path: string): Database {
  const database = new Database(driver.open(path, { busyTimeout: openingTimeout }))
  try {
    if (!isReady(database, store)) setUp(driver, database, store, path)
    // The file stays whole whatever happens; that nothing is lost is not worth a wait for the disk.
    database.exec('PRAGMA synchronous = NORMAL')
    database.exec('PRAGMA journal_size_limit = 16777216')
    database.exec(`PRAGMA busy_timeout = ${busyTimeout}`)
    return database
  } catch (reason) {
    database.close()
    throw reason
  }
}

/** The key with which the names of its entries are made. */
export function secretOf(database: Database): Uint8Array {
  return database.get('SELECT value FROM secret')!.value as Uint8Array
}

/** @throws StoreError if another program, or a newer version, has written the file. */
function isReady(database: Database, store: string): boolean {
  const { id, version, isEmpty } = database.read(() => ({
    id: database.number('PRAGMA application_id'),
    version: database.number('PRAGMA user_version'),
    isEmpty: database.number('SELECT count(*) FROM sqlite_schema') === 0,
  }))
  if (isEmpty && id === 0 && version === 0) return false
  if (id !== applicationId) {
    throw new StoreError('SLUICE_STORE', `${store}: is a database of something else; choose another file`)
  }
  if (version !== 1) {
    throw new StoreError(
      'SLUICE_STORE_NEWER',
      `${store}: was written by a newer version of Sluice; choose another file`,
    )
  }
  return true
}

function setUp(driver: SqliteDriver, database: Database, store: string, path: string): void {
  const lock = FileLock.take(driver, `${path}-lock-setup`, openingTimeout)
  if (lock === undefined) {
    throw new StoreError('SLUICE_STORE', `${store}: another process is setting it up; try again when it is done`)
  }
  try {
    // Another process may have done it while this one waited for its turn.
    if (isReady(database, store)) return
    database.exec('PRAGMA journal_mode = WAL')
    database.write(() => {
      database.exec(schema)
      database.run('INSERT INTO secret (value) VALUES (?)', secretKey())
      database.exec(`PRAGMA application_id = ${applicationId}`)
      database.exec('PRAGMA user_version = 1')
    })
  } finally {
    lock.release()
  }
}
