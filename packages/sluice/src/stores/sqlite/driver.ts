/** What a cell of a table can hold. */
export type SqliteValue = number | string | Uint8Array | null

/** A row, by the names of its columns. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>

/** A statement that has been understood once and can be run often. */
export interface SqliteStatement {
  /** Returns how many rows it changed, and the id of the last one that it inserted. */
  run(...values: SqliteValue[]): { readonly changes: number; readonly insertedId: number }
  /** The first row. */
  get(...values: SqliteValue[]): SqliteRow | undefined
  /** All rows, one after the other; may be left early. */
  iterate(...values: SqliteValue[]): Iterable<SqliteRow>
}

/** One open file. */
export interface SqliteConnection {
  readonly isInTransaction: boolean
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  close(): void
}

/** How a file is opened. */
export interface SqliteOpenOptions {
  /** How long to wait for another connection, in milliseconds. */
  readonly busyTimeout: number
  /** Changes nothing, and does not make the file. */
  readonly isReadOnly?: boolean
}

/** The least that a library for SQLite has to offer. Everything is synchronous. */
export interface SqliteDriver {
  readonly name: DriverName
  open(path: string, options: SqliteOpenOptions): SqliteConnection
  /** SQLite's name for what went wrong, `SQLITE_BUSY`; nothing if the error is not from SQLite. */
  codeOf(error: unknown): string | undefined
}

/** The libraries that are known. */
export type DriverName = 'better-sqlite3' | 'node:sqlite'
