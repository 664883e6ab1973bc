import { SettingsError } from 'sluice'
import type { Article } from '../model/article.ts'
import type { SourceAdapter } from '../source.ts'
import { cleanArticle, webUrl } from './clean-article.ts'
import { type FeedContent, type FeedItem, feedContent } from './feed-items.ts'
import { feedText } from './feed-text.ts'
import { SourceError } from './source-error.ts'
import { defaultLimits } from './source-limits.ts'

export interface FeedOptions {
  readonly url: string
  /** @default its host */
  readonly title?: string | undefined
}

/** A feed that has more is read so far. */
const mostItems = 1_000

const accept = 'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5'

/** Any RSS, Atom, RDF or JSON feed. @throws SettingsError if the URL is none of the web. */
export function feed({ url, title }: FeedOptions): SourceAdapter {
  const address = webUrl(url)
  if (address === undefined) throw new SettingsError('feed: expected an absolute URL of http or https')
  const { origin, host } = new URL(address)
  return {
    key: address,
    title: title ?? host,
    homepage: origin,
    origin,
    limits: defaultLimits.feed,
    begin: () => [{ kind: 'feed', request: { url: address, readAs: 'bytes', headers: { accept } } }],
    read(_request, { value, headers, redirectedTo }, fetchedAt) {
      const { items: all, refreshAfter } = contentOf(feedText(value as Uint8Array, headers['content-type']))
      const items = all.slice(0, mostItems)
      const repeated = repeatedIds(items)
      const articles: Article[] = []
      for (const item of items) {
        const isRepeated = item.sourceId !== undefined && repeated.has(item.sourceId)
        const sourceId = isRepeated ? `${item.sourceId} ${item.url}` : item.sourceId
        const article = cleanArticle({ ...item, sourceId, source: address, base: redirectedTo ?? address }, fetchedAt)
        if (article !== undefined) articles.push(article)
      }
      return { articles, missing: items.length - articles.length, refreshAfter }
    },
  }
}

function contentOf(text: string): FeedContent {
  try {
    return feedContent(text)
  } catch {
    throw new SourceError(
      /<html[\s>]/i.test(text.slice(0, 2_000)) ? 'what came is a web page, not a feed' : 'what came is no feed',
    )
  }
}

/** Some feeds give all their items the same id: then it tells them apart only together with the URL. */
function repeatedIds(items: readonly FeedItem[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { sourceId } of items) {
    if (sourceId !== undefined && seen.has(sourceId)) repeated.add(sourceId)
    if (sourceId !== undefined) seen.add(sourceId)
  }
  return repeated
}
