import { SettingsError } from 'sluice'
import { joinUrl, suggestion } from 'sluice/internal'
import { type CsvAssembler, type CsvRecord, csvDelimiter, csvRecords } from './csv-records.ts'
import { badItem, type InputItem, inputError, type LineReader } from './input-item.ts'
import type { JsonTemplate } from './json-template.ts'
import type { TextLine } from './text-lines.ts'
import { completeUrl, urlProblem } from './url-lines.ts'
import { compileUrlTemplate, type UrlTemplate } from './url-template.ts'

export interface CsvOptions {
  readonly baseUrl: string | undefined
  /** Each column is a variable of it. Without one a column called `url` is the URL. */
  readonly urlTemplate: UrlTemplate | undefined
  readonly jsonTemplate: JsonTemplate | undefined
  /** The column whose value becomes the id. @default a column called `id`, if there is one */
  readonly idColumn: string | undefined
}

interface Header {
  readonly columns: ReadonlyMap<string, number>
  readonly url: UrlTemplate
  readonly id: number | undefined
}

/**
 * Reads CSV with a header row: one request a row.
 *
 * The delimiter is a comma, or a tab or semicolon if the header has those and no comma. An empty value is refused where
 * it stands in the path, because that would call something else, and so is a value that changes the template's host.
 * A header that cannot work is thrown as a SettingsError, because no row could be read.
 */
export function csvRows(source: string, options: CsvOptions): LineReader {
  let delimiter = ','
  let assembler: CsvAssembler | undefined
  let header: Header | undefined

  const take = (record: CsvRecord): InputItem | undefined => {
    if (header !== undefined) return rowItem(record, source, header, options)
    header = readHeader(record, source, options)
    return undefined
  }
  /** The rows that these lines complete. The first line with something in it tells the delimiter. */
  const records = (lines: readonly TextLine[]): readonly CsvRecord[] => {
    if (assembler !== undefined) return assembler.push(lines)
    const start = lines.findIndex(({ text, problem }) => problem !== undefined || text.trim() !== '')
    if (start === -1) return []
    delimiter = csvDelimiter(lines[start]!.text)
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
      // The rows after the header are not those that are read next.
      if (header !== undefined) assembler = csvRecords(delimiter)
      return header !== undefined
    },
  }
}

function readHeader(record: CsvRecord, source: string, options: CsvOptions): Header {
  const where = { source, line: record.line }
  if (record.problem !== undefined) throw inputError(where, record.problem)
  const columns = new Map<string, number>()
  for (const [index, field] of record.fields.entries()) {
    const name = field.trim()
    if (columns.has(name)) throw inputError(where, `two columns are called ${JSON.stringify(name)}`)
    columns.set(name, index)
  }
  const find = (what: string, name: string): number => {
    const index = columns.get(name)
    if (index !== undefined) return index
    const others = suggestion(name, columns.keys()) || `; the columns are ${[...columns.keys()].join(', ')}`
    throw inputError(where, `${what} names ${JSON.stringify(name)}, but no column is called so${others}`)
  }

  if (options.urlTemplate === undefined && !columns.has('url')) {
    throw inputError(where, "say how a row becomes a URL, with --url 'https://api/x/{id}', or name a column url")
  }
  const url = options.urlTemplate ?? compileUrlTemplate('{+url}')
  for (const name of url.variables) find('the URL template', name)
  for (const name of options.jsonTemplate?.variables ?? []) find('--json-template', name)
  const id = options.idColumn === undefined ? columns.get('id') : find('--id-column', options.idColumn)
  return { columns, url, id }
}

function rowItem(record: CsvRecord, source: string, header: Header, options: CsvOptions): InputItem {
  const where = { source, line: record.line }
  if (record.problem !== undefined) return badItem(where, record.problem)
  const id = (header.id === undefined ? undefined : record.fields[header.id]?.trim()) || undefined
  const expected = header.columns.size
  if (record.fields.length !== expected) {
    return badItem(
      where,
      `${record.fields.length} values for ${expected} columns; quote values that have the delimiter`,
      id,
    )
  }
  const value = (name: string): string => record.fields[header.columns.get(name)!]!
  const empty = header.url.pathVariables.find((name) => value(name).trim() === '')
  if (empty !== undefined) {
    return badItem(where, `the column ${JSON.stringify(empty)} is empty, and it is part of the path`, id)
  }

  const url = completeUrl(header.url.expand(value), options.baseUrl)
  const problem = urlProblem(url, options.baseUrl)
  if (problem !== undefined) return badItem(where, problem, id)
  if (header.url.origin !== undefined && joinUrl(url, options.baseUrl).origin !== header.url.origin) {
    return badItem(where, `a value changes the host; only ${header.url.origin} is meant`, id)
  }
  const named = id === undefined ? { url } : { url, id }
  if (options.jsonTemplate === undefined) return { ok: true, request: named, where }
  try {
    return { ok: true, request: { ...named, json: options.jsonTemplate.fill(value) }, where }
  } catch (error) {
    if (error instanceof SettingsError) return badItem(where, error.message, id)
    throw error
  }
}
