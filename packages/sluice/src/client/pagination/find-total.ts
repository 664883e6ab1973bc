import { parseLinkHeader } from '../../http/link-header.ts'
import type { PageView } from './page-sequence.ts'
import { countOf } from './read-total.ts'
import type { NumberedStyle } from './styles.ts'
import { parameterOf } from './url-parameter.ts'

/** Names of the total number of items, in lower case without `_` and `-`; the most specific first. */
const totalNames = 'total totalcount totalitems totalresults totalrecords totalelements totalhits numfound count'.split(
  ' ',
)
/** Names of the total number of pages, in the same form. */
const pagesNames = 'totalpages pagestotal pagecount numpages numberofpages lastpage pages'.split(' ')
/** Names of objects in which such a number is looked for, besides the value itself. */
const parentNames = new Set(
  'meta metadata pagination paging page pager pageinfo info resultinfo responsemetadata'.split(' '),
)

const totalHeaders = ['x-total-count', 'x-total', 'x-wp-total', 'x-pagination-total-count', 'total-count', 'x-count']
const pagesHeaders = ['x-total-pages', 'x-wp-totalpages', 'x-pagination-page-count', 'x-page-count', 'total-pages']

/**
 * Finds counts in their usual places: a header, the body or an object of it, or the number of the last page in `Link`.
 * They may mean something else, so pagination must not rely on them.
 */
export function findCounts(
  page: Pick<PageView, 'raw' | 'headers' | 'url'>,
  style: Pick<NumberedStyle, 'style' | 'param' | 'first'>,
  size: number | undefined,
): { readonly total: number | undefined; readonly pages: number | undefined } {
  const { headers, raw } = page
  const inHeaders = (names: readonly string[]): number | undefined => first(names, (name) => countOf(headers[name]))
  const places = parentsIn(raw)
  const inBody = (names: readonly string[]): number | undefined =>
    first(places, (place) => first(names, (name) => countOf(place.get(name))))
  return {
    total: inHeaders(totalHeaders) ?? inBody(totalNames),
    pages: inHeaders(pagesHeaders) ?? inBody(pagesNames) ?? lastLink(page, style, size),
  }
}

/** The body, and its objects that usually hold counts, up to two levels deep: `meta.pagination`. */
function parentsIn(raw: unknown, depth = 0): Map<string, unknown>[] {
  const top = namesOf(raw)
  if (depth === 2) return [top]
  return [top, ...[...top].flatMap(([name, value]) => (parentNames.has(name) ? parentsIn(value, depth + 1) : []))]
}

function namesOf(value: unknown): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map()
  return new Map(Object.entries(value).map(([name, one]) => [name.replace(/[_-]/g, '').toLowerCase(), one]))
}

/** Number of pages from `Link: <...?page=50>; rel="last"`. */
function lastLink(
  { headers, url }: Pick<PageView, 'headers' | 'url'>,
  { style, param, first: firstNumber }: Pick<NumberedStyle, 'style' | 'param' | 'first'>,
  size: number | undefined,
): number | undefined {
  const last = parseLinkHeader(headers.link, { url }).find(({ rel }) => rel === 'last')?.url
  const number = last === undefined ? undefined : countOf(parameterOf(last, param))
  if (number === undefined) return undefined
  if (style === 'page') return number - firstNumber + 1
  return size === undefined ? undefined : Math.floor(number / size) + 1
}

function first<T>(list: readonly T[], read: (one: T) => number | undefined): number | undefined {
  for (const one of list) {
    const found = read(one)
    if (found !== undefined) return found
  }
  return undefined
}
