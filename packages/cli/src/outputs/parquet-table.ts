import { AskedThread } from 'sluice/internal'
import { writeError } from './output-errors.ts'
import { type ParquetColumnType, ParquetGroups } from './parquet-groups.ts'
import type { PackAnswer, PackQuestion } from './parquet-thread.ts'
import type { Sink } from './stream-sink.ts'

/**
 * A row group is written when it has so many rows, or about so many bytes. It is held in memory, and packed in one go,
 * which takes some 60 ms for results of 1 KB. Smaller groups would make queries slower.
 */
const groupRows = 5_000
const groupBytes = 8 * 1024 * 1024
/** Rows, or bytes, that go to the thread together: copying them takes 2 ms. Fewer in all are packed without a thread. */
const batchRows = 1_000
const batchBytes = 1024 * 1024
/** Batches that may be under way: the caller waits while there are more. */
const mostUnderWay = 8

/** File of the thread, in the sources or in the bundle. */
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './parquet-thread.ts' : './parquet-thread.js',
  import.meta.url,
)

/** A column of a Parquet file. */
export interface ParquetColumn<Row> extends ParquetColumnType {
  /** Reads the column's value from a row; null or undefined if absent. Bytes have a buffer of their own. */
  value(row: Row): unknown
}

/**
 * A Parquet file that is written group by group. Rows are packed in a thread, so that this one can go on pacing
 * requests. The file can be read only when it is finished. Errors are OutputErrors.
 */
export class ParquetTable<Row> {
  readonly #sink: Sink
  readonly #columns: readonly ParquetColumn<Row>[]
  readonly #types: readonly ParquetColumnType[]
  readonly #file: URL
  #thread: AskedThread<PackQuestion, PackAnswer> | undefined
  readonly #underWay = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined
  #lastId = 0
  #batch: unknown[][]
  #batchRows = 0
  #batchBytes = 0
  /** Those of the group, without the batch. */
  #groupRows = 0
  #groupBytes = 0
  #isFinished = false

  /** Tests pass another `file` of the thread. */
  constructor(sink: Sink, columns: readonly ParquetColumn<Row>[], file: URL = threadFile) {
    this.#sink = sink
    this.#columns = columns
    this.#types = columns.map(({ name, type, statistics = true }) => ({ name, type, statistics }))
    this.#file = file
    this.#batch = columns.map(() => [])
  }

  /** A promise means that no more should come before it is done. */
  add(row: Row): Promise<void> | void {
    // All of them first: a row that cannot be written leaves the columns as they were.
    const values = this.#columns.map((column) => column.value(row))
    values.forEach((value, at) => {
      this.#batch[at]!.push(value)
      this.#batchBytes += sizeOf(value)
    })
    this.#batchRows += 1
    if (this.#batchRows < batchRows && this.#batchBytes < batchBytes) return
    this.#groupRows += this.#batchRows
    this.#groupBytes += this.#batchBytes
    this.#ask(this.#groupRows >= groupRows || this.#groupBytes >= groupBytes ? 'group' : undefined)
    if (this.#underWay.size >= mostUnderWay) return this.#room()
  }

  /** Writes what is left, and what makes the file readable. Only the first time. */
  async finish(): Promise<void> {
    if (this.#isFinished) return
    this.#isFinished = true
    try {
      if (this.#thread === undefined) return await this.#packHere()
      if (this.#groupRows + this.#batchRows > 0) this.#ask('group')
      this.#ask('file')
      await Promise.all(this.#underWay)
      this.#throwFailure()
    } finally {
      await this.#thread?.stop()
    }
  }

  async #packHere(): Promise<void> {
    const groups = new ParquetGroups(this.#types)
    if (this.#batchRows > 0) {
      groups.add(this.#batch)
      await this.#sink.write(groups.endGroup())
    }
    await this.#sink.write(groups.finish())
  }

  /** Hands the batch to the thread, and what comes back to the sink. */
  #ask(end: PackQuestion['end']): void {
    this.#throwFailure()
    this.#thread ??= new AskedThread(this.#file, {
      name: 'parquet',
      data: this.#types,
      death: (why) => writeError(this.#sink.path, new Error(`the thread that packs its rows has ended (${why})`)),
    })
    const question = { id: ++this.#lastId, batch: this.#batchRows === 0 ? undefined : this.#batch, end }
    this.#batch = this.#columns.map(() => [])
    this.#batchRows = 0
    this.#batchBytes = 0
    if (end === 'group') {
      this.#groupRows = 0
      this.#groupBytes = 0
    }
    const done = this.#thread
      .ask(question)
      // Answers come in the order of the questions.
      .then(({ bytes }) => (bytes === undefined ? undefined : this.#sink.write(bytes)))
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#underWay.delete(done))
    this.#underWay.add(done)
  }

  async #room(): Promise<void> {
    while (this.#underWay.size >= mostUnderWay) await Promise.race(this.#underWay)
    this.#throwFailure()
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  return value instanceof Uint8Array ? value.byteLength : 8
}
