import { CsvError, parse } from 'csv-parse/sync'
import { longestLine, showSize, type TextLine } from './text-lines.ts'

/** A row of a CSV file, or the reason why it could not be read. */
export interface CsvRecord {
  /** First line of the row, from 1. */
  readonly line: number
  readonly fields: readonly string[]
  readonly problem?: string
}

/** Assembles rows from lines, because a quoted field may span several of them (RFC 4180). */
export interface CsvAssembler {
  /** Rows completed by these lines: all but one whose quoted field is still open. */
  push(lines: readonly TextLine[]): CsvRecord[]
  /** Row left open at the end of the file. */
  end(): CsvRecord | undefined
  /** True if a quoted field continues on the next line. */
  readonly isOpen: boolean
}

interface OpenRow {
  readonly line: number
  /** The last field continues. */
  readonly fields: string[]
  /** Line end after its last line. */
  readonly lineEnd: string
  /** Size in characters. */
  size: number
}

/**
 * Parses CSV according to RFC 4180, and also accepts line feeds or carriage returns alone. A quote is only allowed at
 * the start of a field, and doubled inside a quoted one. An invalid row is reported, and parsing continues on the next
 * line; so is a row longer than `limit` characters, of which no more is held in memory.
 *
 * A row is returned by the push that completes it, however lines are split into pushes. The library parses complete
 * texts: a field that is open at the end of a text is closed for it there, and opened again before the next. If some of
 * the lines contain an invalid row, it parses the halves, down to the line that is invalid.
 */
export function csvRecords(delimiter: string, limit: number = longestLine): CsvAssembler {
  let open: OpenRow | undefined

  const wrong = (line: number, problem: string): CsvRecord => {
    const record = { line: open?.line ?? line, fields: open?.fields ?? [], problem }
    open = undefined
    return record
  }

  const readInto = (records: CsvRecord[], lines: readonly TextLine[]): void => {
    const [first] = lines
    if (first === undefined) return
    const joined = joinLines(lines)
    // The library takes 0 as no limit.
    const left = Math.max(limit - (open?.size ?? 0), 1)
    const text = csvText(open === undefined ? joined : `"${joined}`, delimiter, left)
    if (!text.ok) {
      if (lines.length === 1) {
        const before = open === undefined ? 0 : open.fields.length - 1
        records.push(wrong(first.number, problemOf(text.code, before + text.field + 1, first.number, limit)))
        return
      }
      const middle = lines.length >> 1
      readInto(records, lines.slice(0, middle))
      readInto(records, lines.slice(middle))
      return
    }

    const last = text.rows.length - 1
    for (const [index, { fields, linesBefore }] of text.rows.entries()) {
      const row =
        index === 0 && open !== undefined ? continued(open, fields) : { line: first.number + linesBefore, fields }
      if (index === last && text.open) {
        const size = sizeOf(fields) + (row === open ? open.size : 0)
        open = { ...row, size, lineEnd: lineEnd(lines.at(-1)!) }
      } else {
        open = undefined
        records.push({ line: row.line, fields: row.fields })
      }
    }
  }

  return {
    push(lines) {
      const records: CsvRecord[] = []
      let start = 0
      for (const [index, { number, problem }] of lines.entries()) {
        if (problem === undefined) continue
        readInto(records, lines.slice(start, index))
        records.push(wrong(number, open === undefined ? problem : `line ${number} of this row is ${problem}`))
        start = index + 1
      }
      readInto(records, lines.slice(start))
      return records
    },
    get isOpen() {
      return open !== undefined
    },
    end: () =>
      open && wrong(open.line, 'a quoted field that begins in this row is never closed; close it, or double a quote'),
  }
}

/** Text of lines, without the end of the last one. */
function joinLines(lines: readonly TextLine[]): string {
  if (!lines.some((line) => line.endsInReturn)) return lines.map((line) => line.text).join('\n')
  const last = lines.length - 1
  return lines.map((line, index) => (index === last ? line.text : line.text + lineEnd(line))).join('')
}

