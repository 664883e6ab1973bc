import { SettingsError } from 'sluice'

/** How requests are written: a URL a line, JSON a line, or CSV with a header row. */
export type InputFormat = 'lines' | 'jsonl' | 'csv'

const formats: ReadonlyMap<string, InputFormat> = new Map([
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['csv', 'csv'],
  ['txt', 'lines'],
  ['urls', 'lines'],
])

/** The format that the ending of a file's name tells, without `.gz`; nothing if it tells none. */
export function formatByName(name: string): InputFormat | undefined {
  const ending = /\.([a-z]+)$/i.exec(name.replace(/\.gz$/i, ''))?.[1]
  return ending === undefined ? undefined : formats.get(ending.toLowerCase())
}

/**
 * The format that the first line with something in it tells: JSON if it begins with `{` or `"`, otherwise URLs.
 *
 * @throws SettingsError for a JSON list, which is not read line by line.
 */
export function formatByFirstLine(line: string): InputFormat {
  const start = line.trimStart()[0]
  if (start === '[') {
    throw new SettingsError(
      "this looks like a JSON list; write one request a line instead, for example with jq -c '.[]'",
      'SLUICE_BAD_INPUT',
    )
  }
  return start === '{' || start === '"' ? 'jsonl' : 'lines'
}
