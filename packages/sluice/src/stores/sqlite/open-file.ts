import type { DriverName } from '../../database/sqlite/driver.ts'
import { openSqlite } from '../../database/sqlite/open-sqlite.ts'
import { runsSchema } from './schema.ts'
import { SqliteFile } from './sqlite-file.ts'

/** Options for opening a file of runs, as plain data. */
export interface OpenFileOptions {
  /** Name in messages. */
  readonly store: string
  readonly path: string
  readonly busyTimeout: number
  readonly driver: DriverName | undefined
}

/** Open file of runs. Its errors are StoreErrors. */
export interface OpenFile {
  perform<V extends Verb>(verb: V, args: Parameters<SqliteFile[V]>): ReturnType<SqliteFile[V]>
  close(): void
}

/** Opens a file of runs, and creates it if it does not exist. @throws StoreError */
export async function openFile(options: OpenFileOptions): Promise<OpenFile> {
  const { database, driver, path, explained } = await openSqlite({ ...options, schema: runsSchema })
  const file = new SqliteFile(options.store, database, driver, path)
  return {
    perform: <V extends Verb>(verb: V, args: Parameters<SqliteFile[V]>) =>
      explained(() => {
        const method = file[verb] as (...given: Parameters<SqliteFile[V]>) => ReturnType<SqliteFile[V]>
        return method.apply(file, args)
      }),
    close: () => explained(() => file.close()),
  }
}

/** Methods of the store that another thread can call. */
export type Verb = Exclude<keyof SqliteFile, 'close'>

/** Store in this thread or in a thread of its own. */
export interface StoreCalls {
  call<V extends Verb>(verb: V, ...args: Parameters<SqliteFile[V]>): Promise<ReturnType<SqliteFile[V]>>
  close(): Promise<void>
}
