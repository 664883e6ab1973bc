import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { SettingsError } from 'sluice'
import { checkHeader, csvWriter, type Formulas } from './csv-writer.ts'
import { openFileSink } from './file-sink.ts'
import { jsonlWriter } from './json-text.ts'
import { type OutputTarget, outputTarget } from './output-target.ts'
import type { TableColumn } from './record-columns.ts'
import { type OpenedWriter, type ResultWriter, type Sink, streamSink } from './stream-sink.ts'

export interface WriterOptions {
  /** Appends to a `.jsonl` or `.csv` file. @default false */
  readonly append?: boolean | undefined
  /** Columns of a table, or a function that is called with the first record. @default those of a CallRecord */
  readonly columns?: readonly string[] | (() => readonly TableColumn[]) | undefined
  /** Format in place of that of the file extension. */
  readonly format?: string | undefined
  /** Treatment of text in a CSV file that a spreadsheet would run. @default 'keep' */
  readonly formulas?: Formulas | undefined
  /** Stream for `-`. @default process.stdout */
  readonly stdout?: Writable | undefined
}

/**
 * Opens the output for results, in the format of the file extension: `.jsonl` or `.ndjson`, `.csv`, each also with
 * `.gz`; `.parquet`; `.db` or `.sqlite`. `-` is stdout. Called before the first request, so that a wrong name costs
 * nothing.
 *
 * @throws SettingsError with the path and what to do
 */
export async function openWriter(name: string, options: WriterOptions = {}): Promise<OpenedWriter> {
  const { append = false, stdout = process.stdout } = options
  const columns = columnsOf(options.columns)
  const target = await outputTarget(name, options.format)
  const { path, format, gzip } = target
  if (append) checkAppend(target, '--append')
  if (path === '-') {
    const sink = streamSink(stdout)
    return { writer: textWriter(sink, target, { ...options, columns }), path: sink.path, partPath: undefined }
  }
  // Loaded only when used, so that the command starts quickly.
  if (format === 'parquet') {
    return columns === undefined
      ? await (await import('./parquet-writer.ts')).openParquetWriter(path)
      : await (await import('./selected-parquet-writer.ts')).openSelectedParquetWriter(path, columns)
  }
  if (format === 'db') return await (await import('./sqlite-writer.ts')).openSqliteWriter(path, columns)
  const before = append && format === 'csv' ? await beginningOf(path) : undefined
  const sink = await openFileSink(path, { gzip, append })
  try {
    if (before !== undefined && typeof options.columns !== 'function')
      checkHeader(path, before, { ...options, columns })
    const writer = textWriter(sink, target, { ...options, columns }, before)
    return { writer, path, partPath: sink.partPath, setAside: sink.setAside }
  } catch (error) {
    await sink.abort()
    throw error
  }
}

function columnsOf(columns: WriterOptions['columns']): (() => readonly TableColumn[]) | undefined {
  if (columns === undefined || typeof columns === 'function') return columns
  const table = [...new Set(columns)].map((name) => ({ key: name, title: name }))
  return () => table
}

/** @throws SettingsError if a flag appends results to an output that does not support it */
export function checkAppend({ path, format, gzip }: OutputTarget, flag: string): void {
  if ((format === 'jsonl' || format === 'csv') && !gzip) return
  throw new SettingsError(`${path}: ${flag} adds results to it, which needs a .jsonl or .csv file`)
}

interface TextOptions {
  readonly columns: (() => readonly TableColumn[]) | undefined
  readonly formulas?: Formulas | undefined
}

function textWriter(sink: Sink, { format }: OutputTarget, options: TextOptions, before?: string): ResultWriter {
  const { columns, formulas } = options
  return format === 'csv' ? csvWriter(sink, { columns, formulas, before }) : jsonlWriter(sink)
}

/** Reads the start of a file that contains its header row. */
async function beginningOf(path: string): Promise<string | undefined> {
  const handle = await open(path, 'r').catch(() => undefined)
  try {
    if (handle === undefined || !(await handle.stat()).isFile()) return undefined
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256 * 1024), 0, 256 * 1024, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle?.close()
  }
}
