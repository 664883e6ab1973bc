import type { Writable } from 'node:stream'
import { SettingsError } from 'sluice'
import type { Formulas } from './csv-line.ts'
import { csvWriter } from './csv-writer.ts'
import { openFileSink } from './file-sink.ts'
import { jsonlWriter } from './jsonl-writer.ts'
import type { ResultWriter } from './result-writer.ts'
import { streamSink } from './stream-sink.ts'

export interface WriterOptions {
  /** Adds to a `.jsonl` file. @default false */
  readonly append?: boolean | undefined
  /** The names of `--select`, which become the columns of a CSV file. @default those of a CallRecord */
  readonly columns?: readonly string[] | undefined
  /** What becomes of text in a CSV file that a spreadsheet would run. @default 'guard' */
  readonly formulas?: Formulas | undefined
  /** What `-` means. @default process.stdout */
  readonly stdout?: Writable | undefined
}

/** A writer, and the file that an abort leaves behind: nothing for stdout and for `--append`. */
export interface OpenedWriter {
  readonly writer: ResultWriter
  readonly path: string
  readonly partPath: string | undefined
}

/**
 * Opens where results go, by the name's ending: `.jsonl` or `.ndjson`, `.csv`, each also with `.gz`; `-` is JSON lines on
 * stdout. Made before the first request, so that a wrong name costs nothing.
 *
 * @throws SettingsError with the path and what to do.
 */
export async function openWriter(name: string, options: WriterOptions = {}): Promise<OpenedWriter> {
  const { append = false, columns, formulas, stdout = process.stdout } = options
  if (name === '-') return { writer: jsonlWriter(streamSink(stdout)), path: 'stdout', partPath: undefined }

  const [, ending, zipped] = /\.(jsonl|ndjson|csv)(\.gz)?$/i.exec(name) ?? []
  if (ending === undefined) {
    throw new SettingsError(
      `${name}: the ending tells the format, and this one is not known; use .jsonl, .jsonl.gz or .csv`,
    )
  }
  const csv = ending.toLowerCase() === 'csv'
  if (append && csv) throw new SettingsError(`${name}: --append goes with .jsonl only`)
  const sink = await openFileSink(name, { gzip: zipped !== undefined, append })
  const writer = csv ? csvWriter(sink, { columns, formulas }) : jsonlWriter(sink)
  return { writer, path: name, partPath: sink.partPath }
}
