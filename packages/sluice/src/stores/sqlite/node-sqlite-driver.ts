import process from 'node:process'
import type { DatabaseSync } from 'node:sqlite'
import type { SqliteConnection, SqliteDriver, SqliteRow } from './driver.ts'

/** The results of SQLite that anybody asks for; Node gives numbers, whose lower byte is the family. */
const families: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
}
const shmSize = 10 | (19 << 8)

/** The driver on the SQLite that Node brings: slightly faster, but of whatever version this Node has. */
export async function nodeSqliteDriver(): Promise<SqliteDriver> {
  const { DatabaseSync } = await withoutItsWarning(() => import('node:sqlite'))

  return {
    name: 'node:sqlite',
    open: (path, { busyTimeout, isReadOnly = false }) =>
      connection(new DatabaseSync(path, { timeout: busyTimeout, readOnly: isReadOnly })),
    codeOf: (error) => {
      const code: unknown = error instanceof Error && 'errcode' in error ? error.errcode : undefined
      if (typeof code !== 'number') return undefined
      return code === shmSize ? 'SQLITE_IOERR_SHMSIZE' : (families[code & 0xff] ?? 'SQLITE_ERROR')
    },
  }
}

function connection(database: DatabaseSync): SqliteConnection {
  return {
    get isInTransaction() {
      return database.isTransaction
    },
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      return {
        run: (...values) => {
          const { changes, lastInsertRowid } = statement.run(...values)
          return { changes: Number(changes), insertedId: Number(lastInsertRowid) }
        },
        get: (...values) => statement.get(...values) as SqliteRow | undefined,
        iterate: (...values) => statement.iterate(...values) as Iterable<SqliteRow>,
      }
    },
    close: () => database.close(),
  }
}

/** Older Nodes say on stderr that node:sqlite is an experiment. Whoever runs a command cannot do anything about that. */
async function withoutItsWarning<T>(load: () => Promise<T>): Promise<T> {
  const emitWarning = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!(String(warning).includes('SQLite') && String(rest[0]) === 'ExperimentalWarning'))
      emitWarning(warning, ...rest)
  }) as typeof process.emitWarning
  try {
    return await load()
  } finally {
    process.emitWarning = emitWarning
  }
}
