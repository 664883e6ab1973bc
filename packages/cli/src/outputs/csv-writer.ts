import { stringify } from 'csv-stringify/sync'
import { jsonText } from './json-text.ts'
import type { CallRecord } from './record.ts'
import type { ResultWriter, Sink } from './stream-sink.ts'

export interface CsvWriterOptions {
  /** The fields of each record that become columns. @default the columns of a CallRecord */
  readonly columns?: readonly string[] | undefined
  /** @default 'guard' */
  readonly formulas?: Formulas | undefined
}

/** Columns of a whole CallRecord. `data` is JSON text, plain text, or base64, as the record has it. */
const columnsOfCalls = new Map<string, (record: Partial<CallRecord>) => unknown>([
  ['index', (record) => record.index],
  ['id', (record) => record.id],
  ['url', (record) => record.url],
  ['method', (record) => record.method],
  ['ok', (record) => record.ok],
  ['status', (record) => record.status],
  ['attempts', (record) => record.attempts],
  ['ms', (record) => record.ms],
  ['error_code', (record) => record.error?.code],
  ['error_message', (record) => record.error?.message],
  ['data', (record) => ('data' in record ? jsonText(record.data) : (record.text ?? record.base64))],
])

/**
 * A header row, then one row a record; lines end with a line feed. Without a single record the header row is written all
 * the same.
 */
export function csvWriter(sink: Sink, options: CsvWriterOptions = {}): ResultWriter {
  const { columns, formulas = 'guard' } = options
  const names = columns ?? [...columnsOfCalls.keys()]
  const valuesOf =
    columns === undefined
      ? (record: object) => [...columnsOfCalls.values()].map((value) => value(record))
      : (record: object) => columns.map((name) => (record as Readonly<Record<string, unknown>>)[name])
  let header = csvLine(names, formulas)

  return {
    write: (record) => {
      const text = header + csvLine(valuesOf(record), formulas)
      header = ''
      return sink.write(text)
    },
    close: async () => {
      if (header !== '') await sink.write(header)
      await sink.close()
    },
    abort: () => sink.abort(),
  }
}

/**
 * Beginnings that a spreadsheet takes for a formula: text from an API must not run when somebody opens the file.
 * Numbers such as -1.5 are no formulas; the library's own guard would change those that come as text.
 */
const formula = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

/** Treatment of text that a spreadsheet would run: `guard` puts `'` before it. */
export type Formulas = 'guard' | 'keep'

/** One row of CSV with its line feed. Fields with a comma, quote or line break are quoted (RFC 4180). */
export function csvLine(values: readonly unknown[], formulas: Formulas): string {
  return stringify([values.map((value) => csvField(value, formulas))])
}

function csvField(value: unknown, formulas: Formulas): string {
  const text = csvText(value)
  return formulas === 'guard' && formula.test(text) && !number.test(text) ? `'${text}` : text
}

/** Nothing for null, objects and lists as JSON. */
function csvText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? (jsonText(value) ?? '') : String(value)
}
