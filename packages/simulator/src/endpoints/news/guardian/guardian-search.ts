import { type Answer, integer, json, type Question } from '../../../faults/answer.ts'
import { matches, parseInstant } from '../stories/story.ts'
import type { StoryPool } from '../stories/story-pool.ts'
import { type GuardianItem, guardianItems, isWithdrawn, shownItem } from './guardian-item.ts'

const orders = ['newest', 'oldest', 'relevance']

/** `/guardian/search` */
export function guardianSearch(pool: StoryPool): (question: Question) => Answer {
  return ({ query, origin }) => {
    const size = integer(query.get('page-size') ?? '10', 1, 200)
    if (size === undefined) return guardianError(400, 'page-size must be a whole number from 1 to 200')
    const page = integer(query.get('page') ?? '1', 1, 1_000_000_000)
    if (page === undefined) return guardianError(400, 'page must be a whole number from 1 up')
    const words = query.get('q') ?? ''
    const order = query.get('order-by') ?? (words === '' ? 'newest' : 'relevance')
    if (!orders.includes(order)) return guardianError(400, `order-by must be one of ${orders.join(', ')}`)
    const from = parseInstant(query.get('from-date') ?? '1970-01-01')
    const to = parseInstant(query.get('to-date') ?? '9999-12-31')
    if (from === undefined || to === undefined) {
      return guardianError(400, 'from-date and to-date must be dates such as 2026-11-20 or 2026-11-20T12:00:00Z')
    }
    const end = (query.get('to-date') ?? '').length === 10 ? to + 86_399_999 : to
    const found = guardianItems(pool).filter(
      (item) =>
        !isWithdrawn(pool, item) &&
        item.telling.publishedAt >= from &&
        item.telling.publishedAt <= end &&
        isInSection(item, query.get('section') ?? '') &&
        matches(words, `${item.title} ${item.telling.story.text}`),
    )
    const pages = Math.ceil(found.length / size)
    // Clients recognise the end of the list by this text.
    if (page > Math.max(1, pages)) {
      return guardianError(400, 'requested page is beyond the number of available pages')
    }
    const sorted = order === 'oldest' ? found.toReversed() : found
    const first = (page - 1) * size
    return envelope({
      total: found.length,
      startIndex: found.length === 0 ? 0 : first + 1,
      pageSize: size,
      currentPage: page,
      pages,
      orderBy: order,
      results: sorted.slice(first, first + size).map((item) => shownItem(item, origin, fieldsOf(query))),
    })
  }
}

/** `/guardian/content/:id...` */
export function guardianContent(pool: StoryPool): (question: Question) => Answer {
  return ({ params, query, origin }) => {
    const item = guardianItems(pool).find(({ id }) => id === params.id)
    if (item === undefined) return guardianError(404, 'the requested resource could not be found')
    if (isWithdrawn(pool, item)) return guardianError(410, 'this content was taken down')
    return envelope({ total: 1, content: shownItem(item, origin, fieldsOf(query)) })
  }
}

function envelope(fields: Readonly<Record<string, unknown>>): Answer {
  return json(200, { response: { status: 'ok', userTier: 'developer', ...fields } })
}

function guardianError(status: number, message: string): Answer {
  return json(status, { response: { status: 'error', message } })
}

function fieldsOf(query: URLSearchParams): readonly string[] {
  return (query.get('show-fields') ?? '').split(',')
}

/** `a|b` matches either section, `a,b` both (so nothing), and `-a` all others. */
function isInSection({ telling: { story } }: GuardianItem, wanted: string): boolean {
  if (wanted === '') return true
  return wanted.split(',').every((part) => {
    const isNot = part.startsWith('-')
    return part.replace(/^-/, '').split('|').includes(story.section) !== isNot
  })
}
