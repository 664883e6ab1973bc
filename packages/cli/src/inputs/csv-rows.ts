import { percentDecode, suggestion } from 'sluice/internal'
import { type CsvAssembler, type CsvRecord, csvDelimiter, csvRecords } from './csv-records.ts'
import type { InputColumns } from './input-columns.ts'
import { badItem, type InputItem, inputError, type LineReader, type Where } from './input-item.ts'
import type { Row } from './row.ts'
import { type RowOptions, rowRequest } from './row-requests.ts'
import type { TextLine } from './text-lines.ts'
import { compileUrlTemplate, type UrlTemplate } from './url-template.ts'

export interface CsvOptions extends RowOptions {
  /** @default the most frequent delimiter of the header row */
  readonly delimiter: string | undefined
}

interface Header {
  /** Fields as read. */
  readonly fields: readonly string[]
  readonly columns: Columns
  readonly url: UrlTemplate
  readonly id: number | undefined
}

/** Columns of a header row by name. */
interface Columns {
  /** Number of columns, including those without a name. */
  readonly count: number
  readonly names: readonly string[]
  find(name: string): number | undefined
  isTwice(name: string): boolean
}

/**
 * Reads CSV with a header row: one request per row.
 *
 * A first line such as `sep=;` sets the delimiter, as Excel writes it. Columns without a name are ignored, and so are
 * columns with the same name, unless something refers to them. An unusable header is thrown as a SettingsError, because
 * no row could be read.
 */
export function csvRows(source: string, options: CsvOptions): LineReader {
  let delimiter = options.delimiter
  let assembler: CsvAssembler | undefined
  let header: Header | undefined

  const take = (record: CsvRecord): InputItem | undefined => {
    if (header !== undefined) {
      const columns = inputColumns(header.fields, record.fields)
      return { ...rowItem(record, source, header, options), columns }
    }
    header = readHeader(record, source, options)
    return undefined
  }
  /** Rows completed by these lines. The first non-blank line determines the delimiter. */
  const records = (lines: readonly TextLine[]): readonly CsvRecord[] => {
    if (assembler !== undefined) return assembler.push(lines)
    const start = lines.findIndex(({ text, problem }) => problem !== undefined || text.trim() !== '')
    if (start === -1) return []
    const named = separatorOf(lines[start]!)
    if (named !== undefined) {
      delimiter ??= named
      return records(lines.slice(start + 1))
    }
    delimiter ??= csvDelimiter(lines[start]!.text)
    assembler = csvRecords(delimiter)
    return assembler.push(lines.slice(start))
  }
  return {
    *lines(lines) {
      for (const record of records(lines)) {
        const item = take(record)
        if (item !== undefined) yield item
      }
    },
    end() {
      const record = assembler?.end()
      return record && take(record)
    },
    get isBetween() {
      return header !== undefined && assembler?.isOpen === false
    },
    begin(lines) {
      const [first] = records(lines)
      if (first !== undefined) take(first)
      // The lines that follow are not those after the header.
      if (header !== undefined) assembler = csvRecords(delimiter!)
      return header !== undefined
    },
  }
}

/** Delimiter set by a line such as `sep=;`. */
function separatorOf({ text }: TextLine): string | undefined {
  return /^"?sep=([^"\r])"?\r*$/i.exec(text)?.[1]
}

/** Values of a row with the names of its columns. */
function inputColumns(names: readonly string[], fields: readonly string[]): InputColumns {
  return names.map((name, at) => [name, fields[at] ?? ''])
}

/** Columns of a header row, if it can be read without further lines. */
export function headerColumns(line: string, delimiter: string | undefined): Pick<Columns, 'find'> | undefined {
  const [record] = csvRecords(delimiter ?? csvDelimiter(line)).push([{ number: 1, text: line }])
  return record === undefined || record.problem !== undefined ? undefined : columnsOf(record.fields)
}

function columnsOf(fields: readonly string[]): Columns {
  const columns = new Map<string, number>()
  const twice = new Set<string>()
  for (const [index, field] of fields.entries()) {
    const name = field.trim()
    if (columns.has(name)) twice.add(name)
    else if (name !== '') columns.set(name, index)
  }
  return {
    count: fields.length,
    names: [...columns.keys()],
    find: (name) => columns.get(name) ?? columns.get(percentDecode(name)),
    isTwice: (name) => twice.has(name) || twice.has(percentDecode(name)),
  }
}

function readHeader(record: CsvRecord, source: string, { urlTemplate, templates, idColumn }: CsvOptions): Header {
  const where = { source, line: record.line }
  if (record.problem !== undefined) throw inputError(where, record.problem)
  const columns = columnsOf(record.fields)
  if (urlTemplate === undefined && columns.find('url') === undefined) {
    throw inputError(where, "say how a row becomes a URL, with --url 'https://api/x/{id}', or name a column url")
  }
  const url = urlTemplate ?? compileUrlTemplate('{+url}')
  for (const name of url.variables) columnOf(columns, where, 'the URL template', name)
  for (const { flag, variables } of templates.uses) {
    for (const name of variables) columnOf(columns, where, flag, name)
  }
  const isIdOnce = !columns.isTwice('id')
  const id =
    idColumn === undefined
      ? isIdOnce
        ? columns.find('id')
        : undefined
      : columnOf(columns, where, '--id-column', idColumn)
  return { fields: record.fields, columns, url, id }
}

/** Index of a column. @throws SettingsError if there is none of this name, or more than one */
function columnOf(columns: Columns, where: Where, what: string, name: string): number {
  if (columns.isTwice(name))
    throw inputError(where, `two columns are called ${JSON.stringify(name)}, and ${what} uses it`)
  const index = columns.find(name)
  if (index !== undefined) return index
  const { names } = columns
  const others = suggestion(name, names) || `; the columns are ${names.join(', ')}`
  const isValue = names.length === 1 && what === 'the URL template'
  const hint = isValue ? '; for values without a header row, add --input-format lines' : ''
  throw inputError(where, `${what} names ${JSON.stringify(name)}, but there is no such column${others}${hint}`)
}

function rowItem(
  record: CsvRecord,
  source: string,
  { columns, url, id: idAt }: Header,
  options: CsvOptions,
): InputItem {
  const where = { source, line: record.line }
  if (record.problem !== undefined) return badItem(where, record.problem)
  const { fields } = record
  const id = (idAt === undefined ? undefined : fields[idAt]?.trim()) || undefined
  const more = fields.slice(columns.count)
  if (fields.length < columns.count || more.some((field) => field !== '')) {
    const message = `${fields.length} values for ${columns.count} columns; quote values that contain the delimiter`
    return badItem(where, message, id)
  }
  const row: Row = (name) => {
    const index = columns.find(name)
    return index === undefined ? undefined : fields[index]
  }
  return rowRequest(row, where, url, options, id)
}
