import { flag, wholeNumber } from '../../errors/checks.ts'
import { unexpected } from '../../errors/settings-error.ts'
import { type CheckedNumberPlace, checkedNumberPlace, type NumberPlace } from './read-total.ts'
import { parsePath, type ValuePath } from './value-path.ts'

/** The header `Link` with `rel="next"` (RFC 8288) leads to the next page. */
export interface LinkStyle {
  readonly style: 'link'
}

/** The body has the URL of the next page. */
interface NextUrlStyle {
  readonly style: 'next-url'
  /** Path of the URL; `null`, empty text or a missing value is the end. A missing value on the first page is an error, unless the path ends with `?`. */
  readonly path: string
}

/** The body has what the next request must send as a parameter. */
interface CursorStyle {
  readonly style: 'cursor'
  /** Path of the cursor; `null`, `false`, 0, empty text or a missing value is the end. A missing value on the first page is an error, unless the path ends with `?`. */
  readonly path: string
  /** The parameter; in a body it may be a path, such as `variables.after`. @default 'cursor' */
  readonly param?: string | undefined
  /** @default 'query' */
  readonly in?: 'query' | 'body' | undefined
  /** Path of a flag that tells if more pages follow, for APIs whose last page has a cursor too; `false` is the end. */
  readonly more?: string | undefined
}

/** The request has the number of the page. */
export interface PageStyle {
  readonly style: 'page'
  /** @default 'page' */
  readonly param?: string | undefined
  /** The number of the first page there is. Where the URL has a number, it begins there. @default 1 */
  readonly first?: number | undefined
  /** Sent with each request if there is one; with `size`. */
  readonly sizeParam?: string | undefined
  /** Items of a full page. @default as many as the first page has */
  readonly size?: number | undefined
  /** Place of the total number of items. */
  readonly total?: NumberPlace | undefined
  /** Place of the total number of pages. */
  readonly pages?: NumberPlace | undefined
  /** Look for a total where APIs usually have it, if `total` and `pages` are not given. @default false */
  readonly findTotal?: boolean | undefined
}

/** The request has the position of the first item. */
interface OffsetStyle {
  readonly style: 'offset'
  /** @default 'offset' */
  readonly offsetParam?: string | undefined
  /** @default 'limit' */
  readonly limitParam?: string | undefined
  /** Items of a full page. */
  readonly limit: number
  /** Place of the total number of items. */
  readonly total?: NumberPlace | undefined
  /** Look for a total where APIs usually have it, if `total` is not given. @default false */
  readonly findTotal?: boolean | undefined
}

/** Style of pagination of an API. */
export type PaginationStyle = LinkStyle | NextUrlStyle | CursorStyle | PageStyle | OffsetStyle

/** A style that tells the next page with each page. */
export type ChainedStyle =
  | { readonly style: 'link' }
  | { readonly style: 'next-url'; readonly path: ValuePath }
  | {
      readonly style: 'cursor'
      readonly path: ValuePath
      readonly param: string
      /** Place of the parameter in the body; undefined if it is in the query. */
      readonly inBody: ValuePath['keys'] | undefined
      readonly more: ValuePath | undefined
    }

/** A style in which the pages are numbered: by themselves, or by their first item. */
export interface NumberedStyle {
  readonly style: 'page' | 'offset'
  readonly param: string
  readonly first: number
  readonly size: number | undefined
  readonly sizeParam: string | undefined
  readonly total: CheckedNumberPlace | undefined
  readonly pages: CheckedNumberPlace | undefined
  /** True if the counts are looked for, and are no more than a hint. */
  readonly isHint: boolean
}

/** Completes and checks a style. @throws SettingsError that names the option */
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
