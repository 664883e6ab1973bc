import type { BasicType } from 'hyparquet-writer'
import { openFileSink } from './file-sink.ts'
import { type ParquetColumn, ParquetTable } from './parquet-table.ts'
import { type ColumnKind, type RecordColumn, recordColumns } from './record-columns.ts'
import type { OpenedWriter } from './stream-sink.ts'

/** JSON is text here: some readers take Parquet's own JSON type for bytes. */
const types: Readonly<Record<ColumnKind, BasicType>> = {
  index: 'INT64',
  integer: 'INT32',
  real: 'DOUBLE',
  boolean: 'BOOLEAN',
  text: 'STRING',
  json: 'STRING',
  bytes: 'BYTE_ARRAY',
  time: 'TIMESTAMP',
}

/** Columns whose order means nothing. */
const withoutOrder: ReadonlySet<string> = new Set(['headers', 'meta', 'data', 'text', 'bytes'])

/** A Parquet file of whole CallRecords. What was written before an abort can be read. @throws SettingsError */
export async function openParquetWriter(name: string): Promise<OpenedWriter> {
  const sink = await openFileSink(name)
  const table = new ParquetTable(sink, recordColumns.map(parquetColumn))
  return {
    writer: {
      write: (record) => table.add(record),
      close: async () => {
        await table.finish()
        await sink.close()
      },
      abort: async () => {
        await table.finish().catch(() => {})
        await sink.abort()
      },
    },
    path: name,
    partPath: sink.partPath,
    setAside: sink.setAside,
  }
}

function parquetColumn({ name, kind, value }: RecordColumn): ParquetColumn<object> {
  return {
    name,
    type: types[kind],
    statistics: !withoutOrder.has(name),
    value:
      kind === 'index' ? (record) => bigint(value(record)) : kind === 'bytes' ? (record) => own(value(record)) : value,
  }
}

function bigint(value: unknown): bigint | undefined {
  return typeof value === 'number' ? BigInt(value) : undefined
}

/** Bytes in a buffer of their own: a Buffer shares one with others, and would be copied to the thread with all of it. */
function own(value: unknown): Uint8Array | undefined {
  return value instanceof Uint8Array ? new Uint8Array(value) : undefined
}
