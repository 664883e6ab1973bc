import type { Writable } from 'node:stream'
import { SettingsError } from 'sluice'
import { csvWriter, type Formulas } from './csv-writer.ts'
import { openFileSink, placeOf } from './file-sink.ts'
import { jsonlWriter } from './json-text.ts'
import { type OpenedWriter, streamSink } from './stream-sink.ts'

export interface WriterOptions {
  /** Adds to a `.jsonl` file. @default false */
  readonly append?: boolean | undefined
  /** The names of `--select`, which become the columns of a table. @default those of a CallRecord */
  readonly columns?: readonly string[] | undefined
  /** Treatment of text in a CSV file that a spreadsheet would run. @default 'guard' */
  readonly formulas?: Formulas | undefined
  /** The stream for `-`. @default process.stdout */
  readonly stdout?: Writable | undefined
}

/**
 * Opens where results go, by the name's ending: `.jsonl` or `.ndjson`, `.csv`, each also with `.gz`; `.parquet`; `.db` or
 * `.sqlite`. `-` is JSON lines on stdout, and so is a device or a pipe without such an ending. Made before the first request, so that a wrong name costs nothing.
 *
 * @throws SettingsError with the path and what to do.
 */
export async function openWriter(name: string, options: WriterOptions = {}): Promise<OpenedWriter> {
  const { append = false, columns, formulas, stdout = process.stdout } = options
  if (name === '-') return { writer: jsonlWriter(streamSink(stdout)), path: 'stdout', partPath: undefined }

  const [, text, zipped, packed] = /\.(?:(jsonl|ndjson|csv)(\.gz)?|(parquet|db|sqlite))$/i.exec(name) ?? []
  // A device or a pipe has no ending: it gets JSON lines.
  const format = (text ?? packed)?.toLowerCase() ?? ((await isSpecial(name)) ? 'jsonl' : undefined)
  if (format === undefined) {
    throw new SettingsError(
      `${name}: the ending tells the format, and this one is not known; ` +
        'use .jsonl, .csv, .jsonl.gz, .csv.gz, .parquet or .db',
    )
  }
  if (append && format !== 'jsonl' && format !== 'ndjson')
    throw new SettingsError(`${name}: --append goes with .jsonl only`)

  // Loaded only when they are used, so that the command starts quickly.
  if (format === 'parquet') {
    return columns === undefined
      ? await (await import('./parquet-writer.ts')).openParquetWriter(name)
      : await (await import('./selected-parquet-writer.ts')).openSelectedParquetWriter(name, columns)
  }
  if (format === 'db' || format === 'sqlite') {
    return await (await import('./sqlite-writer.ts')).openSqliteWriter(name, columns)
  }
  const sink = await openFileSink(name, { gzip: zipped !== undefined, append })
  const writer = format === 'csv' ? csvWriter(sink, { columns, formulas }) : jsonlWriter(sink)
  return { writer, path: name, partPath: sink.partPath }
}

async function isSpecial(name: string): Promise<boolean> {
  return await placeOf(name).then(
    ({ special }) => special,
    () => false,
  )
}
