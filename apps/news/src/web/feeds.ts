import { cleanText } from '@sluice/report/markup'
import { generateAtomFeed, generateJsonFeed, generateOpml, generateRssFeed } from 'feedsmith'
import type { Article, Story } from '../model/news.ts'
import { type NamedSource, type PageContext, sourceTitle } from './context.ts'
import { everything, listLink } from './query.ts'
import { isMoment, languageTag, shownSummary, shownTitle, webAddress } from './text.ts'

/** Content of a generated feed. */
export interface FeedParts {
  readonly title: string
  /** URL of the list with the same stories; `self` is the URL of the feed. */
  readonly page: string
  readonly self: string
  readonly stories: readonly FeedStory[]
}

/** A story for all feed formats: plain text, and safe links. */
export interface FeedStory extends Pick<Article, 'title' | 'url' | 'summary' | 'author' | 'section' | 'language'> {
  /** Independent of the address of the reader. */
  readonly id: string
  readonly publishedAt: Date
  readonly sources: readonly string[]
}

/** Converts a story for a feed. Without a safe address it links to its page in the reader. */
export function feedStory(story: Story, sources: PageContext['sources'], origin: string): FeedStory {
  const first = story.articles[0]
  return {
    id: `tag:news.localhost,2026:story/${story.id}`,
    title: shownTitle(story.title),
    url: webAddress(story.url) ?? `${origin}/story/${story.id}`,
    summary: shownSummary(story.summary),
    publishedAt: new Date(isMoment(story.publishedAt) ? story.publishedAt : 0),
    sources: [...new Set(story.articles.map(({ source }) => sourceTitle(sources, source)))],
    author: cleanText(first?.author ?? '', 200) || undefined,
    section: cleanText(first?.section ?? '', 100) || undefined,
    language: languageTag(first?.language),
  }
}

/** RSS 2.0. Most readers parse titles and descriptions as HTML, so plain text is escaped twice. */
export function rssFeed({ title, page, self, stories }: FeedParts): string {
  return generateRssFeed({
    title,
    link: page,
    description: title,
    atom: { links: [{ href: self, rel: 'self', type: 'application/rss+xml' }] },
    items: stories.map(({ id, title: name, url, summary, publishedAt, sources, section }) => ({
      title: escaped(name),
      link: url,
      guid: { value: id, isPermaLink: false },
      pubDate: publishedAt,
      description: escaped(withSources(summary, sources)),
      categories: section === undefined ? [] : [{ name: section }],
    })),
  })
}

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

/** Time of the newest story, so that the feed is unchanged as long as there is nothing new. */
function newest(stories: readonly FeedStory[]): Date {
  return stories[0]?.publishedAt ?? new Date(0)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** OPML for other readers. Sources without a feed of their own are listed with the feed that this reader generates. */
export function opml(title: string, sources: readonly NamedSource[], origin: string): string {
  return generateOpml({
    head: { title },
    body: {
      outlines: sources.map(({ key, title: text, homepage }) => ({
        type: 'rss',
        text,
        title: text,
        xmlUrl: webAddress(key) ?? `${origin}${listLink({ ...everything, sources: [key] }, '/feed.xml')}`,
        ...(homepage !== undefined && { htmlUrl: homepage }),
      })),
    },
  })
}
