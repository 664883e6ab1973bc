import { isObject } from 'sluice/internal'
import { defaultLimits, type Reading, type SourceAdapter, SourceError, type SourceRequest } from '../model/source.ts'
import { cleanArticle } from './clean-article.ts'
import { textOf } from './json.ts'

export interface HackerNewsOptions {
  /** @default 'https://hacker-news.firebaseio.com/v0' */
  readonly baseUrl?: string | undefined
  /** @default 'top' */
  readonly list?: 'top' | 'new' | 'best' | undefined
  /** Number of stories, up to 500. @default 60 */
  readonly count?: number | undefined
}

const site = 'https://news.ycombinator.com'
/** Item types of stories; comments are left out. */
const kinds: ReadonlySet<unknown> = new Set(['story', 'job', 'poll'])

/** Source for a list of Hacker News: one request for the list, then one for each story. */
export function hackerNews({ baseUrl, list = 'top', count = 60 }: HackerNewsOptions = {}): SourceAdapter {
  const base = (baseUrl ?? 'https://hacker-news.firebaseio.com/v0').replace(/(?<!\/)\/+$/, '')
  const key = list === 'top' ? 'hn' : `hn-${list}`
  const story = (id: number): SourceRequest => ({
    kind: 'story',
    request: { url: `${base}/item/${id}.json`, readAs: 'json' },
  })

  return {
    key,
    title: list === 'top' ? 'Hacker News' : `Hacker News ${list}`,
    homepage: site,
    origin: new URL(base).origin,
    limits: defaultLimits.hackerNews,
    begin: () => [{ kind: 'list', request: { url: `${base}/${list}stories.json`, readAs: 'json' } }],
    read({ kind }, { value }, fetchedAt): Reading {
      if (kind === 'list') return { articles: [], next: storyIds(value, count).map(story) }
      // The API returns null with status 200 for unknown IDs.
      if (value === null) return { articles: [], missing: 1 }
      if (!isObject(value)) throw new SourceError('the response is not a story')
      const { id, type, by, time, url, title, text, dead, deleted } = value
      if (dead === true || deleted === true || !kinds.has(type) || !Number.isSafeInteger(id)) {
        return { articles: [], missing: 1 }
      }
      const raw = {
        source: key,
        sourceId: String(id),
        url: textOf(url) || `${site}/item?id=${id}`,
        title: textOf(title),
      }
      const more = { summary: textOf(text), author: textOf(by), published: typeof time === 'number' ? time * 1_000 : 0 }
      const content = { html: textOf(text) }
      const article = cleanArticle({ ...raw, ...more, language: 'en', content }, fetchedAt)
      return article === undefined ? { articles: [], missing: 1 } : { articles: [article] }
    },
  }
}

function storyIds(value: unknown, count: number): number[] {
  if (!Array.isArray(value)) throw new SourceError('the response is not a list of stories')
  const ids = value.filter((id): id is number => Number.isSafeInteger(id) && id > 0)
  return Array.from(new Set(ids)).slice(0, count)
}
