import { randomBytes } from 'node:crypto'
import { cleanText } from '@sluice/report/markup'
import { Hono } from 'hono'
import { StoreError } from 'sluice/stores'
import type { SourceHealth } from '../model/news.ts'
import { boundedStore } from '../store/bounded-store.ts'
import { changeRoutes } from './change-routes.ts'
import { type NewsAppOptions, type NewsParts, type PageContext, Refreshing, withOwnTitles } from './context.ts'
import { feedRoutes } from './feed-routes.ts'
import { ownHostOnly, securityHeaders, smallBodiesOnly, storyHeaders } from './guard.ts'
import { iconRoutes } from './icons.ts'
import { imageAddress, imagePolicy, imageRoutes } from './images.ts'
import { assets, pageRoutes } from './page-routes.ts'
import { errorPage } from './pages/layout.ts'
import { BadRequest } from './query.ts'
import { sourceRoutes } from './source-routes.ts'

/** Milliseconds for which a page waits for the database. */
const longestWait = 5_000

/**
 * Creates the web app of the news reader with its pages and feeds, for `serveNews` or any other server. Responds under
 * loopback names only and works without scripts. Pages load nothing from other hosts, except the images and files of an
 * article on its story page.
 */
export function createNewsApp(options: NewsAppOptions): Hono {
  const { clock, refresh, onError = () => {} } = options
  const store = boundedStore(options.store, { name: options.store.name, clock, left: () => longestWait })
  const token = options.token ?? randomBytes(24).toString('base64url')
  const refreshing = refresh === undefined ? undefined : new Refreshing(refresh, clock, onError)
  const title = cleanText(options.title ?? 'News', 60) || 'News'
  const marked: NewsParts['marked'] = {}
  const image =
    options.image === undefined ? undefined : (source: string, at: string) => imageAddress(token, source, at)
  const contextWith = (health: readonly SourceHealth[]): PageContext => {
    const given = typeof options.sources === 'function' ? options.sources() : options.sources
    const now = clock.wallTime()
    const sources = withOwnTitles(given, health)
    const hasIcons = options.icon !== undefined
    const hasFullText = options.fullText !== undefined
    const hasEditor = options.feeds !== undefined
    const off = options.off?.() ?? []
    const offers = { hasEditor, off, hasIcons, hasFullText, image, undo: marked.last, refresh: refreshing?.state }
    return { title, token, now, sources, health, ...offers }
  }
  const context = async (): Promise<PageContext> => contextWith(await store.health())
  const parts: NewsParts = { options: { ...options, store }, refreshing, token, marked, context }

  const app = new Hono()
  app.use('/icon/*', imagePolicy)
  app.use('/image/*', imagePolicy)
  app.use('/story/*', storyHeaders(options.image !== undefined))
  app.use(securityHeaders, ownHostOnly)
  app.use(async ({ header }, next) => {
    // Pages are private and change at any time.
    header('cache-control', 'no-store')
    await next()
  })
  app.post('*', smallBodiesOnly)
  app.route('/assets', assets())
  app.route('/', pageRoutes(parts))
  app.route('/', iconRoutes(parts))
  app.route('/', imageRoutes(parts))
  app.route('/', feedRoutes(parts))
  app.route('/', changeRoutes(parts))
  app.route('/', sourceRoutes(parts))
  app.notFound(({ html }) => html(errorPage(contextWith([]), 'Not found', 'This page does not exist.'), 404))
  app.onError((error, { html }) => {
    if (error instanceof BadRequest)
      return html(
        errorPage(contextWith([]), error.status === 403 ? 'Not allowed' : 'Not possible', error.message),
        error.status,
      )
    onError(error)
    if (error instanceof StoreError) {
      const message = `${cleanText(error.message, 400)}. Stored stories are safe; try again when the database is running.`
      return html(errorPage(contextWith([]), 'The database is unavailable', message), 503)
    }
    const message = 'See the terminal of the reader for the error. Stored stories are safe; try again.'
    return html(errorPage(contextWith([]), 'Something went wrong', message), 500)
  })
  return app
}
