import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { SettingsError } from 'sluice'
import { argumentItems } from './argument-items.ts'
import { csvRows } from './csv-rows.ts'
import { countGlob } from './glob.ts'
import { cutOf, formatByFirstLine, formatByName, formatOfRows, type InputFormat, isTsv } from './input-format.ts'
import { type InputItem, type LineReader, maskUrl } from './input-item.ts'
import { checkSource } from './open-source.ts'
import { type Cut, type InputPlace, readFile } from './read-file.ts'
import { requestLines } from './request-lines.ts'
import type { RowOptions } from './row-requests.ts'
import { compileRowTemplates, type TemplateTexts } from './row-templates.ts'
import type { TextLine } from './text-lines.ts'
import { urlLines, valueLines } from './url-lines.ts'
import { compileUrlTemplate } from './url-template.ts'
import { completeUrl, urlProblem } from './url-text.ts'

/** The inputs to read. */
export interface InputPlan {
  /** URLs as typed. @default none */
  readonly urls?: readonly string[] | undefined
  /** True if brackets and braces in the URLs are patterns. @default true */
  readonly glob?: boolean | undefined
  /** Paths, or `-` for standard input, in order. @default none */
  readonly files?: readonly string[] | undefined
  /** @default by the file extension, or by the first line */
  readonly format?: InputFormat | undefined
  /** Delimiter of CSV. @default the most frequent one in the header row; a tab for .tsv */
  readonly delimiter?: string | undefined
  /** True if NUL separates the items of lists. @default false */
  readonly byNul?: boolean | undefined
  /** Base of relative URLs. May be abbreviated like any URL. */
  readonly baseUrl?: string | undefined
  /** URL template (RFC 6570) with the names of columns or fields. */
  readonly urlTemplate?: string | undefined
  /** JSON body with placeholders: see `compileJsonTemplate`. */
  readonly jsonTemplate?: string | undefined
  /** Column or field that holds the id. @default `id`, if there is one */
  readonly idColumn?: string | undefined
  /** Other texts that may contain placeholders for the values of a row. */
  readonly templates?: Omit<TemplateTexts, 'jsonTemplate'> | undefined
  /** Stream for `-`. @default process.stdin */
  readonly stdin?: Readable | undefined
  /** Stops reading immediately, as if everything had been read. */
  readonly signal?: AbortSignal | undefined
  /** Place to resume from; earlier input is only read to verify that it has not changed. @default the start */
  readonly from?: InputPlace | undefined
  /**
   * True if inputs are only counted: a large pattern yields its first URLs, and one item per host for the rest.
   * @default false
   */
  readonly isCounted?: boolean | undefined
  /** Called now and then, between two items, with a place to resume from. */
  readonly onPlace?: ((place: InputPlace) => void) | undefined
}

/**
 * Reads all inputs of a plan, lazily and in order: the URLs, then the files. At most one chunk is read
 * ahead; sources are closed if the consumer stops early.
 *
 * An invalid URL or line is an item with an error, and reading continues after it.
 *
 * @throws SettingsError on the first `next` if the plan is invalid or a file cannot be opened, and later if a whole
 * source turns out to be unreadable: corrupt gzip, an unusable CSV header.
 */
export function readInputs(plan: InputPlan): AsyncIterableIterator<InputItem> {
  return itemsOf(batchesOf(plan))
}

