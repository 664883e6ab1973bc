import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import type { StoryPage } from '../store/news-store.ts'
import type { NewsParts } from './context.ts'
import { foldersOf } from './folders.ts'
import { listPage } from './pages/list-page.ts'
import { storyPage } from './pages/story-page.ts'
import { filterOf, type ListQuery, listLink, readListQuery } from './query.ts'

/** Routes of pages: lists and stories. */
export function pageRoutes({ options: { store }, context }: NewsParts): Hono {
  const app = new Hono()

  app.get('/', async ({ req, html, redirect }) => {
    const { search, searchParams } = new URL(req.url)
    const query = readListQuery(searchParams)
    // Forms send empty fields too; redirect to a clean address for bookmarks.
    if (search !== '' && Array.from(searchParams.values()).includes('')) return redirect(listLink(query), 303)
    const shown = await context()
    const filter = filterOf(query, shown.sources)
    const folders = foldersOf(shown.sources)
    const [page, count, unread] = await Promise.all([
      store.stories(filter, pageOf(query)),
      store.count(filter),
      folders.length === 0 ? [] : store.unread(folders.map(({ sources }) => sources)),
    ])
    const counted = folders.map(({ name }, at) => ({ name, unread: unread[at] ?? 0 }))
    const stories = page.slice(0, query.limit)
    return html(
      listPage({ context: shown, query, stories, hasMore: page.length > query.limit, count, folders: counted }),
    )
  })

  app.get('/story/:id{[0-9]{1,15}}', async ({ req, html, notFound }) => {
    const query = readListQuery(new URL(req.url).searchParams)
    const story = await store.story(Number(req.param('id')))
    if (story === undefined) return notFound()
    const shown = await context()
    const filter = filterOf(query, shown.sources)
    const beside = (order: StoryPage['order']) => store.stories(filter, { order, after: story, limit: 1 })
    const [[newer], [older], contents] = await Promise.all([
      beside('oldest first'),
      beside('newest first'),
      store.contents(story.id),
    ])
    return html(storyPage({ context: shown, query, story, newer, older, contents }))
  })

  return app
}

/** Requests one story more than is shown, to find out whether older ones follow. */
function pageOf({ limit, after }: ListQuery): { limit: number; after?: NonNullable<ListQuery['after']> } {
  return { limit: limit + 1, ...(after !== undefined && { after }) }
}

/** Assets are served from the source folder, without a build. */
const folder = new URL('../../src/web/assets/', import.meta.url)

/** Routes of the assets that pages use. */
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
