import { SettingsError } from 'sluice'
import { jsonText } from './json-text.ts'
import { OutputError } from './output-errors.ts'
import { type RecordColumn, recordColumns, type TableColumn } from './record-columns.ts'
import type { ResultWriter, Sink } from './stream-sink.ts'

export interface CsvWriterOptions {
  /** Columns, evaluated with the first record. @default the columns of a CallRecord */
  readonly columns?: (() => readonly TableColumn[]) | undefined
  /** @default 'keep' */
  readonly formulas?: Formulas | undefined
  /** Start of the file that rows are appended to; undefined if it is new or empty. */
  readonly before?: string | undefined
}

type CsvColumn = Pick<RecordColumn, 'name' | 'value'>

/** Columns of the first version, in their order; later ones are appended. */
const firstColumns = ['index', 'id', 'url', 'method', 'ok', 'status', 'attempts', 'ms', 'error_code', 'error_message']

/** Columns of a complete CallRecord. `data` is JSON text, plain text, or base64, as in the record. */
export const csvColumns: readonly CsvColumn[] = [
  ...firstColumns.map((name) => recordColumns.find((column) => column.name === name)!),
  {
    name: 'data',
    value: (record) => ('data' in record ? jsonText(record.data) : (record.text ?? record.base64)),
  },
  ...recordColumns.filter(({ name }) => ![...firstColumns, 'data', 'text', 'bytes'].includes(name)),
]

/**
 * Writes a header row, then one row per record; lines end with a line feed. The header row is written even
 * without records.
 *
 * @throws OutputError if rows are appended to a file with other columns
 */
export function csvWriter(sink: Sink, options: CsvWriterOptions = {}): ResultWriter {
  const { columns, formulas = 'keep', before = '' } = options
  let header: string | undefined
  let keys: readonly string[] = []

  /** The header row, if it was not written yet. */
  const begin = (): string => {
    if (header !== undefined) return ''
    header = headerRow(columns, formulas)
    if (before === '') return header
    if (sameHeader(before, header)) return ''
    throw new OutputError(sink.path, otherColumns)
  }
  const valuesOf = (record: object): readonly unknown[] =>
    columns === undefined
      ? csvColumns.map(({ value }) => value(record))
      : keys.map((key) => (record as Readonly<Record<string, unknown>>)[key])
  return {
    write: (record) => {
      // Values first: a record that cannot be written leaves the header to the next one.
      if (header === undefined) keys = columns?.().map(({ key }) => key) ?? []
      const row = csvLine(valuesOf(record), formulas)
      return sink.write(begin() + row)
    },
    close: async () => {
      const line = begin()
      if (line !== '') await sink.write(line)
      await sink.close()
    },
    abort: () => sink.abort(),
  }
}

const otherColumns = 'it has other columns than the rows to add; choose another name'

/** @throws SettingsError if rows of known columns cannot be appended to a file with this start */
export function checkHeader(path: string, before: string, { columns, formulas = 'keep' }: CsvWriterOptions): void {
  if (before === '' || sameHeader(before, headerRow(columns, formulas))) return
  throw new SettingsError(`${path}: ${otherColumns}`)
}

function headerRow(columns: CsvWriterOptions['columns'], formulas: Formulas): string {
  const titles = columns === undefined ? csvColumns.map(({ name }) => name) : columns().map(({ title }) => title)
  return csvLine(titles, formulas)
}

function sameHeader(before: string, line: string): boolean {
  return before
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .startsWith(line)
}

/**
 * Prefixes that a spreadsheet interprets as a formula: text from an API must not run when the file is opened.
 * Numbers such as -1.5 are not formulas; the library's own guard would change those given as text.
 */
const formula = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

/** Treatment of text that a spreadsheet would run: `guard` prefixes it with `'`, which changes the value. */
export type Formulas = 'guard' | 'keep'

/** One row of CSV with its line feed. Fields with a comma, quote or line break are quoted (RFC 4180). */
export function csvLine(values: readonly unknown[], formulas: Formulas): string {
  const row = values.map((value) => csvField(value, formulas)).join(',')
  // A row of one empty field would be a blank line, which is not a row.
  return `${row === '' ? '""' : row}\n`
}

function csvField(value: unknown, formulas: Formulas): string {
  const text = csvText(value)
  const kept = formulas === 'guard' && formula.test(text) && !number.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(kept) ? `"${kept.replaceAll('"', '""')}"` : kept
}

/** Empty for null; objects and lists as JSON. */
function csvText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? (jsonText(value) ?? '') : String(value)
}
