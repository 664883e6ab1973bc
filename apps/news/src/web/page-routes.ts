import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import type { NewsParts } from './context.ts'
import { listPage } from './pages/list-page.ts'
import { sourcesPage } from './pages/sources-page.ts'
import { storyPage } from './pages/story-page.ts'
import { filterOf, type ListQuery, listLink, readListQuery } from './query.ts'

/** Routes of pages: lists, stories, sources, assets. */
export function pageRoutes({ options: { store }, context }: NewsParts): Hono {
  const app = new Hono()

  app.get('/', async ({ req, html, redirect }) => {
    const { search, searchParams } = new URL(req.url)
    const query = readListQuery(searchParams)
    // A form sends its empty fields, too: what is bookmarked has none.
    if (search !== '' && Array.from(searchParams.values()).includes('')) return redirect(listLink(query), 303)
    const filter = filterOf(query)
    const [page, count, shown] = await Promise.all([
      store.stories(filter, pageOf(query)),
      store.count(filter),
      context(),
    ])
    const stories = page.slice(0, query.limit)
    return html(listPage({ context: shown, query, stories, hasMore: page.length > query.limit, count }))
  })

  app.get('/story/:id{[0-9]{1,15}}', async ({ req, html, notFound }) => {
    const story = await store.story(Number(req.param('id')))
    return story === undefined ? notFound() : html(storyPage(await context(), story))
  })

  app.get('/sources', async ({ html }) => html(sourcesPage(await context())))

  return app
}

/** One more than is shown tells whether older ones follow. */
function pageOf({ limit, after }: ListQuery): { limit: number; after?: NonNullable<ListQuery['after']> } {
  return { limit: limit + 1, ...(after !== undefined && { after }) }
}

/** Source folder of the assets: they need no build. */
const folder = new URL('../../src/web/assets/', import.meta.url)

/** The files that pages ask for. There are no others. */
export function assets(): Hono {
  const app = new Hono()
  app.use(etag())
  for (const [name, type] of [
    ['reader.js', 'text/javascript; charset=utf-8'],
    ['reader.css', 'text/css; charset=utf-8'],
    ['narrow.css', 'text/css; charset=utf-8'],
    ['print.css', 'text/css; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ] as const) {
    const content = readFileSync(new URL(name, folder), 'utf8')
    app.get(`/${name}`, ({ body }) => body(content, 200, { 'content-type': type, 'cache-control': 'no-cache' }))
  }
  return app
}
