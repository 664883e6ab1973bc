import { type Context, Hono } from 'hono'
import { etag } from 'hono/etag'
import { type NewsParts, namedSources } from './context.ts'
import { atomFeed, type FeedParts, feedStory, jsonFeed, opml, rssFeed } from './feeds.ts'
import { filterOf, listLink, readListQuery } from './query.ts'

const formats = [
  ['/feed.xml', 'application/rss+xml; charset=utf-8', rssFeed],
  ['/atom.xml', 'application/atom+xml; charset=utf-8', atomFeed],
  ['/feed.json', 'application/feed+json; charset=utf-8', jsonFeed],
] as const

/** Feed routes for other readers: any list as a feed, and the sources as OPML. Supports conditional requests. */
export function feedRoutes({ options, context }: NewsParts): Hono {
  const { store } = options
  const app = new Hono()

  const partsOf = async ({ req }: Context, path: string): Promise<FeedParts> => {
    const { origin, searchParams } = new URL(req.url)
    const { title, sources } = await context()
    const query = { ...readListQuery(searchParams), after: undefined }
    const stories = await store.stories(filterOf(query, sources), { limit: query.limit })
    return {
      title,
      page: `${origin}${listLink(query)}`,
      self: `${origin}${listLink(query, path)}`,
      stories: stories.map((story) => feedStory(story, sources, origin)),
    }
  }

  for (const [path, type, write] of formats) {
    app.get(path, etag(), async (c) =>
      c.body(write(await partsOf(c, path)), 200, { 'content-type': type, 'cache-control': 'no-cache' }),
    )
  }

  app.get('/opml', etag(), async ({ req, body }) => {
    const { origin, searchParams } = new URL(req.url)
    const { sources: chosen } = readListQuery(searchParams)
    const shown = await context()
    const all = namedSources(shown)
    const wanted = chosen.length === 0 ? all : all.filter(({ key }) => chosen.includes(key))
    return body(opml(shown.title, wanted, origin), 200, {
      'content-type': 'text/x-opml; charset=utf-8',
      'content-disposition': 'attachment; filename="sources.opml"',
      'cache-control': 'no-cache',
    })
  })

  return app
}
