import { generateAtomFeed, generateJsonFeed, generateRssFeed } from 'feedsmith'
import type { FeedParts, FeedStory } from './feed-stories.ts'

/** RSS 2.0. Its descriptions are read as HTML everywhere, so that plain text is escaped for that, too. */
export function rssFeed({ title, page, self, stories }: FeedParts): string {
  return generateRssFeed({
    title,
    link: page,
    description: title,
    atom: { links: [{ href: self, rel: 'self', type: 'application/rss+xml' }] },
    items: stories.map(({ id, title: name, url, summary, publishedAt, sources, section }) => ({
      title: name,
      link: url,
      guid: { value: id, isPermaLink: false },
      pubDate: publishedAt,
      description: escaped(withSources(summary, sources)),
      categories: section === undefined ? [] : [{ name: section }],
    })),
  })
}

/** Atom. */
export function atomFeed({ title, page, self, stories }: FeedParts): string {
  return generateAtomFeed({
    id: self,
    title: { value: title, type: 'text' },
    updated: newest(stories),
    authors: [{ name: title }],
    links: [
      { href: self, rel: 'self', type: 'application/atom+xml' },
      { href: page, rel: 'alternate', type: 'text/html' },
    ],
    entries: stories.map(({ id, title: name, url, summary, publishedAt, sources, author, section }) => ({
      id,
      title: { value: name, type: 'text' },
      updated: publishedAt,
      published: publishedAt,
      links: [{ href: url, rel: 'alternate' }],
      authors: author === undefined ? [] : [{ name: author }],
      summary: { value: withSources(summary, sources), type: 'text' },
      categories: section === undefined ? [] : [{ term: section }],
    })),
  })
}

/** JSON Feed 1.1. */
export function jsonFeed({ title, page, self, stories }: FeedParts): string {
  const feed = generateJsonFeed({
    title,
    home_page_url: page,
    feed_url: self,
    items: stories.map(({ id, title: name, url, summary, publishedAt, sources, author, section, language }) => ({
      id,
      url,
      title: name,
      content_text: withSources(summary, sources),
      date_published: publishedAt,
      ...(author !== undefined && { authors: [{ name: author }] }),
      ...(section !== undefined && { tags: [section] }),
      ...(language !== undefined && { language }),
    })),
  })
  return JSON.stringify(feed)
}

function withSources(summary: string | undefined, sources: readonly string[]): string {
  const told = `(${sources.join(', ')})`
  return summary === undefined ? told : `${summary} ${told}`
}

/** The same answer as long as there is nothing new. */
function newest(stories: readonly FeedStory[]): Date {
  return stories[0]?.publishedAt ?? new Date(0)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
