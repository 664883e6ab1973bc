import { apiKeyAuth } from 'sluice/auth'
import { defaultLimits, type Reading, type SourceAdapter, SourceError, type SourceRequest } from '../model/source.ts'
import { cleanArticle } from './clean-article.ts'
import { objectOf, refusalOf, textOf } from './json.ts'

export interface GuardianOptions {
  readonly key: string
  /** @default 'https://content.guardianapis.com' */
  readonly baseUrl?: string | undefined
  /** Section, such as `world`; `a|b` for either. @default all */
  readonly section?: string | undefined
  /** Search query. @default everything */
  readonly query?: string | undefined
  /** Articles per page, up to 200. @default 50 */
  readonly pageSize?: number | undefined
  /** Maximum number of pages; each counts against the quota. @default 1 */
  readonly pages?: number | undefined
}

/** Error text of a page after the last. */
const endOfList = /beyond the number of available pages/i

/** Source for the newest articles of The Guardian. @throws SettingsError if the key is invalid. */
export function guardian(options: GuardianOptions): SourceAdapter {
  const { key: secret, section, query, pageSize = 50, pages = 1 } = options
  const base = (options.baseUrl ?? 'https://content.guardianapis.com').replace(/(?<!\/)\/+$/, '')
  const key = ['guardian', section, query].filter(Boolean).join('-')

  const page = (number: number): SourceRequest => {
    const url = new URL(`${base}/search`)
    url.search = new URLSearchParams({
      ...(section === undefined ? undefined : { section }),
      ...(query === undefined ? undefined : { q: query }),
      'order-by': 'newest',
      'show-fields': 'trailText,byline',
      'page-size': String(pageSize),
      page: String(number),
    }).toString()
    return { kind: 'list', request: { url: url.href, readAs: 'json', meta: number } }
  }

  return {
    key,
    title: ['The Guardian', section, query].filter(Boolean).join(' '),
    homepage: 'https://www.theguardian.com',
    origin: new URL(base).origin,
    limits: defaultLimits.guardian,
    auth: apiKeyAuth({ query: 'api-key', key: secret }),
    begin: () => [page(1)],
    read({ request }, { value }, fetchedAt): Reading {
      const { status, results, pages: available } = objectOf(objectOf(value).response)
      if (status === 'error') throw new SourceError('it rejects the request', 'failed')
      if (!Array.isArray(results)) throw new SourceError('the response is not a list of results')
      const articles = results.flatMap((result) => {
        const { id, webUrl, webTitle, webPublicationDate, sectionName, fields } = objectOf(result)
        const { trailText, byline } = objectOf(fields)
        const raw = { source: key, sourceId: textOf(id), url: textOf(webUrl), title: textOf(webTitle), language: 'en' }
        const more = { summary: textOf(trailText), author: textOf(byline), section: textOf(sectionName) }
        return cleanArticle({ ...raw, ...more, published: textOf(webPublicationDate) }, fetchedAt) ?? []
      })
      const number = Number(request.meta)
      const isLast = number >= pages || results.length === 0 || !(typeof available === 'number' && number < available)
      return { articles, missing: results.length - articles.length, next: isLast ? [] : [page(number + 1)] }
    },
    readFailure(_request, failure) {
      if (failure.status === 401 || failure.status === 403) throw new SourceError('it rejects the key', 'refused')
      const { status, message } = objectOf(objectOf(refusalOf(failure)).response)
      if (failure.status !== 400 || status !== 'error') return undefined
      if (endOfList.test(textOf(message) ?? '')) return { articles: [] }
      throw new SourceError('it rejects the request: check section, query and page size', 'failed')
    },
  }
}
