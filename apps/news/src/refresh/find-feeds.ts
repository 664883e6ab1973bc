import { messageOf } from 'sluice/internal'
import { type SourceAdapter, SourceError } from '../model/source.ts'
import { feed, feedContent, feedTitle } from '../sources/feed.ts'
import { feedText } from '../sources/feed-text.ts'
import { feedLinks } from '../sources/page-links.ts'
import { type FetchedBytes, fetchBytes } from './fetch-bytes.ts'
import type { SourceClients } from './source-clients.ts'

/** A feed found at an address or on a page. */
export interface FoundFeed {
  readonly url: string
  readonly title?: string | undefined
  /** Number of items that the feed lists. */
  readonly items: number
}

const bounds = { accept: 'text/html, application/rss+xml, application/atom+xml, */*;q=0.5', most: 20_000_000 } as const
/** Milliseconds for the given address, and for all others together. */
const deadline = 15_000
/** Maximum number of addresses requested of those that a page names. */
const maxLinks = 8

/** Usual addresses of feeds, relative to the root of a site. */
const usualPaths = ['feed', 'rss', 'feed.xml', 'rss.xml', 'atom.xml', 'index.xml', 'feed.json']

/**
 * Finds the feeds of an address: the address itself, otherwise the feeds that its page links to, otherwise those at usual
 * addresses of its site. Each is requested, within the limits of all feeds; a public page cannot lead to a private
 * address.
 *
 * @throws SourceError with a one-line reason if there is none
 */
export async function findFeeds(clients: SourceClients, address: string): Promise<readonly FoundFeed[]> {
  const source = feed({ url: address })
  const { auth } = source
  const page = await fetchBytes(clients, source, source.key, { ...bounds, deadline, auth }).catch((error: unknown) => {
    throw new SourceError(`the address could not be fetched: ${messageOf(error)}`)
  })
  if (page === undefined) throw new SourceError('the page is larger than 20 MB')
  const own = foundIn(page, source.key)
  if (own !== undefined) return [own]
  const { alternates, others } = feedLinks(feedText(page.bytes, page.type), page.url)
  const endsAt = clients.clock.now() + deadline
  for (const links of [alternates, others, usualPaths.map((path) => new URL(`/${path}`, page.url).href)]) {
    const found = await feedsAt(clients, source, links.slice(0, maxLinks), endsAt)
    if (found.length > 0) return found
  }
  throw new SourceError('no feed was found there')
}

/** The feeds among these addresses, without those that redirect to the same one. */
async function feedsAt(
  clients: SourceClients,
  source: SourceAdapter,
  links: readonly string[],
  endsAt: number,
): Promise<FoundFeed[]> {
  const pages = await Promise.all(
    links.map(async (link) => {
      const left = Math.max(1, endsAt - clients.clock.now())
      return await fetchBytes(clients, source, link, { ...bounds, deadline: left }).catch(() => undefined)
    }),
  )
  const found = new Map<string, FoundFeed>()
  for (const [at, page] of pages.entries()) {
    const one = page === undefined ? undefined : foundIn(page, links[at]!)
    if (one !== undefined && !found.has(page!.url)) found.set(page!.url, one)
  }
  return [...found.values()]
}

function foundIn({ bytes, type }: FetchedBytes, url: string): FoundFeed | undefined {
  const content = feedContent(feedText(bytes, type))
  return content === undefined ? undefined : { url, title: feedTitle(content), items: content.items.length }
}
