import { parseFeed } from 'feedsmith'
import type { RawArticle, SourceText } from './clean-article.ts'

/** Dates stay text. */
const parsed = (text: string) => parseFeed(text)

type FeedOf<Format> = Extract<ReturnType<typeof parsed>, { readonly format: Format }>['feed']

/** An item of any kind of feed; `source` is not its business. */
export type FeedItem = Omit<RawArticle, 'source' | 'base'>

/** Content of a feed of any format. */
export interface FeedContent {
  readonly items: readonly FeedItem[]
  /** Milliseconds for which it wants to be left alone. */
  readonly refreshAfter?: number | undefined
}

const periods: ReadonlyMap<string, number> = new Map([
  ['hourly', 3_600_000],
  ['daily', 86_400_000],
  ['weekly', 604_800_000],
])

/** Reads RSS, Atom, RDF and JSON Feed. @throws Error if it is none of them. */
export function feedContent(text: string): FeedContent {
  const read = parsed(text)
  switch (read.format) {
    case 'rss':
      return rss(read.feed)
    case 'atom':
      return atom(read.feed)
    case 'rdf':
      return rdf(read.feed)
    case 'json':
      return json(read.feed)
  }
}

function rss({ items = [], language, ttl, sy }: FeedOf<'rss'>): FeedContent {
  const period = periods.get(sy?.updatePeriod ?? '')
  const refreshAfter = ttl === undefined ? period && period / Math.max(1, sy?.updateFrequency ?? 1) : ttl * 60_000
  return {
    refreshAfter,
    items: items.map((item) => ({
      sourceId: item.guid?.value,
      url: item.link ?? (item.guid?.isPermaLink === false ? undefined : item.guid?.value),
      title: item.title,
      summary: item.description ?? item.content?.encoded,
      author: item.dc?.creators?.[0] ?? personOf(item.authors?.[0]),
      published: item.pubDate ?? item.dc?.dates?.[0],
      section: item.categories?.[0]?.name,
      language,
    })),
  }
}

function atom({ entries = [], xml }: FeedOf<'atom'>): FeedContent {
  return {
    items: entries.map((entry) => ({
      sourceId: entry.id,
      url: (entry.links?.find(({ rel }) => rel === undefined || rel === 'alternate') ?? entry.links?.[0])?.href,
      title: construct(entry.title),
      summary: construct(entry.summary ?? entry.content),
      author: plain(entry.authors?.[0]?.name),
      published: entry.published ?? entry.updated,
      section: plain(entry.categories?.[0]?.label ?? entry.categories?.[0]?.term),
      language: xml?.lang,
    })),
  }
}

function rdf({ items = [], dc }: FeedOf<'rdf'>): FeedContent {
  return {
    items: items.map((item) => ({
      sourceId: item.rdf?.about,
      url: item.link ?? item.rdf?.about,
      title: item.title,
      summary: item.description ?? item.content?.encoded,
      author: item.dc?.creators?.[0],
      published: item.dc?.dates?.[0],
      section: item.dc?.subjects?.[0],
      language: dc?.languages?.[0],
    })),
  }
}

function json({ items = [], language }: FeedOf<'json'>): FeedContent {
  return {
    items: items.map((item) => ({
      sourceId: item.id,
      url: item.url ?? item.external_url ?? item.id,
      title: plain(item.title),
      summary: plain(item.summary ?? item.content_text) ?? item.content_html,
      author: plain(item.authors?.[0]?.name),
      published: item.date_published,
      section: plain(item.tags?.[0]),
      language: item.language ?? language,
    })),
  }
}

function plain(text: string | undefined): SourceText | undefined {
  return text === undefined ? undefined : { plain: text }
}

/** Text in Atom is plain unless it says otherwise (RFC 4287 section 3.1). */
function construct(text: { readonly value?: string; readonly type?: string } | undefined): SourceText | undefined {
  return text?.type === undefined || text.type === 'text' ? plain(text?.value) : text.value
}

function personOf(author: unknown): string | undefined {
  return typeof author === 'string' ? author : undefined
}
