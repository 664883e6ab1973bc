import type { SqliteConnection, SqliteInput, SqliteRow, SqliteStatement } from './driver.ts'

/** Value of a statement: undefined is NULL, a list is stored as JSON. */
export type SqliteBindable = SqliteInput | boolean | undefined | readonly (string | number)[]

/** A connection with prepared statements and transactions. Synchronous; throws the driver's errors. */
export class SqliteDatabase {
  readonly #connection: SqliteConnection
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  exec(sql: string): void {
    this.#connection.exec(sql)
  }

  run(sql: string, ...values: SqliteBindable[]): { readonly changes: number; readonly insertedId: number } {
    return this.#prepared(sql).run(...values.map(bound))
  }

  get(sql: string, ...values: SqliteBindable[]): SqliteRow | undefined {
    return this.#prepared(sql).get(...values.map(bound))
  }

  iterate(sql: string, ...values: SqliteBindable[]): Iterable<SqliteRow> {
    return this.#prepared(sql).iterate(...values.map(bound))
  }

  all(sql: string, ...values: SqliteBindable[]): SqliteRow[] {
    return [...this.iterate(sql, ...values)]
  }

  /** First value of the first row as a number; 0 without rows. */
  number(sql: string, ...values: SqliteBindable[]): number {
    return Number(Object.values(this.get(sql, ...values) ?? {})[0] ?? 0)
  }

  /** Runs `work` in a write transaction: all or nothing. */
  write<T>(work: () => T): T {
    // Takes the lock at once: a read transaction that turns into a write transaction could not wait for others.
    return this.#transaction('BEGIN IMMEDIATE', work)
  }

  /** Runs `work` in a read transaction, on one consistent snapshot. */
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
      // A full disk may have ended the transaction already.
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

function bound(value: SqliteBindable): SqliteInput {
  if (value === undefined) return null
  if (typeof value === 'boolean') return Number(value)
  return Array.isArray(value) ? JSON.stringify(value) : (value as SqliteInput)
}
