import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { SettingsError } from 'sluice'
import { csvRows } from './csv-rows.ts'
import { countGlob, expandGlob } from './glob.ts'
import { badItem, type InputItem, type LineReader, maskUrl } from './input-item.ts'
import { compileJsonTemplate } from './json-template.ts'
import { checkSource } from './open-source.ts'
import { type InputPlace, readFile } from './read-file.ts'
import { requestLines } from './request-lines.ts'
import type { TextLine } from './text-lines.ts'
import { completeUrl, urlItem, urlLines, urlProblem } from './url-lines.ts'
import { compileUrlTemplate } from './url-template.ts'

/** The inputs to read. */
export interface InputPlan {
  /** URLs as typed. @default none */
  readonly urls?: readonly string[] | undefined
  /** True if brackets and braces in those are patterns. @default true */
  readonly glob?: boolean | undefined
  /** Paths, or `-` for standard input, in order. @default none */
  readonly files?: readonly string[] | undefined
  /** @default by the name's ending; with a URL template csv; otherwise by the first line */
  readonly format?: InputFormat | undefined
  /** Base of relative URLs. Completed like any URL. */
  readonly baseUrl?: string | undefined
  /** RFC 6570, for CSV. */
  readonly urlTemplate?: string | undefined
  /** The body, for CSV: see `compileJsonTemplate`. */
  readonly jsonTemplate?: string | undefined
  /** The CSV column whose value becomes the id. @default a column called `id`, if there is one */
  readonly idColumn?: string | undefined
  /** The stream for `-`. @default process.stdin */
  readonly stdin?: Readable | undefined
  /** Ends the reading at once, as if all had been read. */
  readonly signal?: AbortSignal | undefined
  /** Go on from here: what lies before is read only to see that it has not changed. @default the beginning */
  readonly from?: InputPlace | undefined
  /** Called now and then, between two items, with the place to continue from. */
  readonly onPlace?: ((place: InputPlace) => void) | undefined
}

/**
 * Reads every input of a plan, lazily and in order: the URLs, then the files. Nothing is read ahead of the consumer but
 * one chunk; sources are closed when it stops early.
 *
 * A wrong URL or line is an item that says so, and reading goes on after it.
 *
 * @throws SettingsError on the first `next` if the plan itself is wrong or a file cannot be opened, and later if a whole
 * source turns out to be unreadable: damaged gzip, a CSV header that does not fit.
 */
export async function* readInputs(plan: InputPlan): AsyncGenerator<InputItem, void, undefined> {
  const baseUrl = plan.baseUrl === undefined ? undefined : checkedBaseUrl(plan.baseUrl)
  const readerFor = lineReaders(plan, baseUrl)
  for (const name of plan.files ?? []) await checkSource(name)

  if (plan.from === undefined) {
    for (const [index, text] of (plan.urls ?? []).entries()) {
      yield* argumentItems(text, `argument ${index + 1}`, plan, baseUrl)
    }
  }
  for (const [file, name] of (plan.files ?? []).entries()) {
    if (file < (plan.from?.file ?? 0)) continue
    const from = file === plan.from?.file ? plan.from : undefined
    yield* readFile(name, (shown, line) => readerFor(name, shown, line), {
      stdin: plan.stdin,
      signal: plan.signal,
      from,
      onPlace: (place) => plan.onPlace?.({ file, ...place }),
    })
    if (plan.signal?.aborted === true) return
  }
}

function* argumentItems(
  text: string,
  source: string,
  plan: InputPlan,
  baseUrl: string | undefined,
): Generator<InputItem, void, undefined> {
  const where = { source }
  let urls: Iterable<string>
  try {
    urls = plan.glob === false ? [text] : expandGlob(text)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    yield badItem(where, error.message, maskUrl(text))
    return
  }
  for (const url of urls) {
    yield urlItem(url, where, baseUrl)
    if (plan.signal?.aborted === true) return
  }
}

/** Returns nothing until a line with something in it tells the format. */
function lineReaders(
  plan: InputPlan,
  baseUrl: string | undefined,
): (name: string, source: string, line: TextLine) => LineReader | undefined {
  const { urlTemplate } = plan
  const csv = {
    baseUrl,
    // A template that begins with a value is completed when the value is known.
    urlTemplate:
      urlTemplate === undefined
        ? undefined
        : compileUrlTemplate(urlTemplate.startsWith('{') ? urlTemplate : completeUrl(urlTemplate, baseUrl)),
    jsonTemplate: plan.jsonTemplate === undefined ? undefined : compileJsonTemplate(plan.jsonTemplate),
    idColumn: plan.idColumn,
  }
  return (name, source, line) => {
    const known = plan.format ?? formatByName(name) ?? (urlTemplate === undefined ? undefined : 'csv')
    if (known === undefined && line.problem === undefined && line.text.trim() === '') return undefined
    const format = known ?? formatByFirstLine(line.text)
    if (format === 'csv') return csvRows(source, csv)
    return format === 'jsonl' ? requestLines(source, baseUrl) : urlLines(source, baseUrl)
  }
}

function checkedBaseUrl(text: string): string {
  const url = completeUrl(text)
  const problem = urlProblem(url)
  if (problem !== undefined) throw new SettingsError(`--base-url: ${problem}`)
  return url
}

/** How requests are written: a URL a line, JSON a line, or CSV with a header row. */
type InputFormat = 'lines' | 'jsonl' | 'csv'

const formats: ReadonlyMap<string, InputFormat> = new Map([
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['csv', 'csv'],
  ['txt', 'lines'],
  ['urls', 'lines'],
])

/** The format that the ending of a file's name tells, without `.gz`; nothing if it tells none. */
function formatByName(name: string): InputFormat | undefined {
  const ending = /\.([a-z]+)$/i.exec(name.replace(/\.gz$/i, ''))?.[1]
  return ending === undefined ? undefined : formats.get(ending.toLowerCase())
}

/**
 * The format that the first line with something in it tells: JSON if it begins with `{` or `"`, otherwise URLs.
 *
 * @throws SettingsError for a JSON list, which is not read line by line.
 */
function formatByFirstLine(line: string): InputFormat {
  const start = line.trimStart()[0]
  if (start === '[') {
    throw new SettingsError(
      "this looks like a JSON list; write one request a line instead, for example with jq -c '.[]'",
      'SLUICE_BAD_INPUT',
    )
  }
  return start === '{' || start === '"' ? 'jsonl' : 'lines'
}

/** How many there are, if only URLs were typed: those can be counted without being read. */
export function knownTotal({ urls = [], files = [], glob = true }: InputPlan): number | undefined {
  if (files.length > 0) return undefined
  try {
    return urls.reduce((sum, url) => sum + (glob ? countGlob(url) : 1), 0)
  } catch {
    // A pattern that cannot be read is reported in its turn.
    return undefined
  }
}

/** The inputs as a person names them, without credentials. */
export function sourceName({ urls = [], files = [] }: InputPlan): string {
  const names = [...urls.map(maskUrl), ...files.map((file) => (file === '-' ? 'stdin' : basename(file)))]
  return names.length <= 2 ? names.join(', ') : `${names[0]} and ${names.length - 1} more`
}
