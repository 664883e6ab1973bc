import { type Answer, integer, json, type Question } from '../../../faults/answer.ts'
import { matches, outlets, parseInstant } from '../stories/story.ts'
import type { StoryPool } from '../stories/story-pool.ts'
import { categoryOf, type NewsapiRow, newsapiRows } from './newsapi-articles.ts'

/** An error as this API has it: `{ "status": "error", "code": "apiKeyInvalid", "message": "..." }`. */
export function newsapiError(status: number, code: string, message: string): Answer {
  return json(status, { status: 'error', code, message })
}

function parameterInvalid(name: string, expected: string): Answer {
  return newsapiError(400, 'parameterInvalid', `${name} must be ${expected}`)
}

const categories: readonly string[] = [...Object.values(categoryOf), 'health']
const orders = ['publishedAt', 'relevancy', 'popularity']
/** Maximum number of results that this key can page through. */
const maxResults = 100
const maxSources = 20

/** `/newsapi/v2/top-headlines` */
export function topHeadlines(pool: StoryPool): (question: Question) => Answer {
  return ({ query }) => {
    const wanted = ['sources', 'q', 'language', 'country', 'category']
    const refused =
      onPurpose(query) ??
      missing(query, wanted) ??
      badSources(query) ??
      badChoice(query, 'category', categories) ??
      badCode(query, 'country') ??
      badCode(query, 'language')
    if (refused !== undefined) return refused
    if (query.has('sources') && (query.has('country') || query.has('category'))) {
      return newsapiError(400, 'parametersIncompatible', 'sources cannot be combined with country or category')
    }
    const category = query.get('category') ?? undefined
    const rows = newsapiRows(pool).filter(
      (row) => row.isTop && (query.get('country') ?? 'us') === 'us' && (category ?? row.category) === row.category,
    )
    return page(query, rows, 20)
  }
}

/** `/newsapi/v2/everything` */
export function everything(pool: StoryPool): (question: Question) => Answer {
  return ({ query }) => {
    const refused =
      onPurpose(query) ??
      missing(query, ['q', 'qInTitle', 'sources', 'domains']) ??
      badSources(query) ??
      badChoice(query, 'sortBy', orders) ??
      badCode(query, 'language')
    if (refused !== undefined) return refused
    const from = parseInstant(query.get('from') ?? '1970-01-01')
    const to = parseInstant(query.get('to') ?? '9999-12-31')
    if (from === undefined || to === undefined) {
      return parameterInvalid('from and to', 'dates such as 2026-11-20 or 2026-11-20T12:00:00Z')
    }
    const domains = listed(query, 'domains')
    const without = listed(query, 'excludeDomains') ?? []
    const rows = newsapiRows(pool).filter(
      ({ telling: { story, publishedAt } }) =>
        publishedAt >= from &&
        publishedAt <= to &&
        (domains ?? [story.outlet.domain]).includes(story.outlet.domain) &&
        !without.includes(story.outlet.domain),
    )
    return page(query, rows, 100)
  }
}

/** `/newsapi/v2/top-headlines/sources` */
export function newsapiSources(): Answer {
  const sources = outlets
    .filter(({ id }) => id !== null)
    .map(({ id, name, domain }) => {
      const description = `${name}: news that was made up for practice`
      return { id, name, description, url: `https://${domain}`, category: 'general', language: 'en', country: 'us' }
    })
  return json(200, { status: 'ok', sources })
}

/** The requested page of rows of either list. */
function page(query: URLSearchParams, rows: readonly NewsapiRow[], usualSize: number): Answer {
  const size = integer(query.get('pageSize') ?? String(usualSize), 1, 100)
  if (size === undefined) return parameterInvalid('pageSize', 'a whole number from 1 to 100')
  const number = integer(query.get('page') ?? '1', 1, 1_000_000)
  if (number === undefined) return parameterInvalid('page', 'a whole number from 1 up')
  if (number * size > maxResults) {
    return newsapiError(426, 'maximumResultsReached', `this key reads the first ${maxResults} results of a list`)
  }
  const sources = listed(query, 'sources')
  const found = rows.filter(
    ({ article: { title }, telling: { story } }) =>
      (query.get('language') ?? 'en') === 'en' &&
      (sources === undefined || sources.includes(story.outlet.id ?? '')) &&
      matches(query.get('q') ?? '', `${title} ${story.summary}`) &&
      matches(query.get('qInTitle') ?? '', title),
  )
  const articles = found.slice((number - 1) * size, number * size).map(({ article }) => article)
  return json(200, { status: 'ok', totalResults: found.length, articles })
}

/** `q=__odd` is an error with a success status, `q=__error` a server error. */
function onPurpose(query: URLSearchParams): Answer | undefined {
  if (query.get('q') === '__odd') return newsapiError(200, 'unexpectedError', 'an error, whatever the status says')
  if (query.get('q') === '__error') return newsapiError(500, 'unexpectedError', 'something went wrong on this side')
  return undefined
}

function missing(query: URLSearchParams, anyOf: readonly string[]): Answer | undefined {
  if (anyOf.some((name) => (query.get(name) ?? '') !== '')) return undefined
  return newsapiError(400, 'parametersMissing', `ask for less than everything, by one of ${anyOf.join(', ')}`)
}

function badSources(query: URLSearchParams): Answer | undefined {
  const sources = listed(query, 'sources') ?? []
  if (sources.length > maxSources) return newsapiError(400, 'sourcesTooMany', `at most ${maxSources} sources`)
  const unknown = sources.find((source) => outlets.every(({ id }) => id !== source))
  return unknown === undefined ? undefined : newsapiError(400, 'sourceDoesNotExist', `there is no source ${unknown}`)
}

function badChoice(query: URLSearchParams, name: string, choices: readonly string[]): Answer | undefined {
  return choices.includes(query.get(name) ?? choices[0]!)
    ? undefined
    : parameterInvalid(name, `one of ${choices.join(', ')}`)
}

function badCode(query: URLSearchParams, name: string): Answer | undefined {
  return /^[a-z]{2}$/.test(query.get(name) ?? 'en') ? undefined : parameterInvalid(name, 'a code of two letters')
}

function listed(query: URLSearchParams, name: string): readonly string[] | undefined {
  return query.get(name)?.split(',')
}
