import { headerColumns } from './csv-rows.ts'
import type { Cut } from './read-file.ts'
import type { RowOptions } from './row-requests.ts'

/** How inputs are written: one a line, a JSON value a line, JSON over any number of lines, or CSV with a header row. */
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

/** The format that the ending of a file's name tells, without `.gz`; nothing if it tells none. */
export function formatByName(name: string): InputFormat | undefined {
  return formats.get(endingOf(name))
}

export function isTsv(name: string): boolean {
  return ['tsv', 'tab'].includes(endingOf(name))
}

function endingOf(name: string): string {
  return (/\.([a-z]+)$/i.exec(name.replace(/\.gz$/i, ''))?.[1] ?? '').toLowerCase()
}

/** The format that the first line with something in it tells: JSON if it begins with `{`, a table if that is wanted, otherwise URLs. */
export function formatByFirstLine(line: string, delimiter: string | undefined): InputFormat {
  if (line.trimStart().startsWith('{')) return 'jsonl'
  return delimiter === undefined ? 'lines' : 'csv'
}

/**
 * The format of rows for a URL template, by their first line: JSON; a table, if it has the columns that are named; a list of
 * values, if it is a number or the file's name says so. Otherwise a table, whose header is found to be wrong.
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

/** How the source of this name is cut into items. */
export function cutOf(
  { format, byNul }: { readonly format?: InputFormat | undefined; readonly byNul?: boolean | undefined },
  name: string,
): Cut {
  if (byNul === true) return 'nul'
  const known = format ?? formatByName(name)
  if (known === 'json') return 'json'
  return known === 'csv' || known === 'lines' ? 'lines' : 'auto'
}
