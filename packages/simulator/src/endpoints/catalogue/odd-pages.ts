import { type Answer, integer, json, type Question } from '../../faults/answer.ts'
import { type Product, product } from '../products.ts'
import { problemDetails } from './json-body.ts'

const perPage = 3

interface OddQuestion {
  /** Page number from 1, given by `page`, `cursor` or `offset`. */
  readonly page: number
  /** Path of this list. */
  readonly path: string
  /** URL of another origin. */
  readonly elsewhere: string
}

/** Lists that break the rules of pagination, to test the guards of clients. */
const oddPages = {
  endless: ({ page, path }) => leadingOn(page, page + 1, path),
  circle: ({ page, path }) => leadingOn(page, (page % 3) + 1, path),
  'same-page': () => json(200, { items: itemsOf(1), ...numbers(1, 12) }),
  'more-than-told': ({ page, path }) => told(page, { there: 12, told: 5 }, path),
  'fewer-than-told': ({ page, path }) => told(page, { there: 5, told: 12 }, path),
  elsewhere: ({ page, elsewhere }) => {
    const next = new URL('/catalogue/products/by-next?offset=3&limit=3', elsewhere).href
    return json(200, { items: itemsOf(page), next }, { link: nextLink(next) })
  },
  'no-items': ({ page }) => json(200, { message: 'where are they?', ...numbers(page, 12) }),
  'text-total': ({ page }) =>
    json(200, { items: itemsOf(page), ...numbers(page, 12), total: 'about a dozen', total_pages: 'a few' }),
} as const satisfies Readonly<Record<string, (question: OddQuestion) => Answer>>

export const oddNames: readonly string[] = Object.keys(oddPages)

/** `/catalogue/odd/:name`: three items a page. `elsewhere` is the URL of another origin. */
export function oddPage(elsewhere: string): (question: Question) => Answer {
  return ({ params, query }) => {
    const name = params.name!
    if (!Object.hasOwn(oddPages, name)) {
      return problemDetails(404, `there is no list ${name}; there are ${oddNames.join(', ')}`)
    }
    const offset = query.get('offset')
    const text = offset === null ? (query.get('cursor') ?? query.get('page') ?? '1') : offset
    const number = integer(text, offset === null ? 1 : 0, 1_000_000_000)
    if (number === undefined) return problemDetails(400, 'page, cursor or offset must be a whole number')
    const page = offset === null ? number : Math.floor(number / perPage) + 1
    return oddPages[name as keyof typeof oddPages]({ page, path: `/catalogue/odd/${name}`, elsewhere })
  }
}

/** Names the next page in every known style. */
function leadingOn(page: number, nextPage: number, path: string): Answer {
  const next = `${path}?page=${nextPage}`
  return json(200, { items: itemsOf(page), next, next_cursor: String(nextPage) }, { link: nextLink(next) })
}

/** Body with `there` items that states a total of `told`. */
function told(page: number, { there, told }: { readonly there: number; readonly told: number }, path: string): Answer {
  const items = itemsOf(page).filter((_, index) => (page - 1) * perPage + index < there)
  const hasNext = page * perPage < there
  const next = hasNext ? `${path}?page=${page + 1}` : null
  return json(200, { items, ...numbers(page, told), next }, next === null ? {} : { link: nextLink(next) })
}

function numbers(page: number, total: number): Readonly<Record<string, number>> {
  const pages = Math.ceil(total / perPage)
  return { page, per_page: perPage, total, total_pages: pages, offset: (page - 1) * perPage, limit: perPage }
}

function itemsOf(page: number): Product[] {
  return Array.from({ length: perPage }, (_, index) => product((page - 1) * perPage + index + 1))
}

function nextLink(next: string): string {
  return `<${next}>; rel="next"`
}
