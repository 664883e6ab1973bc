import { stringify } from 'csv-stringify/sync'
import { jsonText } from './json-text.ts'
import { OutputError } from './output-errors.ts'
import type { CallRecord } from './record.ts'
import { recordColumns } from './record-columns.ts'
import type { ResultWriter, Sink } from './stream-sink.ts'

export interface CsvWriterOptions {
  /** The fields of each record that become columns. @default the columns of a CallRecord */
  readonly columns?: readonly string[] | undefined
  /** @default 'keep' */
  readonly formulas?: Formulas | undefined
  /** The beginning of the file that rows are added to; nothing if it is new or empty. */
  readonly before?: string | undefined
}

type CsvColumn = readonly [name: string, value: (record: Partial<CallRecord>) => unknown]

/** In the order that files have had from the beginning; what was added later comes after them. */
const firstColumns = ['index', 'id', 'url', 'method', 'ok', 'status', 'attempts', 'ms', 'error_code', 'error_message']

/** Columns of a whole CallRecord. `data` is JSON text, plain text, or base64, as the record has it. */
const columnsOfCalls: readonly CsvColumn[] = [
  ...recordColumns
    .filter(({ name }) => firstColumns.includes(name))
    .sort(inFirstOrder)
    .map(columnOf),
  ['data', (record) => ('data' in record ? jsonText(record.data) : (record.text ?? record.base64))],
  ...recordColumns.filter(({ name }) => ![...firstColumns, 'data', 'text', 'bytes'].includes(name)).map(columnOf),
]

function inFirstOrder(one: { readonly name: string }, other: { readonly name: string }): number {
  return firstColumns.indexOf(one.name) - firstColumns.indexOf(other.name)
}

function columnOf({ name, value }: (typeof recordColumns)[number]): CsvColumn {
  return [name, (record) => value(record)]
}

/**
 * A header row, then one row a record; lines end with a line feed. Without a single record the header row is written all
 * the same.
 *
 * @throws OutputError if rows are added to a file that has other columns
 */
export function csvWriter(sink: Sink, options: CsvWriterOptions = {}): ResultWriter {
  const { columns, formulas = 'keep', before = '' } = options
  const names = columns ?? columnsOfCalls.map(([name]) => name)
  const valuesOf =
    columns === undefined
      ? (record: object) => columnsOfCalls.map(([, value]) => value(record))
      : (record: object) => columns.map((name) => (record as Readonly<Record<string, unknown>>)[name])
  const line = csvLine(names, formulas)
  if (before !== '' && !sameHeader(before, line)) {
    throw new OutputError(sink.path, 'it has other columns than the rows to add; choose another name')
  }
  let header = before === '' ? line : ''

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

function sameHeader(before: string, line: string): boolean {
  return before
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .startsWith(line)
}

/**
 * Beginnings that a spreadsheet takes for a formula: text from an API must not run when somebody opens the file.
 * Numbers such as -1.5 are no formulas; the library's own guard would change those that come as text.
 */
const formula = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

/** Treatment of text that a spreadsheet would run: `guard` puts `'` before it, which changes the value. */
export type Formulas = 'guard' | 'keep'

/** One row of CSV with its line feed. Fields with a comma, quote or line break are quoted (RFC 4180). */
export function csvLine(values: readonly unknown[], formulas: Formulas): string {
  const fields = values.map((value) => csvField(value, formulas))
  // A row of one empty field would be a blank line, which is no row.
  return fields.length === 1 && fields[0] === '' ? '""\n' : stringify([fields])
}

function csvField(value: unknown, formulas: Formulas): string {
  const text = csvText(value)
  return formulas === 'guard' && formula.test(text) && !number.test(text) ? `'${text}` : text
}

/** Nothing for null, objects and lists as JSON. */
function csvText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? (jsonText(value) ?? '') : String(value)
}
