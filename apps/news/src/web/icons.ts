import { createHash } from 'node:crypto'
import { type Markup, markup } from '@sluice/report/markup'
import { Hono, type MiddlewareHandler } from 'hono'
import type { Clock } from 'sluice'
import type { FetchedImage } from '../refresh/fetch-image.ts'
import type { FetchImage, NewsParts, PageContext } from './context.ts'
import { webAddress } from './text.ts'

/** Milliseconds for which a request waits for an icon; a later one appears on the next page. */
const aMoment = 300
/** Maximum number of icons in memory. */
const maxIcons = 500
/** Milliseconds after which a missing icon is fetched again. */
const pause = 86_400_000

/** Policy of an image: no scripts and no other content, even if it is opened directly. */
export const imagePolicy: MiddlewareHandler = async (c, next) => {
  await next()
  c.res.headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
}

/** Icon of a source; undefined if it has none or pages show no icons. */
export function sourceIcon({ hasIcons, health }: PageContext, source: string): Markup | undefined {
  if (!hasIcons || addressOf(health, source) === undefined) return undefined
  return markup`<img class="icon" src="/icon/${nameOf(source)}" alt="" width="16" height="16" loading="lazy" decoding="async"> `
}

/** Routes of icons: each is fetched once, when a page first shows it. */
export function iconRoutes({ options: { icon, clock, store } }: NewsParts): Hono {
  const app = new Hono()
  if (icon === undefined) return app
  const icons = new Icons(icon, clock)
  app.get('/icon/:name{[\\w-]{22}}', async ({ req, body, notFound }) => {
    const health = await store.health()
    const source = health.find((one) => nameOf(one.source) === req.param('name'))?.source
    const address = source === undefined ? undefined : addressOf(health, source)
    if (source === undefined || address === undefined) return notFound()
    const found = await icons.of(source, address)
    if (found === undefined) return body(null, 404)
    return body(found.bytes, 200, { 'content-type': found.type, 'cache-control': 'private, max-age=86400' })
  })
  return app
}

/** In-memory cache of icons. */
class Icons {
  readonly #fetch: FetchImage
  readonly #clock: Clock
  readonly #known = new Map<
    string,
    { readonly icon: Promise<FetchedImage | undefined>; readonly at: number; isNone?: boolean }
  >()

  constructor(fetch: FetchImage, clock: Clock) {
    this.#fetch = fetch
    this.#clock = clock
  }

  /** Returns the icon; undefined if it is missing or takes too long. */
  async of(source: string, address: string): Promise<FetchedImage | undefined> {
    const key = JSON.stringify([source, address])
    const known = this.#known.get(key)
    const isOld = known?.isNone === true && this.#clock.now() - known.at > pause
    const { icon } = known === undefined || isOld ? this.#begin(key, source, address) : known
    const late = Promise.withResolvers<undefined>()
    const timer = this.#clock.timer(aMoment, () => late.resolve(undefined))
    try {
      return await Promise.race([icon, late.promise])
    } finally {
      timer.cancel()
    }
  }

  #begin(key: string, source: string, address: string): { readonly icon: Promise<FetchedImage | undefined> } {
    const icon = this.#fetch(source, address).catch(() => undefined)
    const begun = { icon, at: this.#clock.now(), isNone: false }
    void icon.then((found) => {
      begun.isNone = found === undefined
    })
    this.#known.delete(key)
    this.#known.set(key, begun)
    const [oldest] = this.#known.keys()
    if (this.#known.size > maxIcons && oldest !== undefined) this.#known.delete(oldest)
    return begun
  }
}

function addressOf(health: PageContext['health'], source: string): string | undefined {
  return webAddress(health.find((one) => one.source === source)?.about?.icon)
}

/** Hash of a source for use in a URL, which must not contain text from outside. */
function nameOf(source: string): string {
  return createHash('sha256').update(source).digest('base64url').slice(0, 22)
}
