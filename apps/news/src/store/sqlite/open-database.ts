import { setTimeout as pause } from 'node:timers/promises'
import { StoreError } from 'sluice/stores'
import { Database } from './database.ts'
import { openNodeSqlite, sqliteCodeOf } from './node-sqlite.ts'
import { applicationId, migrations } from './schema.ts'

const busy = 5
/** Going over to a log does not wait for others that do the same: so it is tried again, this often and after so long. */
const mostTries = 500
const triesApart = 10

/** How long to wait for another process, in milliseconds. */
const usualBusyTimeout = 5_000

/** Opens a file of news, or makes it. One that holds something else is left as it is. */
export async function openDatabase(
  store: string,
  path: string,
  busyTimeout: number = usualBusyTimeout,
  steps: readonly string[] = migrations,
): Promise<Database> {
  const database = new Database(await openNodeSqlite(path, busyTimeout))
  try {
    // Of one moment: another process may be making the file.
    const version = database.read(() => versionIfOurs(database, store, steps.length))
    if (version < steps.length) {
      await useLog(database)
      migrate(database, store, steps)
    }
    // The file stays whole whatever happens, and the last articles come again with the next refresh.
    database.exec('PRAGMA synchronous = NORMAL')
    database.exec('PRAGMA journal_size_limit = 67108864')
    return database
  } catch (reason) {
    database.close()
    throw reason
  }
}

async function useLog(database: Database): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (reason) {
      const isBusy = ((sqliteCodeOf(reason) ?? 0) & 0xff) === busy
      if (!isBusy || tries === mostTries) throw reason
      await pause(triesApart)
    }
  }
}

/** Does the steps that the file does not have yet: all of them, or none. */
function migrate(database: Database, store: string, steps: readonly string[]): void {
  database.write(() => {
    // Another process may have done it while this one waited for its turn.
    for (const step of steps.slice(versionIfOurs(database, store, steps.length))) database.exec(step)
    database.exec(`PRAGMA application_id = ${applicationId}`)
    database.exec(`PRAGMA user_version = ${steps.length}`)
  })
}

/** @throws StoreError if a newer version or another program has written the file. */
function versionIfOurs(database: Database, store: string, known: number): number {
  const id = database.number('PRAGMA application_id')
  const version = database.number('PRAGMA user_version')
  const objects = database.number('SELECT count(*) FROM sqlite_schema')
  if (id !== applicationId && !(id === 0 && version === 0 && objects === 0)) {
    throw new StoreError('SLUICE_STORE', `${store}: is a database of another program; choose another file`)
  }
  if (version > known) {
    throw new StoreError(
      'SLUICE_STORE_NEWER',
      `${store}: was written by a newer version of this program (file version ${version}, this one knows ${known}); update it, or choose another file`,
    )
  }
  return version
}
