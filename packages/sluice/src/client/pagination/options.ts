import {
  abortSignal,
  callback,
  checkNames,
  flag,
  type OptionNames,
  oneOf,
  optionalCount,
  wholeNumber,
} from '../../errors/checks.ts'
import { SettingsError, unexpected } from '../../errors/settings-error.ts'
import { type Duration, parseTimeLimit } from '../../time/duration.ts'
import type { Success } from '../result.ts'
import { checkedSchema, type SchemaOf } from '../schema/standard-schema.ts'
import { type ChainedStyle, type NumberedStyle, type PaginationStyle, resolveStyle } from './styles.ts'
import { parsePath, type ValuePath } from './value-path.ts'

/** Options common to all pagination styles. */
export interface PageOptions<T = unknown> {
  /**
   * Path of the items in whole pages, which are then returned as `items`. @default the value itself, if it is a list
   */
  readonly list?: string | undefined
  /** Maximum number of pages; a longer list ends with `SLUICE_PAGE_LIMIT`. @default 10,000 */
  readonly maxPages?: number | undefined
  /** Maximum number of pages in flight, if all are known from the first one. @default the client's */
  readonly concurrency?: number | undefined
  /** Requests the next page while you process the current one, for styles with next links. @default false */
  readonly readAhead?: boolean | undefined
  /**
   * Other origins that pages may link to. They receive the headers of the request, credentials included. @default none
   */
  readonly allowOrigins?: readonly string[] | undefined
  /** Schema of each page; see `schema` of a call. Paths of the style are read from the body as received. */
  readonly schema?: SchemaOf<T> | undefined
  /** Aborting throws the signal's own reason, at any stage. */
  readonly signal?: AbortSignal | undefined
  /** Deadline of each page with all its waits and attempts. @default the client's `deadline` */
  readonly deadline?: Duration | undefined
}

/** A page of a list. */
export interface Page<T = unknown> extends Success<T> {
  /** Items of the page, if their location is known. */
  readonly items?: readonly unknown[]
}

/** Location of the items in a page: a path, or a function of its value. @inline */
export type PageItems<T, Item> = string | ((value: T) => readonly Item[])

/** Style and options of pagination. */
export type PaginateOptions<T = unknown> = PageOptions<T> & PaginationStyle

/** Pagination style of the lists of a run, and the pages to read. */
export type ListPages = Pick<PageOptions, 'list' | 'maxPages' | 'allowOrigins'> & PaginationStyle

/** Options of all overloads together. */
export type AnyPaginateOptions = PaginateOptions & {
  readonly items?: PageItems<never, unknown> | undefined
  readonly failures?: 'throw' | 'yield' | undefined
}

/** Validated options with their defaults. */
export interface PaginationSettings {
  readonly style: ChainedStyle | NumberedStyle
  readonly items: ValuePath | ((value: unknown) => readonly unknown[]) | undefined
  /** Path in the body before the schema is applied. */
  readonly list: ValuePath | undefined
  readonly maxPages: number
  readonly concurrency: number | undefined
  readonly readAhead: boolean
  readonly origins: readonly string[]
  readonly schema: SchemaOf<unknown> | undefined
  readonly signal: AbortSignal | undefined
  /** Deadline in milliseconds; undefined for the client's. */
  readonly deadline: number | undefined
  readonly yieldsFailures: boolean
}

/** Names of the options of all styles. */
const names: OptionNames<AnyPaginateOptions> = {
  style: true,
  path: true,
  param: true,
  in: true,
  more: true,
  first: true,
  sizeParam: true,
  size: true,
  total: true,
  pages: true,
  findTotal: true,
  offsetParam: true,
  limitParam: true,
  limit: true,
  items: true,
  failures: true,
  list: true,
  maxPages: true,
  concurrency: true,
  readAhead: true,
  allowOrigins: true,
  schema: true,
  signal: true,
  deadline: true,
}

/** Validates the options and fills in defaults. @throws SettingsError that names the option */
export function resolvePagination(options: AnyPaginateOptions, where: '' | 'pages.' = ''): PaginationSettings {
  checkNames(where, options, names)
  const { items, deadline } = options
  const failures = oneOf('failures', options.failures ?? 'throw', ['throw', 'yield'])
  if (failures === 'yield' && items !== undefined) throw unexpected('failures', "'throw' together with items", failures)
  return {
    style: resolveStyle(options),
    items:
      items === undefined || typeof items === 'function'
        ? callback('items', items as never)
        : parsePath('items', items),
    list: options.list === undefined ? undefined : parsePath('list', options.list),
    maxPages: wholeNumber('maxPages', options.maxPages ?? 10_000, 1),
    concurrency: optionalCount('concurrency', options.concurrency),
    readAhead: flag('readAhead', options.readAhead ?? false),
    origins: originsOf(options.allowOrigins ?? []),
    schema: checkedSchema(options.schema),
    signal: abortSignal('signal', options.signal),
    deadline: deadline === undefined ? undefined : parseTimeLimit('deadline', deadline),
    yieldsFailures: failures === 'yield',
  }
}

/** Options that a run sets for all of its calls. */
const runOptionNames = ['items', 'failures', 'concurrency', 'readAhead', 'schema', 'signal', 'deadline'] as const

/** Validates the page options of a run and fills in defaults. @throws SettingsError that names the option */
export function resolveListPages(pages: ListPages): PaginationSettings {
  const settings = resolvePagination(pages, 'pages.')
  const other = runOptionNames.find((name) => (pages as AnyPaginateOptions)[name] !== undefined)
  if (other !== undefined) throw new SettingsError(`pages: ${other} is an option of client.paginate`)
  return settings
}

function originsOf(list: readonly string[]): readonly string[] {
  const isFit = (text: string): boolean => typeof text === 'string' && /^https?:/i.test(text) && URL.canParse(text)
  if (Array.isArray(list) && list.every(isFit)) return list.map((text) => new URL(text).origin)
  throw unexpected('allowOrigins', "a list of origins such as 'https://api.example'", list)
}
