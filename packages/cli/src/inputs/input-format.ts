import { headerColumns } from './csv-rows.ts'
import type { Cut } from './read-file.ts'
import type { RowOptions } from './row-requests.ts'

/**
 * Format of inputs: one URL per line, a JSON value per line, JSON over any number of lines, or CSV with a header row.
 */
export type InputFormat = 'lines' | 'jsonl' | 'json' | 'csv'

const formats: ReadonlyMap<string, InputFormat> = new Map([
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['json', 'json'],
  ['csv', 'csv'],
  ['tsv', 'csv'],
  ['tab', 'csv'],
  ['txt', 'lines'],
  ['urls', 'lines'],
])

/** Format by file extension, ignoring `.gz`; undefined if the extension is unknown. */
export function formatByName(name: string): InputFormat | undefined {
  return formats.get(endingOf(name))
}

export function isTsv(name: string): boolean {
  return ['tsv', 'tab'].includes(endingOf(name))
}

function endingOf(name: string): string {
  return (/\.([a-z]+)$/i.exec(name.replace(/\.gz$/i, ''))?.[1] ?? '').toLowerCase()
}

/** Format by the first non-blank line: JSON if it starts with `{`, CSV if a delimiter is given, otherwise URLs. */
export function formatByFirstLine(line: string, delimiter: string | undefined): InputFormat {
  if (line.trimStart().startsWith('{')) return 'jsonl'
  return delimiter === undefined ? 'lines' : 'csv'
}

/**
 * Format of rows for a URL template, by their first line: JSON; a table, if it has the referenced columns; a list of
 * values, if it is a number or the file name says so. Otherwise a table, whose header is then reported as wrong.
 */
export function formatOfRows(
  line: string,
  { urlTemplate, templates }: RowOptions,
  delimiter: string | undefined,
  known: InputFormat | undefined,
): InputFormat {
  if (line.trimStart().startsWith('{')) return 'jsonl'
  const columns = headerColumns(line, delimiter)
  const names = [...urlTemplate!.variables, ...templates.uses.flatMap(({ variables }) => variables)]
  if (columns !== undefined && names.every((name) => columns.find(name) !== undefined)) return 'csv'
  return known ?? (/^\s*\d+\s*$/.test(line) ? 'lines' : 'csv')
}

/** Unit in which a source of this name is split into items. */
export function cutOf(
  { format, byNul }: { readonly format?: InputFormat | undefined; readonly byNul?: boolean | undefined },
  name: string,
): Cut {
  if (byNul === true) return 'nul'
  const known = format ?? formatByName(name)
  if (known === 'json') return 'json'
  return known === 'csv' || known === 'lines' ? 'lines' : 'auto'
}
