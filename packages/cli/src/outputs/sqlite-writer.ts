import { existsSync } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { JsonNumber, SettingsError } from 'sluice'
import type { SqliteConnection, SqliteInput } from 'sluice/internal'
import { freeName } from '../inputs/input-columns.ts'
import { checkReplaceable, placeOf } from './file-sink.ts'
import { jsonText } from './json-text.ts'
import { openError, writeError } from './output-errors.ts'
import { lockOutput, type Unlock } from './output-lock.ts'
import { openPart, placePart } from './part-file.ts'
import { type ColumnKind, recordColumns, type TableColumn } from './record-columns.ts'
import { openDatabase, saysDiskFull } from './sqlite-driver.ts'
import type { OpenedWriter, ResultWriter } from './stream-sink.ts'
import { plainNumber } from './value-kinds.ts'

const table = 'results'

/**
 * Rows per transaction. They are inserted on the main thread, which takes some microseconds for each, and
 * milliseconds for a commit, which does not wait for the disk.
 */
const groupRows = 500

/** A column of the table, and its value in a record. */
interface SqlColumn {
  readonly declaration: string
  value(record: object): SqliteInput
}

/**
 * A database with one table, `results`, of complete CallRecords, or of the results of `--select` if columns are given.
 * Rows written before an abort are readable.
 *
 * @throws SettingsError with the path and what to do
 */
export async function openSqliteWriter(
  name: string,
  selected: (() => readonly TableColumn[]) | undefined,
): Promise<OpenedWriter> {
  const { database, partPath, setAside, place, unlock } = await openSqliteFile(name, table)
  const columns = (): readonly SqlColumn[] => (selected === undefined ? columnsOfRecords : selectedColumns(selected()))
  try {
    return { writer: tableWriter(name, database, columns, { place, unlock }), path: name, partPath, setAside }
  } catch (error) {
    database.close()
    await unlock()
    throw openError(name, error)
  }
}

function tableWriter(
  name: string,
  database: SqliteConnection,
  columnsOf: () => readonly SqlColumn[],
  { place, unlock }: Pick<SqliteFile, 'place' | 'unlock'>,
): ResultWriter {
  let begun:
    | { readonly columns: readonly SqlColumn[]; readonly insert: ReturnType<SqliteConnection['prepare']> }
    | undefined
  /** Creates the table, whose columns may only be known with the first record. */
  const begin = (): NonNullable<typeof begun> => {
    if (begun !== undefined) return begun
    const columns = columnsOf()
    database.exec(`CREATE TABLE ${table} (${columns.map(({ declaration }) => declaration).join(', ')})`)
    const insert = database.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`)
    begun = { columns, insert }
    return begun
  }
  let rows = 0
  let isOpen = true
  let failure: Error | undefined

  const attempt = (work: () => void): void => {
    if (failure !== undefined) throw failure
    try {
      work()
    } catch (error) {
      failure = writeError(name, saysDiskFull(error) ? Object.assign(new Error('full'), { code: 'ENOSPC' }) : error)
      throw failure
    }
  }
  const commit = (): void => {
    if (rows > 0) database.exec('COMMIT')
    rows = 0
  }
  const closeDatabase = (): void => {
    if (isOpen) database.close()
    isOpen = false
  }
  return {
    write: (record) => {
      // A record that cannot be written is not a failure of the file.
      const values = (begun?.columns ?? columnsOf()).map((column) => column.value(record))
      attempt(() => {
        const { insert } = begin()
        if (rows === 0) database.exec('BEGIN')
        rows += 1
        insert.run(...values)
        if (rows >= groupRows) commit()
      })
    },
    close: async () => {
      try {
        attempt(() => {
          begin()
          commit()
          closeDatabase()
        })
        await place().catch((error: unknown) => {
          failure = writeError(name, error)
          throw failure
        })
      } finally {
        await unlock()
      }
    },
    abort: async () => {
      try {
        attempt(commit)
      } catch {
        // Earlier groups are written.
      }
      closeDatabase()
      await unlock()
    },
  }
}

const declarations: Readonly<Record<ColumnKind, string>> = {
  index: 'INTEGER PRIMARY KEY',
  integer: 'INTEGER',
  real: 'REAL',
  boolean: 'INTEGER',
  text: 'TEXT',
  json: 'TEXT',
  bytes: 'BLOB',
  time: 'TEXT',
}

/** `index` is a keyword of SQL. */
const columnsOfRecords: readonly SqlColumn[] = recordColumns.map(({ name, kind, value }) => ({
  declaration: `${name === 'index' ? 'idx' : name} ${declarations[kind]}`,
  value: (record) => sqlValue(value(record)),
}))

/** Without a type, so that each value stays what it is. SQLite takes `Id` and `id` for one name: the second is numbered. */
function selectedColumns(columns: readonly TableColumn[]): SqlColumn[] {
  const taken = new Set<string>()
  return columns.map(({ key }) => {
    const numbered = (number: number): string => `${key}_${number}`.toLowerCase()
    const isTaken = taken.has(key.toLowerCase())
    const name = isTaken ? key + freeName(numbered, taken).slice(key.length) : key
    taken.add(name.toLowerCase())
    return {
      declaration: `"${name.replaceAll('"', '""').replaceAll('\0', '\ufffd')}"`,
      value: (record) => sqlValue((record as Readonly<Record<string, unknown>>)[key]),
    }
  })
}

