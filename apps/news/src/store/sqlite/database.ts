import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'

/** What can be written as a value; missing means NULL, and a list is one of JSON. */
export type Bindable = number | string | boolean | undefined | readonly (number | string)[]

/** A row, by the names of its columns. */
export type Row = Readonly<Record<string, SQLOutputValue>>

/** A connection that remembers its statements, and knows transactions. */
export class Database {
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(connection: DatabaseSync) {
    this.#connection = connection
  }

  exec(sql: string): void {
    this.#connection.exec(sql)
  }

  /** Returns how many rows were changed, and the id of the last that was inserted. */
  run(sql: string, ...values: Bindable[]): { readonly changes: number; readonly insertedId: number } {
    const { changes, lastInsertRowid } = this.#prepared(sql).run(...values.map(bound))
    return { changes: Number(changes), insertedId: Number(lastInsertRowid) }
  }

  get(sql: string, ...values: Bindable[]): Row | undefined {
    return this.#prepared(sql).get(...values.map(bound))
  }

  all(sql: string, ...values: Bindable[]): Row[] {
    return this.#prepared(sql).all(...values.map(bound))
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
      if (this.#connection.isTransaction) this.exec('ROLLBACK')
      throw reason
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#connection.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

function bound(value: Bindable): SQLInputValue {
  if (value === undefined) return null
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'object' ? JSON.stringify(value) : value
}
