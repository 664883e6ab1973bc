import { expect, it } from 'vitest'
import { OutputError } from './output-errors.ts'
import { type ParquetColumn, ParquetTable } from './parquet-table.ts'
import type { Sink } from './stream-sink.ts'

const column: ParquetColumn<number> = { name: 'n', type: 'DOUBLE', value: (row) => row }

function sinkWith(write: Sink['write']): Sink {
  const nothing = async (): Promise<void> => {}
  return { path: 'a.parquet', partPath: undefined, write, close: nothing, abort: nothing, failure: () => undefined }
}

/** Adds rows until one is refused or has to wait. Returns their number, and what the last one returned. */
function fill(table: ParquetTable<number>): { readonly rows: number; readonly waiting: Promise<void> } {
  for (let rows = 1; rows <= 100_000; rows++) {
    const waiting = table.add(rows)
    if (waiting !== undefined) return { rows, waiting }
  }
  throw new Error('100,000 rows did not have to wait')
}

it('lets the caller wait while more than 8,000 rows are not written', { timeout: 60_000 }, async () => {
  const disk = Promise.withResolvers<void>()
  const table = new ParquetTable(
    sinkWith(() => disk.promise),
    [column],
  )
  const { rows, waiting } = fill(table)
  expect(rows).toBe(8_000)
  disk.resolve()
  await waiting
  await table.finish()
})

it('ends with the error of the disk, for the rows that follow and at the end', { timeout: 60_000 }, async () => {
  const full = new OutputError('a.parquet', 'the disk is full')
  const table = new ParquetTable(
    sinkWith(() => {
      throw full
    }),
    [column],
  )
  await expect(
    (async () => {
      for (;;) await fill(table).waiting
    })(),
  ).rejects.toBe(full)
  await expect(table.finish()).rejects.toBe(full)
})

it('ends with an error that names the file when its thread has ended', { timeout: 60_000 }, async () => {
  const dying = new URL('../../../sluice/test/stores/sqlite/children/dying-thread.ts', import.meta.url)
  const table = new ParquetTable(
    sinkWith(() => {}),
    [column],
    dying,
  )
  fill(table).waiting.catch(() => {})
  await expect(table.finish()).rejects.toThrow(
    'a.parquet: cannot be written: the thread that packs its rows has ended (it ended)',
  )
})
