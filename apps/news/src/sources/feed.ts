import { type Auth, SettingsError } from 'sluice'
import type { NewArticle, SourceAbout } from '../model/news.ts'
import { defaultLimits, type SourceAdapter, SourceError } from '../model/source.ts'
import { authInUrl } from '../settings/credentials.ts'
import { cleanArticle, type RawArticle, webUrl } from './clean-article.ts'
import type { FeedContent, FeedItem, FeedLink } from './feed-content.ts'
import { instantOfText } from './feed-dates.ts'
import { feedText } from './feed-text.ts'
import { cleanText, cutAtWord, imageText, textOfHtml } from './html-text.ts'
import { readJsonFeed } from './json-feed.ts'
import { readXmlFeed } from './xml-feed.ts'

export interface FeedOptions {
  readonly url: string
  /** @default its host; on pages, the title of the feed itself */
  readonly title?: string | undefined
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** @default the user and password in the URL, if any */
  readonly auth?: Auth | undefined
  /** Time zone of dates without one, such as `Europe/Berlin`. @default UTC */
  readonly zone?: string | undefined
}

/** Maximum number of items read of one feed: the newest. */
const maxItems = 1_000

const accept = 'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5'

/** Source for any RSS, Atom, RDF or JSON feed. @throws SettingsError if the URL is not http or https. */
export function feed({ url, title, headers, auth, zone }: FeedOptions): SourceAdapter {
  const address = feedKey(url)
  if (address === undefined) throw new SettingsError('feed: expected an absolute URL of http or https')
  const { origin, host } = new URL(address)
  return {
    key: address,
    title: title ?? host,
    homepage: origin,
    origin,
    limits: defaultLimits.feed,
    auth: auth ?? authInUrl(url.trim()),
    begin: () => [{ kind: 'feed', request: { url: address, readAs: 'bytes', headers: { accept, ...headers } } }],
    read(_request, { value, headers: given, redirectedTo }, fetchedAt) {
      const content = contentOf(feedText(value as Uint8Array, given['content-type']))
      const items = newest(content.items)
      const at = redirectedTo ?? address
      const raws = items.map((item) => ({ ...rawArticle(item, content, address, at), zone }))
      const repeated = repeatedIds(raws)
      const articles: NewArticle[] = []
      for (const raw of raws) {
        const { sourceId } = raw
        const isRepeated = sourceId !== undefined && repeated.has(sourceId)
        const article = cleanArticle(isRepeated ? { ...raw, sourceId: `${sourceId} ${raw.url}` } : raw, fetchedAt)
        if (article !== undefined) articles.push(article)
      }
      const { isMended } = content
      return {
        articles,
        missing: items.length - articles.length,
        about: aboutOf(content, address),
        ...(isMended ? { isMended } : undefined),
      }
    },
  }
}

