import { CsvError, parse } from 'csv-parse/sync'

/** A row of a text, and where it begins in it. */
interface CsvTextRow {
  readonly fields: string[]
  /** How many lines of the text are before it. */
  readonly linesBefore: number
}

/** The rows of a text that is whole lines, or why one of them cannot be read. */
export type CsvText =
  | {
      readonly ok: true
      readonly rows: readonly CsvTextRow[]
      /** Whether the text ends inside a quoted field, which is then the last field of the last row. */
      readonly open: boolean
    }
  | {
      readonly ok: false
      readonly code: string
      /** Which field of its row is wrong, from 0. */
      readonly field: number
    }

/**
 * Reads RFC 4180, and line feeds alone as well. Blank lines are no rows; rows may have any number of fields.
 *
 * @param text without its last line feed.
 * @param limit how many characters a row may have.
 */
export function csvText(text: string, delimiter: string, limit: number): CsvText {
  try {
    return { ok: true, rows: parseRows(`${text}\n`, delimiter, limit), open: false }
  } catch (error) {
    const { code, column } = csvError(error)
    if (code !== 'CSV_QUOTE_NOT_CLOSED') return { ok: false, code, field: typeof column === 'number' ? column : 0 }
    return { ok: true, rows: parseRows(`${text}"\n`, delimiter, limit), open: true }
  }
}

/** The library's own line numbers count a CRLF inside quotes twice, so lines are counted by what the rows have. */
function parseRows(text: string, delimiter: string, limit: number): CsvTextRow[] {
  const rows: CsvTextRow[] = []
  let lines = 0
  parse(text, {
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: limit,
    on_record: (fields, info) => {
      rows.push({ fields, linesBefore: lines + info.empty_lines })
      lines += 1
      for (const field of fields) lines += lineFeeds(field)
      return null
    },
  })
  return rows
}

function lineFeeds(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

function csvError(error: unknown): CsvError {
  if (error instanceof CsvError) return error
  throw error
}
