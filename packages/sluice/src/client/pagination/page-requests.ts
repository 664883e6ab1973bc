import { unexpected } from '../../errors/settings-error.ts'
import type { ApiRequest, RequestInput, RequestSpec } from '../../http/request.ts'
import type { PaginationSettings } from './options.ts'
import { type PagePlace, PaginationError } from './page-sequence.ts'
import type { ChainedStyle, NumberedStyle } from './styles.ts'
import { describeValue, parsePath, readPath, type ValuePath, withValueAt } from './value-path.ts'

/** Value of a page, as received and after its schema. */
interface PageValue {
  /** Number of the page, from 1. */
  readonly number: number
  readonly raw: unknown
  readonly value: unknown
}

/**
 * Returns the items of a page, if their location is known; `null` in place of a list counts as an empty list.
 *
 * @throws PaginationError with `SLUICE_PAGE_SHAPE` if there is no list at the location
 */
export function pageList(
  { number, raw, value }: PageValue,
  { items, list }: Pick<PaginationSettings, 'items' | 'list'>,
): readonly unknown[] | undefined {
  if (typeof items === 'function') return checkedList(items(value as never), 'items', number)
  if (items !== undefined) return listAt(value, items, number)
  if (list !== undefined) return listAt(raw, list, number)
  return Array.isArray(raw) ? raw : undefined
}

function listAt(value: unknown, path: ValuePath, number: number): readonly unknown[] {
  const found = readPath(value, path)
  if (found.isThere) return checkedList(found.value, path.text, number)
  if (path.isOptional) return []
  throw new PaginationError('SLUICE_PAGE_SHAPE', number, `${path.text} is missing: ${found.instead}`)
}

function checkedList(value: unknown, name: string, number: number): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value === null) return []
  throw new PaginationError('SLUICE_PAGE_SHAPE', number, `${name}: expected a list, but it is ${describeValue(value)}`)
}

/** Items at a path of a page; undefined if there is no list. */
export function itemsAt(value: unknown, path: string): readonly unknown[] | undefined {
  try {
    return listAt(value, parsePath('items', path), 1)
  } catch {
    return undefined
  }
}

/** Value at a path; undefined if there is none. @throws SettingsError for an invalid path */
export function valueAt(value: unknown, path: string): unknown {
  const found = readPath(value, parsePath('', path))
  return found.isThere ? found.value : undefined
}

/** Creates the requests of pages from the first request. */
export interface PageRequests {
  readonly json: unknown
  /** @param number page number, from 1; if the first request has its own id, page 3 has the id `ID#3` */
  of(place: PagePlace, number: number): RequestSpec
}

/** @throws SettingsError if the body cannot hold the cursor at its path */
export function pageRequests(
  input: RequestInput,
  complete: ApiRequest,
  style: ChainedStyle | NumberedStyle,
): PageRequests {
  const { query: _, ...spec }: RequestSpec = typeof input === 'string' || input instanceof URL ? { url: input } : input
  const { json, id } = spec
  if (style.style === 'cursor' && style.inBody !== undefined) {
    if (spec.body !== undefined || withValueAt(json, style.inBody, true) === undefined)
      throw unexpected('in', `'query', or a request whose json has a place for ${style.param}`, 'body')
  }
  // User and password of a URL are not part of the URLs created from it.
  const { authorization } = complete.headers
  const headers = authorization === undefined ? spec.headers : { authorization, ...spec.headers }
  return {
    json,
    of: (place, number) => ({
      ...spec,
      url: place.url,
      headers,
      ...('json' in place ? { json: place.json } : undefined),
      ...(id === undefined || id === null ? undefined : { id: `${id}#${number}` }),
    }),
  }
}
