import { createRequire } from 'node:module'
import process from 'node:process'
import type { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store-error.ts'
import type { DriverName, SqliteConnection, SqliteDriver, SqliteInput, SqliteRow } from './driver.ts'

/**
 * Loads the given driver or, if none is given, the first of `driversFor` that can be loaded. @throws StoreError
 * `SLUICE_STORE_DRIVER`
 */
export async function loadSqliteDriver(store: string, wanted?: DriverName): Promise<SqliteDriver> {
  const names = wanted === undefined ? driversFor(process.versions.sqlite) : [wanted]
  const reasons: Error[] = []
  for (const name of names) {
    try {
      return await loaders[name]()
    } catch (reason) {
      reasons.push(reason as Error)
    }
  }
  throw new StoreError(
    'SLUICE_STORE_DRIVER',
    `${store}: ${names.join(' and ')} cannot be loaded here; npm install better-sqlite3@13.2.0, or use Node 22.19 or newer`,
    new AggregateError(reasons),
  )
}

/** First SQLite in which two processes that write at once cannot damage a file. */
const soundSince = [3, 51, 3]

/**
 * Drivers in the order in which they are tried, given the version of the SQLite in the runtime. That one takes half as
 * long for a row as better-sqlite3, which is chosen where it is older than `soundSince`, or not known.
 */
export function driversFor(version: string | undefined): DriverName[] {
  const parts = (version ?? '0').split('.').map(Number)
  const differing = soundSince.findIndex((part, place) => (parts[place] ?? 0) !== part)
  const isSound = differing === -1 || parts[differing]! > soundSince[differing]!
  return isSound ? ['node:sqlite', 'better-sqlite3'] : ['better-sqlite3', 'node:sqlite']
}

const loaders: Readonly<Record<DriverName, () => Promise<SqliteDriver>>> = {
  'better-sqlite3': loadBetterSqlite3,
  'node:sqlite': loadNodeSqlite,
}

/** The part of better-sqlite3 that is used. */
interface BetterSqlite3 {
  readonly default: new (
    path: string,
    options?: { readonly timeout: number; readonly readonly: boolean },
  ) => BetterDatabase
}

interface BetterDatabase {
  readonly inTransaction: boolean
  exec(sql: string): unknown
  prepare(sql: string): {
    run(...values: SqliteInput[]): { readonly changes: number; readonly lastInsertRowid: number }
    get(...values: SqliteInput[]): SqliteRow | undefined
    iterate(...values: SqliteInput[]): Iterable<SqliteRow>
  }
  close(): unknown
}

/** The package better-sqlite3, which bundles its own SQLite. @throws if its binary cannot be loaded here */
async function loadBetterSqlite3(): Promise<SqliteDriver> {
  // The cast hides the name from the compiler: the package has no types, and need not be installed.
  const { default: Database } = (await import('better-sqlite3' as string)) as BetterSqlite3
  // A debug build of 12.11 aborted Node 24 (`env != nullptr`) in two of three runs of the contract tests.
  const { version } = createRequire(import.meta.url)('better-sqlite3/package.json') as { version: string }
  if (Number.parseInt(version, 10) < 13) throw new Error(`better-sqlite3 ${version} is too old: 13 or newer is needed`)
  // The binary is loaded when the first database is opened.
  new Database(':memory:').close()

  return {
    name: 'better-sqlite3',
    open: (path, { busyTimeout, isReadOnly = false }) =>
      betterConnection(new Database(path, { timeout: busyTimeout, readonly: isReadOnly })),
    codeOf: (error) => {
      const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
      return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined
    },
  }
}

function betterConnection(database: BetterDatabase): SqliteConnection {
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

/** SQLite result codes that are distinguished. Node reports numbers, whose lower byte is the primary code. */
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

/** Node's built-in SQLite, whose version depends on Node. */
async function loadNodeSqlite(): Promise<SqliteDriver> {
  const { DatabaseSync } = await withoutItsWarning(() => import('node:sqlite'))

  return {
    name: 'node:sqlite',
    open: (path, { busyTimeout, isReadOnly = false }) =>
      nodeConnection(new DatabaseSync(path, { timeout: busyTimeout, readOnly: isReadOnly })),
    codeOf: (error) => {
      const code: unknown = error instanceof Error && 'errcode' in error ? error.errcode : undefined
      if (typeof code !== 'number') return undefined
      return code === shmSize ? 'SQLITE_IOERR_SHMSIZE' : (families[code & 0xff] ?? 'SQLITE_ERROR')
    },
  }
}

function nodeConnection(database: DatabaseSync): SqliteConnection {
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

/** Older Node versions print a warning that node:sqlite is experimental, which users of a command cannot change. */
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
