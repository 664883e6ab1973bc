/** What can be given to a statement; missing means NULL. */
export type SqlValue = string | number | boolean | Uint8Array | readonly string[] | readonly number[] | null | undefined

/** A row, by the names of its columns. Whole numbers are numbers, bytes are a `Buffer`. */
export type SqlRow = Readonly<Record<string, unknown>>

/** A database, or one transaction in it. */
export interface Sql {
  /**
   * The rows that a statement gives. With a name it is prepared, once for each connection: the same name must always
   * mean the same text.
   */
  query(name: string | undefined, text: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>
  /** All that `work` writes, or nothing of it. It may be done again if the connection is lost: nothing else may hang on it. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
}
