import { flag, wholeNumber } from '../../errors/checks.ts'
import { unexpected } from '../../errors/settings-error.ts'
import { type CheckedNumberPlace, checkedNumberPlace, type NumberPlace } from './read-total.ts'
import { parsePath, type ValuePath } from './value-path.ts'

/** The `Link` header with `rel="next"` (RFC 8288) has the URL of the next page. */
export interface LinkStyle {
  readonly style: 'link'
}

/** The body has the URL of the next page. */
interface NextUrlStyle {
  readonly style: 'next-url'
  /**
   * Path of the URL. The list ends at `null`, empty text or a missing value. A missing value on the first page is an
   * error, unless the path ends with `?`.
   */
  readonly path: string
}

/** The body has a cursor, which the next request sends as a parameter. */
interface CursorStyle {
  readonly style: 'cursor'
  /**
   * Path of the cursor. The list ends at `null`, `false`, 0, empty text or a missing value. A missing value on the
   * first page is an error, unless the path ends with `?`.
   */
  readonly path: string
  /** Name of the parameter; in a body also a path, such as `variables.after`. @default 'cursor' */
  readonly param?: string | undefined
  /** @default 'query' */
  readonly in?: 'query' | 'body' | undefined
  /**
   * Path of a flag that says if more pages follow, for APIs whose last page has a cursor too; `false` ends the list.
   */
  readonly more?: string | undefined
}

/** The request has the page number. */
export interface PageStyle {
  readonly style: 'page'
  /** @default 'page' */
  readonly param?: string | undefined
  /** Number of the first page. If the URL has a page number, pagination starts there. @default 1 */
  readonly first?: number | undefined
  /** Name of the page size parameter; needs `size`. @default none */
  readonly sizeParam?: string | undefined
  /** Number of items of a full page. @default the number of items of the first page */
  readonly size?: number | undefined
  /** Location of the total number of items. */
  readonly total?: NumberPlace | undefined
  /** Location of the total number of pages. */
  readonly pages?: NumberPlace | undefined
  /** Look for a total in the usual places if neither `total` nor `pages` is given. @default false */
  readonly findTotal?: boolean | undefined
}

/** The request has the position of the first item. */
interface OffsetStyle {
  readonly style: 'offset'
  /** @default 'offset' */
  readonly offsetParam?: string | undefined
  /** @default 'limit' */
  readonly limitParam?: string | undefined
  /** Number of items of a full page. */
  readonly limit: number
  /** Location of the total number of items. */
  readonly total?: NumberPlace | undefined
  /** Look for a total in the usual places if `total` is not given. @default false */
  readonly findTotal?: boolean | undefined
}

/** Pagination style of an API. */
export type PaginationStyle = LinkStyle | NextUrlStyle | CursorStyle | PageStyle | OffsetStyle

/** Style in which each page leads to the next one. */
export type ChainedStyle =
  | { readonly style: 'link' }
  | { readonly style: 'next-url'; readonly path: ValuePath }
  | {
      readonly style: 'cursor'
      readonly path: ValuePath
      readonly param: string
      /** Path of the parameter in the body; undefined if it is in the query. */
      readonly inBody: ValuePath['keys'] | undefined
      readonly more: ValuePath | undefined
    }

/** Style in which pages are numbered, by themselves or by the position of their first item. */
export interface NumberedStyle {
  readonly style: 'page' | 'offset'
  readonly param: string
  readonly first: number
  readonly size: number | undefined
  readonly sizeParam: string | undefined
  readonly total: CheckedNumberPlace | undefined
  readonly pages: CheckedNumberPlace | undefined
  /** True if the counts are searched for, and only used as hints. */
  readonly isHint: boolean
}

/** Validates a style and fills in defaults. @throws SettingsError that names the option */
export function resolveStyle(style: PaginationStyle): ChainedStyle | NumberedStyle {
  switch (style.style) {
    case 'link':
      return { style: 'link' }
    case 'next-url':
      return { style: 'next-url', path: parsePath('path', style.path) }
    case 'cursor':
      return resolveCursor(style)
    case 'page':
      return resolvePage(style)
    case 'offset':
      return {
        style: 'offset',
        param: name('offsetParam', style.offsetParam ?? 'offset'),
        first: 0,
        size: wholeNumber('limit', style.limit, 1),
        sizeParam: name('limitParam', style.limitParam ?? 'limit'),
        total: checkedNumberPlace('total', style.total),
        pages: undefined,
        isHint: flag('findTotal', style.findTotal ?? false) && style.total === undefined,
      }
    default:
      throw unexpected('style', 'one of link, next-url, cursor, page, offset', (style as { style?: unknown }).style)
  }
}

function resolveCursor(style: CursorStyle): ChainedStyle {
  const place = style.in ?? 'query'
  if (place !== 'query' && place !== 'body') throw unexpected('in', 'one of query, body', place)
  const param = name('param', style.param ?? 'cursor')
  return {
    style: 'cursor',
    path: parsePath('path', style.path),
    param,
    inBody: place === 'body' ? parsePath('param', param).keys : undefined,
    more: style.more === undefined ? undefined : parsePath('more', style.more),
  }
}

function resolvePage(style: PageStyle): NumberedStyle {
  const { size, sizeParam } = style
  if (sizeParam !== undefined && size === undefined) throw unexpected('size', 'the size that sizeParam sends', size)
  return {
    style: 'page',
    param: name('param', style.param ?? 'page'),
    first: wholeNumber('first', style.first ?? 1, 0),
    size: size === undefined ? undefined : wholeNumber('size', size, 1),
    sizeParam: sizeParam === undefined ? undefined : name('sizeParam', sizeParam),
    total: checkedNumberPlace('total', style.total),
    pages: checkedNumberPlace('pages', style.pages),
    isHint: flag('findTotal', style.findTotal ?? false) && style.total === undefined && style.pages === undefined,
  }
}

function name(option: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw unexpected(option, 'the name of a parameter', value)
}
