import type { SqliteConnection, SqliteRow, SqliteStatement, SqliteValue } from './driver.ts'

/** What can be written as a value; missing means NULL. */
export type Bindable = SqliteValue | boolean | undefined

/** A connection that remembers its statements, and knows transactions. */
export class Database {
  readonly #connection: SqliteConnection
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  exec(sql: string): void {
    this.#connection.exec(sql)
  }

  run(sql: string, ...values: Bindable[]): { readonly changes: number; readonly insertedId: number } {
    return this.#prepared(sql).run(...values.map(bound))
  }

  get(sql: string, ...values: Bindable[]): SqliteRow | undefined {
    return this.#prepared(sql).get(...values.map(bound))
  }

  iterate(sql: string, ...values: Bindable[]): Iterable<SqliteRow> {
    return this.#prepared(sql).iterate(...values.map(bound))
  }

  all(sql: string, ...values: Bindable[]): SqliteRow[] {
    return [...this.iterate(sql, ...values)]
  }

  /** The one number that a statement gives. */
  number(sql: string, ...values: Bindable[]): number {
    return Number(Object.values(this.get(sql, ...values) ?? {})[0] ?? 0)
  }

  /** All that `work` writes, or nothing of it. */
  write<T>(work: () => T): T {
    // With the lock from the start: a reader that becomes a writer could not wait for others.
    return this.#transaction('BEGIN IMMEDIATE', work)
  }

  /** All that `work` reads is of one moment. */
  read<T>(work: () => T): T {
    return this.#transaction('BEGIN', work)
  }

  close(): void {
    this.#statements.clear()
    this.#connection.close()
  }

  #transaction<T>(begin: string, work: () => T): T {
    this.exec(begin)
    try {
      const result = work()
      this.exec('COMMIT')
      return result
    } catch (reason) {
      // A full disk may have ended it already.
      if (this.#connection.isInTransaction) this.exec('ROLLBACK')
      throw reason
    }
  }

  #prepared(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#connection.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

function bound(value: Bindable): SqliteValue {
  if (value === undefined) return null
  return typeof value === 'boolean' ? Number(value) : value
}
