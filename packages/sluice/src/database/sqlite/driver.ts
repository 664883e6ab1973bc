/** Value of a cell. */
export type SqliteValue = number | string | Uint8Array | null

/** Value that a statement is given. better-sqlite3 stores a number as REAL where the column has no type, and a bigint as INTEGER. */
export type SqliteInput = SqliteValue | bigint

/** A row, by the names of its columns. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>

/** A prepared statement. */
export interface SqliteStatement {
  /** Returns the number of changed rows, and the id of the last inserted one. */
  run(...values: SqliteInput[]): { readonly changes: number; readonly insertedId: number }
  /** The first row. */
  get(...values: SqliteInput[]): SqliteRow | undefined
  /** All rows, one after the other; may be left early. */
  iterate(...values: SqliteInput[]): Iterable<SqliteRow>
}

/** An open file. */
export interface SqliteConnection {
  readonly isInTransaction: boolean
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  close(): void
}

/** Options of `open`. */
interface SqliteOpenOptions {
  /** Time to wait for another connection, in milliseconds. */
  readonly busyTimeout: number
  /** Changes nothing, and does not make the file. */
  readonly isReadOnly?: boolean
}

/** A library for SQLite, as far as it is used. Everything is synchronous. */
export interface SqliteDriver {
  readonly name: DriverName
  open(path: string, options: SqliteOpenOptions): SqliteConnection
  /** SQLite's name of an error, such as `SQLITE_BUSY`; undefined if it is not from SQLite. */
  codeOf(error: unknown): string | undefined
}

/** Libraries for SQLite that can be used. */
export type DriverName = 'better-sqlite3' | 'node:sqlite'
