import type { FeedContent } from './feed-content.ts'
import { readJsonFeed } from './json-feed.ts'
import { readXmlFeed } from './xml-feed.ts'

/** Parses RSS, Atom, RDF, CDF and JSON Feed, ill-formed ones as far as possible. Undefined for any other text. */
export function feedContent(text: string): FeedContent | undefined {
  const start = text.replace(/^[\s\uFEFF]+/, '')
  return start.startsWith('{') || start.startsWith('[') ? readJsonFeed(start) : readXmlFeed(text)
}
