import { zstdCompressSync } from 'node:zlib'
import { type BasicType, ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { openFileSink } from './file-sink.ts'
import { type ColumnKind, type RecordColumn, recordColumns } from './record-columns.ts'
import type { OpenedWriter, Sink } from './stream-sink.ts'

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
    value: kind === 'index' ? (record) => bigint(value(record)) : value,
  }
}

function bigint(value: unknown): bigint | undefined {
  return typeof value === 'number' ? BigInt(value) : undefined
}

/**
 * A row group is written when it has so many rows, or about so many bytes. It is held in memory, and packed in one go, for
 * which everything else waits: some 60 ms for results of 1 KB. Smaller groups would make queries slower.
 */
const groupRows = 5_000
const groupBytes = 8 * 1024 * 1024

/** A column of a Parquet file. All may be null. */
export interface ParquetColumn<Row> {
  readonly name: string
  readonly type: BasicType
  /** Reads the column's value from a row; null or undefined if absent. */
  value(row: Row): unknown
  /** The least and the greatest of each group, by which a query skips groups. @default true */
  readonly statistics?: boolean
}

/** A Parquet file that is written group by group, compressed with zstd. It can be read only when it is finished. */
export class ParquetTable<Row> {
  readonly #sink: Sink
  readonly #columns: readonly ParquetColumn<Row>[]
  readonly #buffer = new ByteWriter()
  readonly #file: ParquetWriter
  #values: unknown[][]
  #rows = 0
  #bytes = 0
  #isFinished = false

  constructor(sink: Sink, columns: readonly ParquetColumn<Row>[]) {
    this.#sink = sink
    this.#columns = columns
    this.#values = columns.map(() => [])
    const columnData = columns.map(({ name, type }) => ({ name, type, data: [] }))
    this.#file = new ParquetWriter({
      writer: this.#buffer,
      schema: schemaFromColumnData({ columnData }),
      codec: 'ZSTD',
      compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
      createdBy: 'sluice',
    })
  }

  /** A promise means that no more should come before it is done. */
  add(row: Row): Promise<void> | void {
    // All of them first: a row that cannot be written leaves the columns as they were.
    const values = this.#columns.map((column) => column.value(row))
    values.forEach((value, at) => {
      this.#values[at]!.push(value)
      this.#bytes += sizeOf(value)
    })
    this.#rows += 1
    if (this.#rows >= groupRows || this.#bytes >= groupBytes) return this.#writeGroup()
  }

  /** Writes what is left, and what makes the file readable. Only the first time. */
  async finish(): Promise<void> {
    if (this.#isFinished) return
    this.#isFinished = true
    if (this.#rows > 0) await this.#writeGroup()
    this.#file.finish()
    await this.#drain()
  }

  #writeGroup(): Promise<void> | void {
    const columnData = this.#columns.map(({ name, statistics = true }, at) => ({
      name,
      statistics,
      data: this.#values[at]!,
    }))
    this.#file.write({ columnData, rowGroupSize: this.#rows })
    this.#values = this.#columns.map(() => [])
    this.#rows = 0
    this.#bytes = 0
    return this.#drain()
  }

  #drain(): Promise<void> | void {
    const bytes = this.#buffer.getBytes().slice()
    // The writer goes on counting from where the file ends, and fills its buffer from the beginning.
    this.#buffer.index = 0
    return this.#sink.write(bytes)
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  return value instanceof Uint8Array ? value.byteLength : 8
}
