import type { SqliteFile } from './sqlite-file.ts'

/** What can be asked of the store. */
export type Verb = Exclude<keyof SqliteFile, 'close'>

/** The store, wherever it is: in this thread or in one of its own. */
export interface StoreCalls {
  call<V extends Verb>(verb: V, ...args: Parameters<SqliteFile[V]>): Promise<ReturnType<SqliteFile[V]>>
  close(): Promise<void>
}
