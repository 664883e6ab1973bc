import { type Markup, markup } from '@sluice/report/markup'
import { Hono } from 'hono'
import type { Clock } from 'sluice'
import type { FetchedImage } from '../refresh/fetch-image.ts'
import { type FetchImage, type NewsParts, type PageContext, sourceName } from './context.ts'
import { imageAnswer } from './images.ts'
import { webAddress } from './text.ts'

/** Milliseconds for which a request waits for an icon; a later one appears on the next page. */
const longestWait = 300
/** Maximum number of icons in memory. */
const maxIcons = 500
/** Milliseconds after which a missing icon is fetched again. */
const pause = 86_400_000

/** Icon of a source; undefined if it has none or pages show no icons. */
export function sourceIcon({ hasIcons, health }: PageContext, source: string): Markup | undefined {
  if (!hasIcons || addressOf(health, source) === undefined) return undefined
  return markup`<img class="icon" src="/icon/${sourceName(source)}" alt="" width="16" height="16" loading="lazy" decoding="async"> `
}

/** Routes of icons: each is fetched once, when a page first shows it. */
export function iconRoutes({ options: { icon, clock, store } }: NewsParts): Hono {
  const app = new Hono()
  if (icon === undefined) return app
  const icons = new Icons(icon, clock)
  app.get('/icon/:name{[\\w-]{22}}', async ({ req, notFound }) => {
    const health = await store.health()
    const source = health.find((one) => sourceName(one.source) === req.param('name'))?.source
    const address = source === undefined ? undefined : addressOf(health, source)
    if (source === undefined || address === undefined) return notFound()
    return imageAnswer(await icons.of(source, address))
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
    const timer = this.#clock.timer(longestWait, () => late.resolve(undefined))
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
