import Builder from 'fast-xml-builder'
import { httpDate } from '../../../refusal.ts'
import { isoSeconds } from '../stories/story.ts'
import type { Feed } from './feed-entries.ts'

/** Content of an element: text, child elements by name, or attributes by `@name`; a list repeats the element. */
type XmlContent = string | XmlElement | readonly XmlContent[]

export interface XmlElement {
  readonly [name: string]: XmlContent
}

const builder = new Builder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  format: true,
  suppressEmptyNode: true,
})

/** XML document in UTF-8, all content escaped. */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(root)}`
}

export interface FeedFormat {
  readonly type: string
  readonly write: (feed: Feed) => string
}

/** Formats by file extension. */
export const feedFormats: Readonly<Record<string, FeedFormat>> = {
  xml: { type: 'application/rss+xml; charset=utf-8', write: rss },
  atom: { type: 'application/atom+xml; charset=utf-8', write: atom },
  rdf: { type: 'application/rdf+xml; charset=utf-8', write: rdf },
  json: { type: 'application/feed+json; charset=utf-8', write: jsonFeed },
}

function rss(feed: Feed): string {
  return xmlDocument({
    rss: {
      '@version': '2.0',
      '@xmlns:atom': 'http://www.w3.org/2005/Atom',
      '@xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      channel: {
        title: feed.title,
        link: feed.homepage,
        description: feed.description,
        language: 'en',
        lastBuildDate: httpDate(feed.updatedAt),
        ttl: String(feed.ttl),
        'atom:link': { '@href': feed.self, '@rel': 'self', '@type': 'application/rss+xml' },
        item: feed.entries.map((entry) => ({
          title: entry.title,
          link: entry.url,
          guid: { '@isPermaLink': 'false', '#text': entry.id },
          pubDate: httpDate(entry.publishedAt),
          'dc:creator': entry.author,
          category: entry.category,
          description: entry.summary,
        })),
      },
    },
  })
}

function atom(feed: Feed): string {
  return xmlDocument({
    feed: {
      '@xmlns': 'http://www.w3.org/2005/Atom',
      id: feed.self,
      title: feed.title,
      subtitle: feed.description,
      updated: isoSeconds(feed.updatedAt),
      link: [
        { '@href': feed.self, '@rel': 'self', '@type': 'application/atom+xml' },
        { '@href': feed.homepage, '@rel': 'alternate' },
      ],
      entry: feed.entries.map((entry) => ({
        id: entry.id,
        title: entry.title,
        link: { '@href': entry.url, '@rel': 'alternate' },
        published: isoSeconds(entry.publishedAt),
        updated: isoSeconds(entry.publishedAt),
        author: { name: entry.author },
        category: { '@term': entry.category },
        summary: { '@type': 'html', '#text': entry.summary },
      })),
    },
  })
}

/** RSS 1.0. */
function rdf(feed: Feed): string {
  return xmlDocument({
    'rdf:RDF': {
      '@xmlns:rdf': 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
      '@xmlns': 'http://purl.org/rss/1.0/',
      '@xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      channel: {
        '@rdf:about': feed.self,
        title: feed.title,
        link: feed.homepage,
        description: feed.description,
        items: { 'rdf:Seq': { 'rdf:li': feed.entries.map(({ id }) => ({ '@rdf:resource': id })) } },
      },
      item: feed.entries.map((entry) => ({
        '@rdf:about': entry.id,
        title: entry.title,
        link: entry.url,
        description: entry.summary,
        'dc:creator': entry.author,
        'dc:date': isoSeconds(entry.publishedAt),
      })),
    },
  })
}

/** JSON Feed 1.1. */
function jsonFeed(feed: Feed): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.homepage,
    feed_url: feed.self,
    description: feed.description,
    language: 'en',
    items: feed.entries.map((entry) => ({
      id: entry.id,
      url: entry.url,
      title: entry.title,
      content_html: entry.summary,
      date_published: isoSeconds(entry.publishedAt),
      authors: [{ name: entry.author }],
      tags: [entry.category],
    })),
  })
}
