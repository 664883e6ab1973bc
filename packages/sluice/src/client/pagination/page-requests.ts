import { unexpected } from '../../errors/settings-error.ts'
import type { ApiRequest, RequestInput, RequestSpec } from '../../http/request.ts'
import type { PaginationSettings } from './options.ts'
import { type PagePlace, PaginationError } from './page-sequence.ts'
import type { ChainedStyle, NumberedStyle } from './styles.ts'
import { describeValue, parsePath, readPath, type ValuePath, withValueAt } from './value-path.ts'

/** The value of a page, as it came and as its schema made it. */
interface PageValue {
  /** Number of the page, from 1. */
  readonly number: number
  readonly raw: unknown
  readonly value: unknown
}

/**
 * The items of a page, if it is known where they are; `null` in place of a list is an empty one.
 *
 * @throws PaginationError with `SLUICE_PAGE_SHAPE` if they are not there
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
  throw new PaginationError('SLUICE_PAGE_SHAPE', number, `${path.text} is not there: ${found.instead}`)
}

function checkedList(value: unknown, name: string, number: number): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value === null) return []
  throw new PaginationError('SLUICE_PAGE_SHAPE', number, `${name}: expected a list, but it is ${describeValue(value)}`)
}

/** The items at a path of a page; undefined if there is no list. */
export function itemsAt(value: unknown, path: string): readonly unknown[] | undefined {
  try {
    return listAt(value, parsePath('items', path), 1)
  } catch {
    return undefined
  }
}

/** The value at a path; undefined if there is none. @throws SettingsError for a path that cannot be read */
export function valueAt(value: unknown, path: string): unknown {
  const found = readPath(value, parsePath('', path))
  return found.isThere ? found.value : undefined
}

/** Makes the requests of the pages out of the first one's. */
export interface PageRequests {
  readonly json: unknown
  /** @param number of the page, from 1: with an id of its own, `ID#3` is the id of the third */
  of(place: PagePlace, number: number): RequestSpec
}

/** @throws SettingsError if the body has no place for the cursor that is to be put there */
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
  // The user and password of a URL are in no URL that was made from it.
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
