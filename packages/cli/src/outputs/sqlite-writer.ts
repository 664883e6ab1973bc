import { JsonNumber } from 'sluice'
import { jsonText } from './json-text.ts'
import { openError, writeError } from './output-errors.ts'
import { type ColumnKind, recordColumns } from './record-columns.ts'
import type { OpenedWriter, ResultWriter } from './result-writer.ts'
import { type SqlDatabase, type SqlValue, saysDiskFull } from './sqlite-driver.ts'
import { openSqliteFile, type SqliteFile } from './sqlite-file.ts'
import { plainNumber } from './value-kinds.ts'

const table = 'results'

/**
 * So many rows become one transaction. They are inserted on the main thread: that takes some microseconds for each, and
 * milliseconds for a commit, which does not wait for the disk.
 */
const groupRows = 500

/** A column of the table, and what it has of a record. */
interface SqlColumn {
  readonly declaration: string
  value(record: object): SqlValue
}

/**
 * A database with one table, `results`, of whole CallRecords, or of what `--select` finds if its columns are given. What
 * was written before an abort can be read.
 *
 * @throws SettingsError with the path and what to do.
 */
export async function openSqliteWriter(name: string, selected: readonly string[] | undefined): Promise<OpenedWriter> {
  const { database, partPath, place, unlock } = await openSqliteFile(name, table)
  const columns = selected === undefined ? columnsOfRecords : [...new Set(selected)].map(selectedColumn)
  try {
    return { writer: tableWriter(name, database, columns, { place, unlock }), path: name, partPath }
  } catch (error) {
    database.close()
    await unlock()
    throw openError(name, error)
  }
}

function tableWriter(
  name: string,
  database: SqlDatabase,
  columns: readonly SqlColumn[],
  { place, unlock }: Pick<SqliteFile, 'place' | 'unlock'>,
): ResultWriter {
  database.exec(`CREATE TABLE ${table} (${columns.map(({ declaration }) => declaration).join(', ')})`)
  const insert = database.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`)
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
      // A record that cannot be written is no failure of the file.
      const values = columns.map((column) => column.value(record))
      attempt(() => {
        if (rows === 0) database.exec('BEGIN')
        rows += 1
        insert.run(...values)
        if (rows >= groupRows) commit()
      })
    },
    close: async () => {
      try {
        attempt(() => {
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
        // The groups before are there.
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

/** `index` is a word of SQL. */
const columnsOfRecords: readonly SqlColumn[] = recordColumns.map(({ name, kind, value }) => ({
  declaration: `${name === 'index' ? 'idx' : name} ${declarations[kind]}`,
  value: (record) => sqlValue(value(record)),
}))

/** Without a type, so that each value stays what it is. */
function selectedColumn(name: string): SqlColumn {
  return {
    declaration: `"${name.replaceAll('"', '""')}"`,
    value: (record) => sqlValue((record as Readonly<Record<string, unknown>>)[name]),
  }
}

function sqlValue(value: unknown): SqlValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || value instanceof Uint8Array) return value
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (value instanceof JsonNumber) return sqlNumber(value)
  return value instanceof Date ? value.toISOString() : (jsonText(value) ?? null)
}

/** Text is the only type that holds more than 64 bits. */
function sqlNumber(value: JsonNumber): SqlValue {
  const plain = plainNumber(value)
  return plain === undefined ? value.digits : sqlValue(plain)
}
