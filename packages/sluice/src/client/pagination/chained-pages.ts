import { JsonNumber } from '../../http/json/json-number.ts'
import { writeJson } from '../../http/json/write-json.ts'
import { parseLinkHeader } from '../../http/link-header.ts'
import { followUrl } from './follow-url.ts'
import {
  end,
  type PagePlace,
  type PageSequence,
  type PageVerdict,
  type PageView,
  PaginationError,
  SeenBefore,
} from './page-sequence.ts'
import type { ChainedStyle } from './styles.ts'
import { withParameter } from './url-parameter.ts'
import { describeValue, readPath, type ValuePath, withValueAt } from './value-path.ts'

/** First request of a pagination: the parts in which later pages differ. */
export interface ChainStart {
  readonly url: string
  /** JSON body, if there is one. */
  readonly json?: unknown
  /** Origins besides its own that may receive its headers. */
  readonly origins: ReadonlySet<string>
  /** Masks the credentials of the request in messages about the next page. */
  readonly mask?: ((text: string) => string) | undefined
}

type CursorStyle = Extract<ChainedStyle, { readonly style: 'cursor' }>

/** Pages that each link to the next one. A next page that was seen before is an error. */
export class ChainedPages implements PageSequence {
  readonly first: PagePlace
  readonly #style: ChainedStyle
  readonly #start: ChainStart
  readonly #seen = new SeenBefore()

  constructor(style: ChainedStyle, start: ChainStart) {
    this.#style = style
    this.#start = start
    this.first = { url: start.url }
    if (style.style !== 'cursor') this.#seen.has(start.url)
  }

  read(page: PageView): PageView {
    return page
  }

  after(page: PageView): PageVerdict {
    const style = this.#style
    const next = style.style === 'cursor' ? this.#byCursor(page, style) : this.#byUrl(page, style)
    if (next instanceof PaginationError) return { isGiven: true, next: { kind: 'error', error: next } }
    return { isGiven: true, next: next === undefined ? end : { kind: 'one', place: next } }
  }

  afterFailure(): PageVerdict {
    return { isGiven: true, next: end }
  }

  /** Returns undefined: the next page holds the whole state, so earlier URLs are not saved. */
  save(): undefined {
    return undefined
  }

  #byUrl(page: PageView, style: Exclude<ChainedStyle, CursorStyle>): PagePlace | PaginationError | undefined {
    const target = style.style === 'link' ? linkOf(page) : urlAt(page, style.path)
    if (target === undefined || target instanceof PaginationError) return target
    const { origins, mask } = this.#start
    const url = followUrl(target, { from: page.place.url, base: page.url, page: page.number, origins, mask })
    if (url instanceof PaginationError) return url
    return this.#seen.has(url) ? circle(page, 'the URL of the next page repeats an earlier one') : { url }
  }

  #byCursor(page: PageView, style: CursorStyle): PagePlace | PaginationError | undefined {
    if (style.more !== undefined) {
      const more = valueAt(page, style.more)
      if (more instanceof PaginationError) return more
      if (more === undefined || more === null || more === false) return undefined
    }
    const cursor = cursorAt(page, style.path)
    if (cursor instanceof PaginationError) return cursor
    if (isEnd(cursor)) return undefined
    if (this.#seen.has(writeJson(cursor) ?? ''))
      return circle(page, `the cursor at ${style.path.text} repeats an earlier one`)
    if (style.inBody !== undefined) {
      const { url, json } = this.#start
      return { url, json: withValueAt(json, style.inBody, cursor) }
    }
    const isPlain = typeof cursor !== 'object' || cursor instanceof JsonNumber
    if (!isPlain)
      return shape(page, `${style.path.text}: expected text or a number, but it is ${describeValue(cursor)}`)
    if (typeof cursor === 'string' && !cursor.isWellFormed())
      return shape(page, `${style.path.text}: it contains half of a surrogate pair, which a URL cannot represent`)
    return { url: withParameter(page.place.url, style.param, String(cursor)) }
  }
}

/** Cursor at full precision: a number that JavaScript would change is read again from the text of the page. */
function cursorAt(page: PageView, path: ValuePath): unknown {
  const cursor = valueAt(page, path)
  if (typeof cursor !== 'number' || Number.isSafeInteger(cursor)) return cursor
  const exact = readPath(page.exact(), path)
  return exact.isThere ? exact.value : cursor
}

function isEnd(cursor: unknown): boolean {
  if (cursor instanceof JsonNumber) return Number(cursor) === 0
  return cursor === undefined || cursor === null || cursor === false || cursor === '' || cursor === 0
}

function linkOf({ headers, url }: PageView): string | undefined {
  return parseLinkHeader(headers.link, { url }).find(({ rel }) => rel === 'next')?.url
}

function urlAt(page: PageView, path: ValuePath): string | PaginationError | undefined {
  const url = valueAt(page, path)
  if (url === undefined || url === null || url === '' || url instanceof PaginationError) return url || undefined
  if (typeof url === 'string') return url
  return shape(page, `${path.text}: expected a URL, but it is ${describeValue(url)}`)
}

/**
 * Value at a path. Required on the first page: a misspelt path would otherwise look like the end of the list. Many
 * APIs omit it on their last page.
 */
function valueAt(page: PageView, path: ValuePath): unknown {
  const found = readPath(page.raw, path)
  if (found.isThere) return found.value
  if (page.number > 1 || path.isOptional) return undefined
  return shape(page, `${path.text} is missing: ${found.instead}; write '${path.text}?' if it is optional`)
}

function circle(page: PageView, what: string): PaginationError {
  return new PaginationError('SLUICE_PAGE_LOOP', page.number, `${what}: the list would repeat`)
}

function shape(page: PageView, what: string): PaginationError {
  return new PaginationError('SLUICE_PAGE_SHAPE', page.number, what)
}