function sqlValue(value: unknown): SqliteInput {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || value instanceof Uint8Array) return value
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (value instanceof JsonNumber) return sqlNumber(value)
  return value instanceof Date ? value.toISOString() : (jsonText(value) ?? null)
}

/** Text is the only type that holds more than 64 bits. */
function sqlNumber(value: JsonNumber): SqliteInput {
  const plain = plainNumber(value)
  return plain === undefined ? value.digits : sqlValue(plain)
}

/** A database that appears whole under its name or not at all. */
export interface SqliteFile {
  readonly database: SqliteConnection
  readonly partPath: string
  readonly setAside: string | undefined
  /** Puts the database, which has been closed, in its place. */
  place(): Promise<void>
  /** Lets other processes write it. */
  readonly unlock: Unlock
}

/**
 * Opens an empty database as `NAME.part`, in place of any that is there. A database with other tables than `table` is not
 * replaced: it is somebody's work, and not an earlier output.
 *
 * @throws SettingsError with the path and what to do.
 */
export async function openSqliteFile(name: string, table: string): Promise<SqliteFile> {
  try {
    const { path, special } = await placeOf(name)
    if (special) throw new SettingsError(`${name}: a database must be a file; choose another name`)
    await checkReplaceable(path)
    await mustBeReplaceable(name, path, table)
    const unlock = await lockOutput(name, path)
    try {
      // Opened as a file first: that tells better than SQLite why it cannot be, and empties an older one.
      const { handle, path: partPath, setAside } = await openPart(path)
      await handle.close()
      const database = await openEmpty(partPath)
      return { database, partPath, setAside, place: () => flushAndPlace(partPath, path), unlock }
    } catch (error) {
      await unlock()
      throw error
    }
  } catch (error) {
    throw openError(name, error)
  }
}

async function openEmpty(partPath: string): Promise<SqliteConnection> {
  // It would be taken for the journal of this one.
  await rm(`${partPath}-journal`, { force: true })
  const database = await openDatabase(partPath)
  // Only the whole file counts, and that is flushed at the end.
  database.exec('PRAGMA synchronous = OFF')
  return database
}

async function flushAndPlace(partPath: string, path: string): Promise<void> {
  const handle = await open(partPath, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  await placePart(partPath, path)
}

async function mustBeReplaceable(name: string, path: string, table: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size === 0) return
  const other = await otherTable(path, table)
  if (other !== undefined)
    throw new SettingsError(`${name}: this is a database with other tables, such as ${other}; choose another name`)
  // Closed properly, a database leaves neither: and SQLite would take them for the new one's.
  if (existsSync(`${path}-wal`) || existsSync(`${path}-journal`))
    throw new SettingsError(`${name}: this database is being used by another program; choose another name`)
}

async function otherTable(path: string, table: string): Promise<string | undefined> {
  const database = await openDatabase(path)
  try {
    const sql = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('${table}') AND name NOT LIKE 'sqlite_%'`
    return (database.prepare(sql).get() as { readonly name: string } | undefined)?.name
  } catch {
    // Not a database at all, or a broken one: it may be replaced like any other file.
    return undefined
  } finally {
    database.close()
  }
}