function lineEnd({ endsInReturn }: TextLine): string {
  return endsInReturn === true ? '\r' : '\n'
}

/** Appends the continuation of an open row, whose last field spans lines. */
function continued(row: OpenRow, fields: readonly string[]): OpenRow {
  const last = row.fields.length - 1
  for (const [index, field] of fields.entries()) {
    if (index === 0) row.fields[last] += row.lineEnd + field
    else row.fields.push(field)
  }
  return row
}

function sizeOf(fields: readonly string[]): number {
  return fields.reduce((size, field) => size + field.length + 1, 0)
}

/** Does not use the library's messages, because they contain values of the file. */
function problemOf(code: string, field: number, line: number, limit: number): string {
  switch (code) {
    case 'INVALID_OPENING_QUOTE':
      return `there is a quote inside an unquoted field, field ${field} of the row, on line ${line}; quote the whole field and double that quote`
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `there is text after the closing quote of field ${field} of the row, on line ${line}; double a quote inside a field`
    case 'CSV_MAX_RECORD_SIZE':
      return `the row is longer than ${showSize(limit)}; a quote may be missing`
    default:
      return `the row cannot be read as CSV, on line ${line}; quote fields that contain quotes, and double those`
  }
}

/** Delimiter of a header row: the most frequent of tab, comma, semicolon and pipe; a comma if there is none. */
export function csvDelimiter(header: string): string {
  const unquoted = header.replace(/"(?:[^"]|"")*"/g, '')
  const counts = ['\t', ',', ';', '|'].map((delimiter) => [delimiter, unquoted.split(delimiter).length - 1] as const)
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best), [',', 0] as const)[0]
}

/** A row of a text, and its position. */
interface CsvTextRow {
  readonly fields: string[]
  /** Number of lines of the text before it. */
  readonly linesBefore: number
}

/** Rows of a text of whole lines, or the reason why one of them cannot be read. */
type CsvText =
  | {
      readonly ok: true
      readonly rows: readonly CsvTextRow[]
      /** True if the text ends inside a quoted field, the last field of the last row. */
      readonly open: boolean
    }
  | {
      readonly ok: false
      readonly code: string
      /** Index of the invalid field in its row, from 0. */
      readonly field: number
    }

/**
 * Parses RFC 4180 with any line ends. Blank lines are not rows; rows may have any number of fields.
 *
 * @param text without the end of its last line.
 * @param limit maximum number of characters of a row.
 */
function csvText(text: string, delimiter: string, limit: number): CsvText {
  try {
    return { ok: true, rows: parseRows(`${text}\n`, delimiter, limit), open: false }
  } catch (error) {
    const { code, column } = csvError(error)
    if (code !== 'CSV_QUOTE_NOT_CLOSED') return { ok: false, code, field: typeof column === 'number' ? column : 0 }
    return { ok: true, rows: parseRows(`${text}"\n`, delimiter, limit), open: true }
  }
}

/** The library counts a CRLF inside quotes twice, so lines are counted by the content of the rows. */
function parseRows(text: string, delimiter: string, limit: number): CsvTextRow[] {
  const rows: CsvTextRow[] = []
  let lines = 0
  parse(text, {
    delimiter,
    record_delimiter: ['\r\r\n', '\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: limit,
    on_record: (fields, info) => {
      rows.push({ fields, linesBefore: lines + info.empty_lines })
      lines += 1
      for (const field of fields) lines += lineEnds(field)
      return null
    },
  })
  return rows
}

/** Number of line ends in a text, as counted while reading. */
function lineEnds(text: string): number {
  return /[\r\n]/.test(text) ? text.split(/\n|\r(?!\r?\n)/).length - 1 : 0
}

function csvError(error: unknown): CsvError {
  if (error instanceof CsvError) return error
  throw error
}
