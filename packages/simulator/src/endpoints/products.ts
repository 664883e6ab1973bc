import { type Answer, integer, json, problem, type Question } from '../faults/answer.ts'

export const productCount: number = 5_000

const kinds = ['Lamp', 'Chair', 'Kettle', 'Shelf', 'Radio', 'Blanket', 'Clock', 'Basket', 'Mirror', 'Bottle'] as const
const styles = ['Plain', 'Folding', 'Copper', 'Striped', 'Tall', 'Woven', 'Travel', 'Garden', 'Quiet'] as const
const categories = ['home', 'kitchen', 'office', 'outdoors'] as const

export interface Product {
  readonly id: number
  readonly name: string
  readonly category: string
  readonly price: number
  readonly currency: 'EUR'
  readonly stock: number
  readonly rating: number
  readonly tags: readonly string[]
  readonly updated_at: string
}

/** Product generated from its number; always the same. */
export function product(id: number): Product {
  const mixed = Math.imul(id, 2_654_435_761) >>> 0
  const kind = kinds[id % kinds.length]!
  const style = styles[mixed % styles.length]!
  return {
    id,
    name: `${style} ${kind} ${id}`,
    category: categories[(mixed >>> 8) % categories.length]!,
    price: (499 + ((mixed >>> 4) % 20_000)) / 100,
    currency: 'EUR',
    stock: (mixed >>> 12) % 250,
    rating: (10 + ((mixed >>> 16) % 41)) / 10,
    tags: [kind.toLowerCase(), style.toLowerCase()],
    updated_at: new Date(Date.UTC(2026, 0, 1) - ((mixed >>> 3) % 31_536_000) * 1_000).toISOString(),
  }
}

/** `/products/:id` */
export function oneProduct({ params }: Question): Answer {
  const id = integer(params.id, 1, productCount)
  if (id !== undefined) return json(200, product(id))
  return problem(404, 'not_found', `there is no product ${params.id}; they go from 1 to ${productCount}`)
}

/** `/products?page=&per_page=`, with `Link` to the other pages. */
export function productPage({ query }: Question): Answer {
  const page = integer(query.get('page') ?? '1', 1, Number.MAX_SAFE_INTEGER)
  const perPage = integer(query.get('per_page') ?? '20', 1, 100)
  if (page === undefined) return problem(400, 'bad_page', 'page must be a whole number from 1 up')
  if (perPage === undefined) return problem(400, 'bad_per_page', 'per_page must be a whole number from 1 to 100')
  const first = (page - 1) * perPage + 1
  const count = Math.max(0, Math.min(perPage, productCount - first + 1))
  const items = Array.from({ length: count }, (_, index) => product(first + index))
  const body = { items, page, per_page: perPage, total: productCount }
  const links = pageLinks(page, Math.ceil(productCount / perPage), (to) => `/products?page=${to}&per_page=${perPage}`)
  return json(200, body, { link: links })
}

/** `Link` header from a page to the others; `address` gives the URL of a page. */
export function pageLinks(page: number, last: number, address: (page: number) => string): string {
  const link = (to: number, rel: string) => `<${address(to)}>; rel="${rel}"`
  const links = [link(1, 'first')]
  if (page > 1) links.push(link(Math.min(page - 1, last), 'prev'))
  if (page < last) links.push(link(page + 1, 'next'))
  links.push(link(last, 'last'))
  return links.join(', ')
}
