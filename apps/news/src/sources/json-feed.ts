import { isObject } from 'sluice/internal'
import type { SourceText } from './clean-article.ts'
import type { FeedContent, FeedItem, FeedLink } from './feed-content.ts'
import { type JsonObject, objectOf, textOf } from './json.ts'

/** Reads a JSON Feed of any version, item by item; skips invalid items. Undefined if the text is not a JSON Feed. */
export function readJsonFeed(text: string): FeedContent | undefined {
  let feed: unknown
  try {
    feed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(feed) || !Array.isArray(feed.items)) return undefined
  const language = textOf(feed.language)
  const author = authorOf(feed)
  return {
    title: plain(textOf(feed.title)),
    homepage: textOf(feed.home_page_url),
    icon: textOf(feed.favicon) ?? textOf(feed.icon),
    items: feed.items.filter(isObject).map((item) => itemOf(item, language, author)),
  }
}

function itemOf(item: JsonObject, language: string | undefined, feedAuthor: string | undefined): FeedItem {
  const id = typeof item.id === 'number' ? String(item.id) : textOf(item.id)
  const html = textOf(item.content_html)
  return {
    sourceId: id,
    links: [...linksOf(item), ...(id === undefined ? [] : [{ href: id, isId: true }])],
    title: plain(textOf(item.title)),
    summary: firstOf(plain(textOf(item.summary)), plain(textOf(item.content_text)), html),
    image: html,
    text: textOfItem(html, textOf(item.content_text)),
    files: attachmentsOf(item).map(({ url, mime_type: type, size_in_bytes: bytes, title }) => ({
      url: textOf(url),
      type: textOf(type),
      bytes: typeof bytes === 'number' ? bytes : undefined,
      title: textOf(title),
    })),
    author: plain(authorOf(item) ?? feedAuthor),
    dates: [item.date_published, item.date_modified].filter((date) => typeof date === 'string'),
    section: plain(Array.isArray(item.tags) ? textOf(item.tags[0]) : undefined),
    language: textOf(item.language) ?? language,
  }
}

function linksOf(item: JsonObject): FeedLink[] {
  const attached = attachmentsOf(item).map(({ url }) => url)
  return [item.url, item.external_url, ...attached, item.image].flatMap((href) => {
    return typeof href === 'string' && href.trim() !== '' ? [{ href }] : []
  })
}

function attachmentsOf({ attachments }: JsonObject): JsonObject[] {
  return Array.isArray(attachments) ? attachments.map(objectOf) : []
}

function textOfItem(html: string | undefined, text: string | undefined): FeedItem['text'] {
  const whole = html ?? plain(text)
  return whole === undefined ? undefined : { html: whole }
}

/** `authors` of version 1.1, `author` of version 1. */
function authorOf({ authors, author }: JsonObject): string | undefined {
  const [first] = Array.isArray(authors) ? authors : []
  return textOf(objectOf(first).name) ?? textOf(objectOf(author).name) ?? textOf(author)
}

function firstOf(...texts: readonly (SourceText | undefined)[]): SourceText | undefined {
  return texts.find((text) => (typeof text === 'string' ? text : (text?.plain ?? '')).trim() !== '')
}

function plain(text: string | undefined): SourceText | undefined {
  return text === undefined ? undefined : { plain: text }
}
