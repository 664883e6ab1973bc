import { SettingsError } from 'sluice'
import type { Article } from '../model/news.ts'
import { defaultLimits, type SourceAdapter, SourceError } from '../model/source.ts'
import { cleanArticle, webUrl } from './clean-article.ts'
import { type FeedContent, type FeedItem, feedContent } from './feed-items.ts'

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
      /<html[\s>]/i.test(text.slice(0, 2_000))
        ? 'the response is a web page, not a feed'
        : 'the response is not a feed',
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

/** Encoding in an XML declaration, which is ASCII in any encoding. */
const declared = /^[^<]{0,4}<\?xml[^>]{0,200}\bencoding\s*=\s*["']([\w.:-]{1,40})["']/

/** The text of a feed: by its byte order mark, its content type, its XML declaration, or as UTF-8. */
function feedText(body: Uint8Array, contentType: string | undefined): string {
  const head = new TextDecoder('latin1').decode(body.subarray(0, 300))
  const mark = /^\xef\xbb\xbf/.test(head) ? 'utf-8' : /^\xff\xfe/.test(head) ? 'utf-16le' : undefined
  const told = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType ?? '')?.[1]
  for (const name of [mark, /^\xfe\xff/.test(head) ? 'utf-16be' : undefined, told, declared.exec(head)?.[1]]) {
    if (name === undefined) continue
    try {
      return new TextDecoder(name).decode(body)
    } catch {
      // A name that nobody knows says nothing.
    }
  }
  return new TextDecoder().decode(body)
}
