import { Parser } from 'htmlparser2'
import type { Article } from '../model/news.ts'

const longestTitle = 300
const longestSummary = 500
const longestName = 200
const longestUrl = 2_048

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
  /** A date as text, or milliseconds since the epoch. @default when it was fetched */
  readonly published?: string | number | undefined
  readonly language?: string | undefined
}

/** The article as it is kept, or nothing if it has no place on the web, or no words. Never later than `fetchedAt`. */
export function cleanArticle(raw: RawArticle, fetchedAt: number): Article | undefined {
  const url = webUrl(raw.url, raw.base)
  const summary = shortText(raw.summary, longestSummary)
  const title = shortText(raw.title, longestTitle) ?? (summary === undefined ? undefined : cutAtWord(summary, 100))
  if (url === undefined || title === undefined) return undefined
  const { source, sourceId, language } = raw
  return {
    source,
    sourceId: cleanText(sourceId ?? '') || url,
    url,
    title,
    summary,
    author: shortText(raw.author, longestName),
    publishedAt: instantOf(raw.published, fetchedAt),
    language: languageOf(language),
    section: shortText(raw.section, longestName),
  }
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

/** Its tag in lower case, if it is one: some write `en_GB`. */
function languageOf(text: string | undefined): string | undefined {
  const tag = text?.trim().replaceAll('_', '-').toLowerCase()
  return tag !== undefined && /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/.test(tag) ? tag : undefined
}

/** Dates that cannot be read, or lie before the web, are that of the fetch; and so are those in the future. */
function instantOf(published: string | number | undefined, fetchedAt: number): number {
  const instant = typeof published === 'string' ? Date.parse(published) : (published ?? Number.NaN)
  // Clocks have fractions, dates have none.
  return Math.floor(Number.isFinite(instant) && instant > 0 ? Math.min(instant, fetchedAt) : fetchedAt)
}

/** Elements whose content a browser does not show. */
const unseen: ReadonlySet<string> = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'object', 'title'])
/** Elements that do not part words. */
const inline: ReadonlySet<string> = new Set(
  'a abbr b bdi bdo cite code del dfn em font i ins kbd mark q s samp small span strong sub sup tt u var wbr'.split(
    ' ',
  ),
)
/** More markup than this is not looked at for a few sentences. */
const mostMarkup = 50_000

/** Characters that print nothing or turn the direction of others around. Joiners stay: emoji and scripts need them. */
const unprintable = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2028\u2029\u2066-\u2069\uFEFF]/gu

/** The text of a piece of HTML, references decoded, without what a browser does not show. */
export function textOfHtml(html: string): string {
  let text = ''
  let hidden = 0
  const parser = new Parser({
    onopentagname(name) {
      if (unseen.has(name)) hidden++
      else if (!inline.has(name)) text += ' '
    },
    ontext(data) {
      if (hidden === 0) text += data
    },
    onclosetag(name) {
      if (unseen.has(name)) hidden--
      else if (!inline.has(name)) text += ' '
    },
  })
  parser.end(html.slice(0, mostMarkup))
  return cleanText(text)
}

/** One line without control characters, direction marks and halves of characters; any run of white space is one space. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(unprintable, ' ').replace(/\s+/g, ' ').trim()
}

/** At most `longest` characters, cut between words where there are any. */
export function cutAtWord(text: string, longest: number): string {
  if (text.length <= longest) return text
  const room = text.slice(0, longest - 1)
  // The space may be the first character that has no room any more.
  const space = text[longest - 1] === ' ' ? longest - 1 : room.lastIndexOf(' ')
  const kept = space > longest / 2 ? room.slice(0, space) : room.replace(/[\uD800-\uDBFF]$/, '')
  return `${kept.trimEnd()}…`
}
