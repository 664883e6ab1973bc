/** Value of a cell. */
export type SqliteValue = number | string | Uint8Array | null

/**
 * Value passed to a statement. In an untyped column better-sqlite3 stores a number as REAL, and a bigint as INTEGER.
 */
export type SqliteInput = SqliteValue | bigint

/** A row by column name. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>

/** A prepared statement. */
export interface SqliteStatement {
  /** Returns the number of changed rows, and the id of the last inserted row. */
  run(...values: SqliteInput[]): { readonly changes: number; readonly insertedId: number }
  /** The first row. */
  get(...values: SqliteInput[]): SqliteRow | undefined
  /** All rows, lazily; iteration may stop early. */
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
  /** Time to wait for locks of other connections, in milliseconds. */
  readonly busyTimeout: number
  /** Opens read-only, and does not create the file. */
  readonly isReadOnly?: boolean
}

/** The part of an SQLite library that is used. Everything is synchronous. */
export interface SqliteDriver {
  readonly name: DriverName
  open(path: string, options: SqliteOpenOptions): SqliteConnection
  /** SQLite's name of an error, such as `SQLITE_BUSY`; undefined if it is not from SQLite. */
  codeOf(error: unknown): string | undefined
}

/** Supported SQLite libraries. @inline */
export type DriverName = 'better-sqlite3' | 'node:sqlite'
