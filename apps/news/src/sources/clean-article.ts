import type { ArticleContent, Enclosure, NewArticle } from '../model/news.ts'
import { instantOfText } from './feed-dates.ts'
import { cleanText, cutAtWord, textOfHtml, titleOfHtml } from './html-text.ts'

const longestTitle = 300
const longestSummary = 500
const longestName = 200
const longestUrl = 2_048
/** Characters of HTML that are kept of an article, and of that in which they are looked for. */
const longestContent = 200_000
const mostMarkup = 4_000_000
const mostEnclosures = 20

/** Text as a source has it: HTML unless it is said to be plain. */
export type SourceText = string | { readonly plain: string }

/** An article as a source tells it; nothing of it is believed. */
export interface RawArticle {
  readonly source: string
  /** @default the URL */
  readonly sourceId?: string | undefined
  readonly url: string | undefined
  /** Base of a relative URL. */
  readonly base?: string | undefined
  readonly title?: SourceText | undefined
  readonly summary?: SourceText | undefined
  readonly author?: SourceText | undefined
  readonly section?: SourceText | undefined
  /** Title of an article without words. @default none: it is no article */
  readonly otherwise?: string | undefined
  /** Dates as text, the best first, or milliseconds since the epoch. @default when it was fetched */
  readonly published?: string | number | readonly string[] | undefined
  /** Zone of dates without one. @default UTC */
  readonly zone?: string | undefined
  readonly language?: string | undefined
  readonly content?: RawContent | undefined
}

interface RawContent {
  readonly html?: SourceText | undefined
  /** @default the URL of the article */
  readonly base?: string | undefined
  readonly enclosures?: readonly RawEnclosure[] | undefined
}

export interface RawEnclosure {
  readonly url: string | undefined
  readonly type?: string | undefined
  readonly bytes?: string | number | undefined
  readonly title?: string | undefined
}

/** The article as it is kept, or nothing if it has no place on the web, or no words. Never later than `fetchedAt`. */
export function cleanArticle(raw: RawArticle, fetchedAt: number): NewArticle | undefined {
  const url = webUrl(raw.url, raw.base)
  const summary = shortText(raw.summary, longestSummary)
  const words =
    summary === undefined ? shortText({ plain: raw.otherwise ?? '' }, longestTitle) : cutAtWord(summary, 100)
  const title = titleOf(raw.title) ?? words
  if (url === undefined || title === undefined) return undefined
  const { source, sourceId, language } = raw
  return {
    source,
    sourceId: cleanText(sourceId ?? '') || url,
    url,
    title,
    summary,
    author: shortText(raw.author, longestName),
    publishedAt: instantOf(raw, fetchedAt),
    language: languageOf(language),
    section: shortText(raw.section, longestName),
    content: raw.content === undefined ? undefined : contentOf(raw.content, url, summary),
  }
}

/** Content of an article, bounded; nothing if it says no more than the summary. */
function contentOf({ html, base, enclosures = [] }: RawContent, url: string, summary = ''): ArticleContent | undefined {
  const text = html === undefined ? '' : typeof html === 'string' ? html : htmlOfText(html.plain)
  // Images within the text are often larger than all of the rest.
  const small = text
    .slice(0, mostMarkup)
    .trim()
    .replaceAll(/\bdata:[^"'\s>]{100,}/gi, 'data:,')
  const kept = small.slice(0, longestContent).replace(/[\uD800-\uDBFF]$/, '')
  const files = enclosuresOf(enclosures)
  const isMore = kept !== '' && !isOnlySummary(kept, summary)
  if (!isMore && files.length === 0) return undefined
  return {
    ...(isMore ? { html: kept, base: webUrl(base) ?? url } : undefined),
    ...(files.length > 0 ? { enclosures: files } : undefined),
  }
}

function isOnlySummary(html: string, summary: string): boolean {
  return html.length < 2_000 && !/<(?:a|img|iframe|video|audio)\b/i.test(html) && textOfHtml(html) === summary
}

function htmlOfText(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').trim()
  const paragraphs = escaped.split(/\n\s*\n/)
  return paragraphs.map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>')}</p>`).join('')
}

/** Files on the web, each once. */
function enclosuresOf(raws: readonly RawEnclosure[]): Enclosure[] {
  const files = new Map<string, Enclosure>()
  for (const raw of raws) {
    const url = webUrl(raw.url)
    if (url === undefined || files.has(url) || files.size >= mostEnclosures) continue
    const type = /^[a-z]+\/[a-z0-9.+*-]{1,100}/i.exec(raw.type?.trim() ?? '')?.[0].toLowerCase()
    const bytes = Number(raw.bytes)
    const title = shortText({ plain: raw.title ?? '' }, longestName)
    files.set(url, {
      url,
      ...(type === undefined ? undefined : { type }),
      ...(Number.isSafeInteger(bytes) && bytes > 0 ? { bytes } : undefined),
      ...(title === undefined ? undefined : { title }),
    })
  }
  return [...files.values()]
}

/** An absolute URL of http or https without credentials, or nothing. */
export function webUrl(text: string | undefined, base?: string): string | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const url = URL.parse(text.trim(), base)
  if (url === null || !/^https?:$/.test(url.protocol) || url.href.length > longestUrl) return undefined
  url.username = ''
  url.password = ''
  return url.href
}

function shortText(text: SourceText | undefined, longest: number): string | undefined {
  if (text === undefined) return undefined
  const clean = typeof text === 'string' ? textOfHtml(text) : cleanText(text.plain)
  return clean === '' ? undefined : cutAtWord(clean, longest)
}

function titleOf(text: SourceText | undefined): string | undefined {
  return typeof text === 'string'
    ? shortText({ plain: titleOfHtml(text) }, longestTitle)
    : shortText(text, longestTitle)
}

/** Its tag in lower case, if it is one: some write `en_GB`. */
function languageOf(text: string | undefined): string | undefined {
  const tag = text?.trim().replaceAll('_', '-').toLowerCase()
  return tag !== undefined && /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/.test(tag) ? tag : undefined
}

/** Dates that cannot be read, or stand for none, are that of the fetch; and so are those in the future. */
function instantOf({ published, zone, language }: RawArticle, fetchedAt: number): number {
  const texts = typeof published === 'string' ? [published] : typeof published === 'object' ? published : []
  const hints = { zone, language: languageOf(language) }
  const instant =
    typeof published === 'number' ? published : texts.map((text) => instantOfText(text, hints)).find(Boolean)
  // Clocks have fractions, dates have none.
  return Math.floor(Number.isFinite(instant) ? Math.min(instant!, fetchedAt) : fetchedAt)
}
