import { zstdCompressSync } from 'node:zlib'
import { type BasicType, ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'

/** Type of a column of a Parquet file, as plain data. All values may be null. */
export interface ParquetColumnType {
  readonly name: string
  readonly type: BasicType
  readonly statistics?: boolean
}

/** Values of some rows, column by column. */
export type ParquetBatch = readonly (readonly unknown[])[]

/** Contents of a Parquet file, packed group by group, compressed with zstd. */
export class ParquetGroups {
  readonly #columns: readonly ParquetColumnType[]
  readonly #buffer = new ByteWriter()
  readonly #file: ParquetWriter
  #batches: ParquetBatch[] = []

  constructor(columns: readonly ParquetColumnType[]) {
    this.#columns = columns
    const columnData = columns.map(({ name, type }) => ({ name, type, data: [] }))
    this.#file = new ParquetWriter({
      writer: this.#buffer,
      schema: schemaFromColumnData({ columnData }),
      codec: 'ZSTD',
      compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
      createdBy: 'sluice',
    })
  }

  /** Adds rows to the group. */
  add(batch: ParquetBatch): void {
    this.#batches.push(batch)
  }

  /** Ends a group that has rows. Returns the next bytes of the file. */
  endGroup(): Uint8Array<ArrayBuffer> {
    const columnData = this.#columns.map(({ name, statistics = true }, at) => ({
      name,
      statistics,
      data: this.#batches.flatMap((batch) => batch[at]!),
    }))
    this.#batches = []
    this.#file.write({ columnData, rowGroupSize: columnData[0]!.data.length })
    return this.#drained()
  }

  /** Ends the file. Returns its last bytes, which make it readable. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#file.finish()
    return this.#drained()
  }

  #drained(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#buffer.getBytes())
    // The writer goes on counting from where the file ends, and fills its buffer from the beginning.
    this.#buffer.index = 0
    return bytes
  }
}
