import { createHmac } from 'node:crypto'
import { type Answer, integer, json, type Question } from '../../faults/answer.ts'
import { pageLinks } from '../products.ts'
import type { CatalogueProducts } from './catalogue-products.ts'
import { problemDetails } from './json-body.ts'

/** Position in a list: the product it continues after, and the last one. */
export interface CursorPlace {
  readonly after: number
  readonly last: number
}

/** Opaque cursors that clients cannot forge. */
export class Cursors {
  readonly #secret: string

  constructor(seed: number) {
    this.#secret = `cursors ${seed}`
  }

  write({ after, last }: CursorPlace): string {
    const place = `${after}.${last}`
    return Buffer.from(`${place}.${this.#sign(place)}`).toString('base64url')
  }

  /** Undefined if this simulator did not issue the cursor. */
  read(cursor: string): CursorPlace | undefined {
    const match = /^(\d{1,15})\.(\d{1,15})\./.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
    if (match === null) return undefined
    const place = { after: Number(match[1]), last: Number(match[2]) }
    return this.write(place) === cursor ? place : undefined
  }

  #sign(place: string): string {
    return createHmac('sha256', this.#secret).update(place).digest('base64url').slice(0, 12)
  }
}

const collection = '/catalogue/products'

/** `/catalogue/products?page=&per_page=`: numbered pages, with links to the others. */
export function numberedPages(products: CatalogueProducts): (question: Question) => Answer {
  return listing(products, 'per_page', ({ ids, size, carried, query }) => {
    const page = integer(query.get('page') ?? '1', 1, Number.MAX_SAFE_INTEGER)
    if (page === undefined) return notANumber('page', 1)
    const pages = Math.ceil(ids.length / size)
    const body = {
      items: itemsFrom(products, ids, (page - 1) * size, size),
      page,
      per_page: size,
      total: ids.length,
      total_pages: pages,
    }
    const address = (to: number) => addressOf(collection, { page: to, per_page: size, ...carried })
    return json(200, body, { link: pageLinks(page, Math.max(1, pages), address) })
  })
}

/** `/catalogue/products/by-offset?offset=&limit=` */
export function offsetPages(products: CatalogueProducts): (question: Question) => Answer {
  return listing(products, 'limit', ({ ids, size, query }) => {
    const offset = integer(query.get('offset') ?? '0', 0, Number.MAX_SAFE_INTEGER)
    if (offset === undefined) return notANumber('offset', 0)
    return json(200, { items: itemsFrom(products, ids, offset, size), offset, limit: size, total: ids.length })
  })
}

/**
 * `/catalogue/products/by-cursor?cursor=&limit=`: continues after a product, even if products were created or deleted
 * in between.
 */
export function cursorPages(products: CatalogueProducts, cursors: Cursors): (question: Question) => Answer {
  return listing(products, 'limit', ({ ids, size, query }) => {
    const cursor = query.get('cursor') ?? ''
    const place = cursors.read(cursor)
    if (cursor !== '' && place === undefined) return problemDetails(400, 'this is not a cursor of this API')
    // The cursor holds the end of the list, so `total` need not be repeated.
    const end = query.has('total') ? ids.at(-1) : (place?.last ?? ids.at(-1))
    const left = ids.filter((id) => id > (place?.after ?? 0) && id <= (end ?? 0))
    const after = left[size - 1]
    const next = end === undefined || after === undefined || left.length === size ? null : { after, last: end }
    return json(200, {
      items: itemsFrom(products, left, 0, size),
      next_cursor: next === null ? null : cursors.write(next),
    })
  })
}

/** `/catalogue/products/by-next`: gives the next page as a path, or as a URL with `?urls=absolute`. */
export function nextPages(products: CatalogueProducts): (question: Question) => Answer {
  return listing(products, 'limit', ({ ids, size, carried, query, origin }) => {
    const offset = integer(query.get('offset') ?? '0', 0, Number.MAX_SAFE_INTEGER)
    if (offset === undefined) return notANumber('offset', 0)
    const urls = query.get('urls')
    const more = { offset: offset + size, limit: size, ...carried, ...(urls === null ? undefined : { urls }) }
    const next = (urls === 'absolute' ? origin : '') + addressOf(`${collection}/by-next`, more)
    const items = itemsFrom(products, ids, offset, size)
    return json(200, { items, next: offset + size < ids.length ? next : null })
  })
}

/** `/catalogue/products/by-link?page=&per_page=`: a bare list; only the `Link` header names the next page. */
export function linkPages(products: CatalogueProducts): (question: Question) => Answer {
  return listing(products, 'per_page', ({ ids, size, carried, query }) => {
    const page = integer(query.get('page') ?? '1', 1, Number.MAX_SAFE_INTEGER)
    if (page === undefined) return notANumber('page', 1)
    const next = addressOf(`${collection}/by-link`, { page: page + 1, per_page: size, ...carried })
    const headers: Record<string, string> = page * size < ids.length ? { link: `<${next}>; rel="next"` } : {}
    return json(200, itemsFrom(products, ids, (page - 1) * size, size), headers)
  })
}

interface Listing {
  readonly ids: readonly number[]
  /** Items per page. */
  readonly size: number
  /** Query parameters that the URL of the next page repeats. */
  readonly carried: Readonly<Record<string, number>>
  readonly query: URLSearchParams
  readonly origin: string
}

/** Parameters of all pagination styles: the page size, and `?total=`, which shortens the list. */
function listing(
  products: CatalogueProducts,
  sizeName: 'per_page' | 'limit',
  page: (listing: Listing) => Answer,
): (question: Question) => Answer {
  return ({ query, origin }) => {
    const size = integer(query.get(sizeName) ?? '20', 1, 100)
    if (size === undefined) return problemDetails(400, `${sizeName} must be a whole number from 1 to 100`)
    const total = integer(query.get('total') ?? String(products.ids.length), 0, Number.MAX_SAFE_INTEGER)
    if (total === undefined) return notANumber('total', 0)
    const carried: Record<string, number> = query.has('total') ? { total } : {}
    return page({ ids: products.ids.slice(0, total), size, carried, query, origin })
  }
}

function itemsFrom(products: CatalogueProducts, ids: readonly number[], first: number, count: number): unknown[] {
  return ids.slice(first, first + count).map((id) => products.find(id))
}

function addressOf(path: string, query: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])
  return `${path}?${new URLSearchParams(pairs)}`
}

function notANumber(name: string, least: number): Answer {
  return problemDetails(400, `${name} must be a whole number from ${least} up`)
}
