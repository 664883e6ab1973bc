import type { ArticleContent, Enclosure, NewArticle } from '../model/news.ts'
import { instantOfText } from './feed-dates.ts'
import { cleanText, cutAtWord, textOfHtml, titleOfHtml } from './html-text.ts'

const longestTitle = 300
const longestSummary = 500
const longestName = 200
const longestUrl = 2_048
/** Maximum number of HTML characters stored of an article, and of the markup searched for them. */
const longestContent = 200_000
const maxMarkup = 4_000_000
const maxEnclosures = 20

/** Text of a source: HTML unless marked as plain. */
export type SourceText = string | { readonly plain: string }

/** An article as received from a source, unvalidated. */
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
  /** Title of an article without title and summary. @default none: the article is dropped */
  readonly otherwise?: string | undefined
  /** Dates as text, in order of preference, or milliseconds since the epoch. @default time of the fetch */
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

/** Validates and cleans an article. Undefined without web address or text. Dates are `fetchedAt` at the latest. */
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

/** Content of an article, bounded; undefined if it adds nothing to the summary. */
function contentOf({ html, base, enclosures = [] }: RawContent, url: string, summary = ''): ArticleContent | undefined {
  const text = html === undefined ? '' : typeof html === 'string' ? html : htmlOfText(html.plain)
  // Inline images are often larger than all of the rest.
  const small = text
    .slice(0, maxMarkup)
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

/** Files with a web address, without duplicates. */
function enclosuresOf(raws: readonly RawEnclosure[]): Enclosure[] {
  const files = new Map<string, Enclosure>()
  for (const raw of raws) {
    const url = webUrl(raw.url)
    if (url === undefined || files.has(url) || files.size >= maxEnclosures) continue
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

/** Absolute http or https URL without credentials; undefined for anything else. */
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

/** Language tag in lower case; undefined if invalid. Some feeds write `en_GB`. */
function languageOf(text: string | undefined): string | undefined {
  const tag = text?.trim().replaceAll('_', '-').toLowerCase()
  return tag !== undefined && /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/.test(tag) ? tag : undefined
}

/** Publication instant. Invalid, unset and future dates become that of the fetch. */
function instantOf({ published, zone, language }: RawArticle, fetchedAt: number): number {
  const texts = typeof published === 'string' ? [published] : typeof published === 'object' ? published : []
  const hints = { zone, language: languageOf(language) }
  const instant =
    typeof published === 'number' ? published : texts.map((text) => instantOfText(text, hints)).find(Boolean)
  // The clock has fractions of a millisecond; dates are whole.
  return Math.floor(Number.isFinite(instant) ? Math.min(instant!, fetchedAt) : fetchedAt)
}