/** Items one by one. Within a batch each costs one promise; a generator that passes them on would make several. */
function itemsOf<T>(batches: AsyncGenerator<Iterable<T>, void, undefined>): AsyncIterableIterator<T> {
  let batch: Iterator<T> | undefined
  const close = async (): Promise<IteratorReturnResult<undefined>> => {
    batch = undefined
    await batches.return()
    return { done: true, value: undefined }
  }
  const closeFor = (error: unknown): Promise<never> => close().then(() => Promise.reject(error))
  const nextBatch = async (): Promise<IteratorResult<T, undefined>> => {
    for (;;) {
      const next = await batches.next()
      if (next.done === true) return { done: true, value: undefined }
      batch = next.value[Symbol.iterator]()
      const first = batch.next()
      if (first.done !== true) return first
    }
  }
  return {
    next: () => {
      try {
        const item = batch?.next()
        return item?.done === false ? Promise.resolve(item) : nextBatch().catch(closeFor)
      } catch (error) {
        return closeFor(error)
      }
    },
    return: close,
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

async function* batchesOf(plan: InputPlan): AsyncGenerator<Iterable<InputItem>, void, undefined> {
  const baseUrl = plan.baseUrl === undefined ? undefined : checkedBaseUrl(plan.baseUrl)
  checkUse(plan)
  const readerFor = lineReaders(plan, baseUrl)
  for (const name of plan.files ?? []) await checkSource(name)

  if (plan.from === undefined) {
    for (const [index, text] of (plan.urls ?? []).entries()) {
      yield argumentItems(text, `argument ${index + 1}`, { ...plan, baseUrl })
    }
  }
  for (const [file, name] of (plan.files ?? []).entries()) {
    if (file < (plan.from?.file ?? 0)) continue
    const from = file === plan.from?.file ? plan.from : undefined
    yield* readFile(name, (shown, line, cut) => readerFor(name, shown, line, cut), {
      cut: cutOf(plan, name),
      stdin: plan.stdin,
      signal: plan.signal,
      from,
      onPlace: (place) => plan.onPlace?.({ file, ...place }),
    })
    if (plan.signal?.aborted === true) return
  }
}

/** Flags that require rows, for messages. */
function rowFlags({ urlTemplate, jsonTemplate, idColumn, templates }: InputPlan): string[] {
  return [
    ...(urlTemplate === undefined ? [] : ['--url']),
    ...(jsonTemplate === undefined ? [] : ['--json-template']),
    ...(idColumn === undefined ? [] : ['--id-column']),
    ...(templates?.method === undefined ? [] : ['-X with a {column}']),
  ]
}

/** @throws SettingsError for settings that do not apply to any input of the plan */
function checkUse(plan: InputPlan): void {
  const { urls = [], files = [], delimiter, byNul } = plan
  const flags = rowFlags(plan)
  if (urls.length > 0 && flags.length > 0) {
    throw new SettingsError(
      `${flags[0]}: URLs as arguments have no columns or fields; read rows with -i FILE, or from a pipe`,
    )
  }
  if (files.length > 0) return
  if (delimiter !== undefined) throw new SettingsError('--delimiter has no effect without a table to read (-i FILE)')
  if (byNul === true) throw new SettingsError('--null has no effect without a list to read (-i FILE)')
}

/** Returns undefined until a non-blank line determines the format. */
function lineReaders(
  plan: InputPlan,
  baseUrl: string | undefined,
): (name: string, source: string, line: TextLine, cut: Cut) => LineReader | undefined {
  const { urlTemplate, delimiter, templates, jsonTemplate } = plan
  const options: RowOptions = {
    baseUrl,
    // A template that starts with a placeholder is completed once the value is known.
    urlTemplate:
      urlTemplate === undefined
        ? undefined
        : compileUrlTemplate(urlTemplate.startsWith('{') ? urlTemplate : completeUrl(urlTemplate, baseUrl)),
    templates: compileRowTemplates(jsonTemplate === undefined ? {} : { jsonTemplate }),
    idColumn: plan.idColumn,
  }
  let withRows: RowOptions | undefined
  /** For rows only: other inputs take braces literally. */
  const rowOptions = (): RowOptions =>
    (withRows ??= { ...options, templates: compileRowTemplates({ ...templates, jsonTemplate }) })

  return (name, source, line, cut) => {
    const isBlank = line.problem === undefined && line.text.trim() === ''
    const known = cut === 'json' ? 'json' : (plan.format ?? formatByName(name))
    // A list of values may have a header row.
    const mayBeTable =
      urlTemplate !== undefined && (known === undefined || (known === 'lines' && plan.format === undefined))
    if (isBlank && (known === undefined || mayBeTable)) return undefined
    const format = mayBeTable
      ? formatOfRows(line.text, rowOptions(), delimiter, known)
      : (known ?? formatByFirstLine(line.text, delimiter))
    if (format !== 'csv' && delimiter !== undefined) throw hasNoEffect('--delimiter', source, format)
    if (format !== 'lines' && plan.byNul === true) throw hasNoEffect('--null', source, format)
    if (format === 'csv')
      return csvRows(source, { ...rowOptions(), delimiter: delimiter ?? (isTsv(name) ? '\t' : undefined) })
    if (format !== 'lines') return requestLines(source, rowOptions())
    if (options.urlTemplate !== undefined)
      return valueLines(source, options.urlTemplate, oneValue(source, rowOptions()))
    const [flag] = rowFlags(plan)
    if (flag !== undefined) throw hasNoEffect(flag, source, format)
    return urlLines(source, baseUrl)
  }
}

function hasNoEffect(flag: string, source: string, format: InputFormat): SettingsError {
  const what = { lines: 'a list of URLs', jsonl: 'JSON lines', json: 'a JSON list', csv: 'a table' }[format]
  return new SettingsError(`${flag} has no effect on ${source}, which is ${what}; --input-format reads it as another`)
}

/** @throws SettingsError if the templates refer to several values, but a line is a single one */
function oneValue(source: string, options: RowOptions): RowOptions {
  const uses = [{ flag: '--url', variables: options.urlTemplate!.variables }, ...options.templates.uses]
  const names = new Set(uses.flatMap(({ variables }) => variables))
  if (options.idColumn !== undefined) throw hasNoEffect('--id-column', source, 'lines')
  if (names.size <= 1) return options
  throw new SettingsError(
    `${source}: each line is a single value, but ${[...names].map((name) => `{${name}}`).join(', ')} are several; --input-format csv reads columns`,
  )
}

function checkedBaseUrl(text: string): string {
  const url = completeUrl(text)
  const problem = urlProblem(url)
  if (problem !== undefined) throw new SettingsError(`--base-url: ${problem}`)
  return url
}

/** Number of inputs, if only URLs were typed, which can be counted without reading. */
export function knownTotal({ urls = [], files = [], glob = true }: InputPlan): number | undefined {
  if (files.length > 0) return undefined
  try {
    return urls.reduce((sum, url) => sum + (glob ? countGlob(url) : 1), 0)
  } catch {
    // An invalid pattern is reported when it is read.
    return undefined
  }
}

/** Name of the inputs for people, without credentials. */
export function sourceName({ urls = [], files = [] }: InputPlan): string {
  const names = [...urls.map(maskUrl), ...files.map((file) => (file === '-' ? 'stdin' : basename(file)))]
  return names.length <= 2 ? names.join(', ') : `${names[0]} and ${names.length - 1} more`
}
