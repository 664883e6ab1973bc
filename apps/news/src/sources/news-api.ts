import { apiKeyAuth } from 'sluice/auth'
import { isObject } from 'sluice/internal'
import {
  defaultLimits,
  type Reading,
  type SourceAdapter,
  SourceError,
  type SourceErrorKind,
  type SourceRequest,
} from '../model/source.ts'
import { cleanArticle } from './clean-article.ts'
import { objectOf, refusalOf, textOf } from './json.ts'

export interface NewsApiOptions {
  readonly key: string
  /** @default 'https://newsapi.org' */
  readonly baseUrl?: string | undefined
  /** Two-letter country code, lower case. @default 'us' */
  readonly country?: string | undefined
  /** Category, such as `technology`. @default all */
  readonly category?: string | undefined
  /** Maximum number of pages of 100; each counts against the quota. @default 1 */
  readonly pages?: number | undefined
}

const pageSize = 100

/** Error codes of the API. Its own error messages are not shown. */
const errors: ReadonlyMap<unknown, readonly [SourceErrorKind, string]> = new Map([
  ['apiKeyMissing', ['refused', 'it requires a key']],
  ['apiKeyInvalid', ['refused', 'it rejects the key']],
  ['apiKeyDisabled', ['refused', 'the key is disabled']],
  ['apiKeyExhausted', ['limited', 'the quota of the key is used up']],
  ['rateLimited', ['limited', 'the quota of the key is used up']],
  ['parametersMissing', ['failed', 'it requires a country or a category']],
  ['parameterInvalid', ['failed', 'it does not know the country or the category']],
  ['upgradeRequired', ['refused', 'the plan of the key does not allow this']],
  ['unexpectedError', ['failed', 'it has an internal error']],
])

/** Source for the headlines of NewsAPI. @throws SettingsError if the key is invalid. */
export function newsApi(options: NewsApiOptions): SourceAdapter {
  const { key: secret, country = 'us', category, pages = 1 } = options
  const base = (options.baseUrl ?? 'https://newsapi.org').replace(/(?<!\/)\/+$/, '')
  const key = ['newsapi', country === 'us' ? undefined : country, category].filter(Boolean).join('-')

  const page = (number: number): SourceRequest => {
    const url = new URL(`${base}/v2/top-headlines`)
    url.search = new URLSearchParams({
      country,
      ...(category === undefined ? undefined : { category }),
      pageSize: String(pageSize),
      page: String(number),
    }).toString()
    return { kind: 'list', request: { url: url.href, readAs: 'json', meta: number } }
  }

  return {
    key,
    title: category === undefined ? 'NewsAPI' : `NewsAPI ${category}`,
    homepage: 'https://newsapi.org',
    origin: new URL(base).origin,
    limits: defaultLimits.newsApi,
    auth: apiKeyAuth({ header: 'x-api-key', key: secret }),
    begin: () => [page(1)],
    read({ request }, { value }, fetchedAt): Reading {
      const { articles: rows, status, code, totalResults } = objectOf(value)
      // Some errors have status 200.
      if (status === 'error') throw errorOf(code)
      if (!Array.isArray(rows)) throw new SourceError('the response is not a list of articles')
      const articles = rows.flatMap((row) => {
        const { title, description, url, author, publishedAt, source: publisher } = objectOf(row)
        if (title === '[Removed]' || url === 'https://removed.com') return []
        const raw = { source: key, url: textOf(url), title: ownTitle(title, publisher), summary: textOf(description) }
        const more = { author: textOf(author), published: textOf(publishedAt), section: category }
        return cleanArticle({ ...raw, ...more }, fetchedAt) ?? []
      })
      const number = Number(request.meta)
      const total = typeof totalResults === 'number' ? totalResults : 0
      const isLast = number >= pages || rows.length === 0 || number * pageSize >= total
      return { articles, missing: rows.length - articles.length, next: isLast ? [] : [page(number + 1)] }
    },
    readFailure(_request, failure) {
      const refusal = refusalOf(failure)
      if (!isObject(refusal) || refusal.status !== 'error') return undefined
      if (failure.status === 426 && refusal.code === 'maximumResultsReached') return { articles: [] }
      throw errorOf(refusal.code)
    },
  }
}

/** Removes the publisher's name from the end of a title, so that titles of different sources can match. */
function ownTitle(title: unknown, publisher: unknown): string | undefined {
  const [text, name] = [textOf(title), textOf(objectOf(publisher).name)]
  const ending = name === undefined ? undefined : ` - ${name}`
  if (text === undefined || ending === undefined || !text.endsWith(ending)) return text
  return text.slice(0, -ending.length)
}

function errorOf(code: unknown): SourceError {
  const [kind, message] = errors.get(code) ?? (['failed', 'it answers with an unknown error'] as const)
  return new SourceError(message, kind)
}
