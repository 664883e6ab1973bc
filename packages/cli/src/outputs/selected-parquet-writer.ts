import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { BasicType } from 'hyparquet-writer'
import { JsonNumber } from 'sluice'
import { parseJson } from 'sluice/http'
import { maxJsonDepth } from 'sluice/internal'
import { textLines } from '../inputs/text-lines.ts'
import { openFileSink } from './file-sink.ts'
import { jsonText } from './json-text.ts'
import { writeError } from './output-errors.ts'
import { type ParquetColumn, ParquetTable } from './parquet-table.ts'
import type { TableColumn } from './record-columns.ts'
import type { OpenedWriter, Sink } from './stream-sink.ts'
import { plainNumber, type SeenKind, ValueKinds } from './value-kinds.ts'

const types: Readonly<Record<SeenKind, BasicType>> = {
  boolean: 'BOOLEAN',
  integer: 'INT64',
  real: 'DOUBLE',
  text: 'STRING',
  json: 'STRING',
}

/**
 * A Parquet file of the results of `--select`. Column types apply to the whole file, but the values of an API are only
 * known once they arrive: a hundred thousand prices are numbers, and then one is "on request". So rows are collected as
 * JSON lines in `NAME.rows`, and converted at the end, with types that lose nothing. If that fails, the rows are kept.
 *
 * @throws SettingsError with the path and what to do, if it cannot be opened
 */
export async function openSelectedParquetWriter(
  name: string,
  columns: () => readonly TableColumn[],
): Promise<OpenedWriter> {
  const sink = await openFileSink(name)
  const rowsPath = `${name}.rows`
  const rows = await openFileSink(rowsPath).catch(async (error: unknown) => {
    await sink.abort()
    throw error
  })
  let known: { readonly names: readonly string[]; readonly kinds: readonly ValueKinds[] } | undefined
  const chosen = (): NonNullable<typeof known> => {
    const names = known?.names ?? columns().map(({ key }) => key)
    known ??= { names, kinds: names.map(() => new ValueKinds()) }
    return known
  }
  let converted: Promise<void> | undefined
  const convert = (): Promise<void> => {
    converted ??= (async () => {
      await rows.close()
      const { names, kinds } = chosen()
      const table = new ParquetTable(
        sink,
        names.map((column, at) => selectedColumn(column, at, kinds[at]!.kind)),
      )
      await copyRows(rowsPath, table)
      await table.finish()
    })()
    return converted
  }
  return {
    writer: {
      write: (record) => {
        const { names, kinds } = chosen()
        const values = names.map((column) => (record as Readonly<Record<string, unknown>>)[column] ?? null)
        const line = `${jsonText(values)}\n`
        values.forEach((value, at) => {
          kinds[at]!.see(value)
        })
        return rows.write(line)
      },
      close: async () => {
        await convert()
        await sink.close()
        await remove(rowsPath)
      },
      abort: () => abort(convert, sink, rowsPath),
    },
    path: name,
    partPath: sink.partPath,
    setAside: sink.setAside,
  }
}

async function abort(convert: () => Promise<void>, sink: Sink, rowsPath: string): Promise<void> {
  const isConverted = await convert().then(
    () => true,
    () => false,
  )
  await sink.abort()
  if (isConverted && sink.failure() === undefined) await remove(rowsPath)
}

/** Removes a file if possible. */
function remove(path: string): Promise<void> {
  return rm(path, { force: true }).catch(() => {})
}

async function copyRows(path: string, table: ParquetTable<readonly unknown[]>): Promise<void> {
  const lines = textLines(createReadStream(path), { limit: Number.POSITIVE_INFINITY })
  try {
    // A row and an expression add levels to those of the response.
    for await (const batch of lines)
      for (const { text } of batch.lines) await table.add(parseJson(text, 'source', 2 * maxJsonDepth) as unknown[])
  } catch (error) {
    throw writeError(path, error)
  }
}

function selectedColumn(name: string, at: number, kind: SeenKind): ParquetColumn<readonly unknown[]> {
  const column = { name, type: types[kind], statistics: kind !== 'json' }
  if (kind === 'json') return { ...column, value: (row) => (row[at] === null ? null : jsonText(row[at])) }
  if (kind === 'integer') return { ...column, value: (row) => (row[at] === null ? null : bigintOf(row[at])) }
  if (kind === 'real') return { ...column, value: (row) => (row[at] === null ? null : Number(row[at])) }
  return { ...column, value: (row) => row[at] }
}

function bigintOf(value: unknown): bigint {
  return BigInt((value instanceof JsonNumber ? plainNumber(value)! : value) as number | bigint)
}
