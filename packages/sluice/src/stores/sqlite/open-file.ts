import type { DriverName, SqliteDriver } from './driver.ts'
import { preparePlace } from './file-place.ts'
import { loadDriver } from './load-driver.ts'
import { openDatabase } from './open-database.ts'
import { migrations } from './schema.ts'
import { asStoreError } from './sqlite-errors.ts'
import { SqliteFile } from './sqlite-file.ts'
import type { Verb } from './store-calls.ts'

/** How a file is opened, as plain data. */
export interface OpenFileOptions {
  /** As a person names it. */
  readonly store: string
  readonly path: string
  readonly busyTimeout: number
  readonly driver: DriverName | undefined
}

/** An open store whose errors are StoreErrors. */
export interface OpenFile {
  perform<V extends Verb>(verb: V, args: Parameters<SqliteFile[V]>): ReturnType<SqliteFile[V]>
  close(): void
}

/** Loads the driver and opens the file. */
export async function openFile({
  store,
  path: given,
  busyTimeout,
  driver: wanted,
}: OpenFileOptions): Promise<OpenFile> {
  const path = preparePlace(store, given)
  const driver = await loadDriver(store, wanted)
  const file = translated(driver, store, () => {
    const database = openDatabase(driver, { store, path, busyTimeout, steps: migrations })
    return new SqliteFile(store, database, driver, path)
  })
  return {
    perform: <V extends Verb>(verb: V, args: Parameters<SqliteFile[V]>) =>
      translated(driver, store, () => {
        const method = file[verb] as (...given: Parameters<SqliteFile[V]>) => ReturnType<SqliteFile[V]>
        return method.apply(file, args)
      }),
    close: () => translated(driver, store, () => file.close()),
  }
}

function translated<T>(driver: SqliteDriver, store: string, work: () => T): T {
  try {
    return work()
  } catch (reason) {
    throw asStoreError(reason, driver, store)
  }
}