/** Key of a feed: its address without credentials. Undefined if it is not http or https. */
export function feedKey(url: string): string | undefined {
  return webUrl(url)?.replace(/#.*/, '')
}

/** Information of a feed about itself: title, home page, icon and schedule. */
function aboutOf(content: FeedContent, address: string): SourceAbout {
  const { homepage, icon, refreshAfter, skipHours, skipDays } = content
  return {
    title: feedTitle(content),
    homepage: linkOf([{ href: homepage ?? '' }], content, address),
    icon: linkOf([{ href: icon ?? '' }], content, address),
    refreshAfter,
    skipHours: skipHours?.length ? skipHours : undefined,
    skipDays: skipDays?.length ? skipDays : undefined,
  }
}

/** Title that a feed gives itself. */
export function feedTitle({ title = '' }: FeedContent): string | undefined {
  const name = typeof title === 'string' ? textOfHtml(title) : cleanText(title.plain)
  return name === '' ? undefined : cutAtWord(name, 100)
}

/** Article of an item. Without links of its own it links to the home page, and its ID is its title and date. */
function rawArticle(item: FeedItem, content: FeedContent, source: string, address: string): RawArticle {
  const { links, dates, image, text, files = [], ...raw } = item
  const own = linkOf(links, content, address)
  const url = own ?? linkOf([{ href: content.homepage ?? '' }], content, address) ?? address
  const words = typeof raw.title === 'object' ? raw.title.plain : (raw.title ?? '')
  const id =
    raw.sourceId ?? (own === undefined ? `${words} ${dates[0] ?? ''}`.trim() || JSON.stringify(raw.summary) : own)
  const { host, pathname, search } = new URL(url)
  const place = `${host}${pathname === '/' ? '' : pathname}${search}`
  const otherwise = (image === undefined ? '' : imageText(image)) || place
  const enclosures = files.map(({ url: href = '', bases, ...file }) => ({
    ...file,
    url: linkOf([{ href, bases }], content, address),
  }))
  const base = text?.bases?.length ? baseOf(text.bases, content, address) : undefined
  return {
    ...raw,
    source,
    sourceId: id,
    url,
    published: dates,
    otherwise,
    content: { html: text?.html, base, enclosures },
  }
}

function contentOf(text: string): FeedContent {
  const content = feedContent(text)
  if (content !== undefined) return content
  if (text.trim() === '') throw new SourceError('the response is empty')
  throw new SourceError(
    /<html[\s>]/i.test(text.slice(0, 2_000)) ? 'the response is a web page, not a feed' : 'the response is not a feed',
  )
}

/** The newest items by date, in their original order; items without a date count as new. */
function newest(items: readonly FeedItem[]): readonly FeedItem[] {
  if (items.length <= maxItems) return items
  const dated = items.map((item, index) => ({
    item,
    index,
    at: instantOfText(item.dates[0] ?? '') ?? Number.MAX_SAFE_INTEGER,
  }))
  const kept = dated.toSorted((a, b) => b.at - a.at || a.index - b.index).slice(0, maxItems)
  return kept.toSorted((a, b) => a.index - b.index).map(({ item }) => item)
}

/** IDs that a feed gives to several items; such an ID is unique only together with the URL. */
function repeatedIds(items: readonly RawArticle[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { sourceId } of items) {
    if (sourceId !== undefined && seen.has(sourceId)) repeated.add(sourceId)
    if (sourceId !== undefined) seen.add(sourceId)
  }
  return repeated
}

/** Parses RSS, Atom, RDF, CDF and JSON Feed, ill-formed ones as far as possible. Undefined for any other text. */
export function feedContent(text: string): FeedContent | undefined {
  const start = text.replace(/^[\s\uFEFF]+/, '')
  return start.startsWith('{') || start.startsWith('[') ? readJsonFeed(start) : readXmlFeed(text)
}

/** First link to the web: absolute, or relative to its base URLs. */
function linkOf(links: readonly FeedLink[], content: FeedContent, address: string): string | undefined {
  for (const { href, bases = [], isId = false } of links) {
    const text = href.trim()
    if (isId && !/^https?:\/\//i.test(text)) continue
    const url = webUrl(withScheme(text, content.homepage), baseOf(bases, content, address))
    if (url !== undefined) return url
  }
  return undefined
}

/** Base URL of relative links, resolved from the given bases, outermost first. */
function baseOf(bases: readonly string[], { base = '' }: FeedContent, address: string): string {
  return [base, ...bases].reduce((outer, one) => URL.parse(one, outer)?.href ?? outer, address)
}

/** Adds the scheme to addresses such as `www.site.example/1`, or those that start with the host of the site. */
function withScheme(text: string, homepage: string | undefined): string {
  const host = /^[a-z0-9.-]+(?=[/:?#]|$)/i.exec(text)?.[0].toLowerCase()
  if (host === undefined || !host.includes('.')) return text
  const site = URL.parse(homepage ?? '')?.host
  return host.startsWith('www.') || host === site || `www.${host}` === site ? `https://${text}` : text
}
