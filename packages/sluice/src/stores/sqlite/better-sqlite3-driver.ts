import type { SqliteConnection, SqliteDriver, SqliteOpenOptions, SqliteRow, SqliteValue } from './driver.ts'

/** The part of better-sqlite3 that is used. */
interface Module {
  readonly default: new (path: string, options?: { readonly timeout: number; readonly readonly: boolean }) => Database
}

interface Database {
  readonly inTransaction: boolean
  exec(sql: string): unknown
  prepare(sql: string): Statement
  close(): unknown
}

interface Statement {
  run(...values: SqliteValue[]): { readonly changes: number; readonly lastInsertRowid: number }
  get(...values: SqliteValue[]): SqliteRow | undefined
  iterate(...values: SqliteValue[]): Iterable<SqliteRow>
}

/** The driver on the package better-sqlite3, which brings its own SQLite. @throws if its binary cannot be loaded here. */
export async function betterSqlite3Driver(): Promise<SqliteDriver> {
  // Not a name that the compiler looks up: the package brings no types, and need not be installed.
  const { default: Database } = (await import('better-sqlite3' as string)) as Module
  // The binary is loaded with the first database.
  new Database(':memory:').close()

  return {
    name: 'better-sqlite3',
    open: (path, { busyTimeout, isReadOnly = false }: SqliteOpenOptions) =>
      connection(new Database(path, { timeout: busyTimeout, readonly: isReadOnly })),
    codeOf: (error) => {
      const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
      return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined
    },
  }
}

function connection(database: Database): SqliteConnection {
  return {
    get isInTransaction() {
      return database.inTransaction
    },
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      return {
        run: (...values) => {
          const { changes, lastInsertRowid } = statement.run(...values)
          return { changes, insertedId: lastInsertRowid }
        },
        get: (...values) => statement.get(...values),
        iterate: (...values) => statement.iterate(...values),
      }
    },
    close: () => void database.close(),
  }
}
