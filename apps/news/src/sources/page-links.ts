import { Parser } from 'htmlparser2'
import { webUrl } from './clean-article.ts'

/** Addresses of feeds on a page, without duplicates. */
export interface FeedLinks {
  /** Feeds that the page declares in `<link rel="alternate">`. */
  readonly alternates: readonly string[]
  /** Other links whose address looks like that of a feed. */
  readonly others: readonly string[]
}

/** Maximum number of characters read of a page, and of addresses of each kind. */
const longestPage = 2_000_000
const maxLinks = 50

const feedType = /^(?:application|text)\/(?:(?:rss|atom|rdf)\+xml|feed\+json|xml|json)\b/i
const feedPath = /(?:\.(?:rss|atom|rdf)|\/(?:feed|rss|atom)\/?|\/(?:feed|rss|atom|index)\.(?:xml|json))$/i

/** Addresses of the feeds that a page names. Never throws. */
export function feedLinks(html: string, address: string): FeedLinks {
  const alternates = new Set<string>()
  const others = new Set<string>()
  let base = address
  const parser = new Parser({
    onopentag(name, { href, rel = '', type = '' }) {
      if (href === undefined) return
      if (name === 'base') base = webUrl(href, address) ?? base
      const url = webUrl(href, base)
      if (url === undefined) return
      if (name === 'link' && /(?:^|\s)(?:alternate|feed)(?:\s|$)/i.test(rel) && feedType.test(type.trim()))
        add(alternates, url)
      if (name === 'a' && feedPath.test(new URL(url).pathname)) add(others, url)
    },
  })
  parser.end(html.slice(0, longestPage))
  return { alternates: [...alternates], others: [...others] }
}

function add(links: Set<string>, url: string): void {
  if (links.size < maxLinks) links.add(url)
}
