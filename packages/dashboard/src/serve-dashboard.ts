import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { streamSSE } from 'hono/streaming'
import { SettingsError } from 'sluice'
import { controlOf } from './control.ts'
import type { Control, LiveRun } from './live-run.ts'
import { pageShell, pageStyles } from './page-shell.ts'

/** Options of a dashboard: the run that it shows, and the effect of its controls. */
export interface DashboardOptions {
  /** 0 takes a free one. @default 0 */
  readonly port?: number | undefined
  /** Address to listen on. Everybody who reaches it and knows the URL may steer the run. @default '127.0.0.1' */
  readonly host?: string | undefined
  /** Picture of the run at this moment. */
  readonly look: () => LiveRun
  readonly control: (control: Control) => void
  /** Script of the page. @default assets/page.js of this package */
  readonly script?: URL
}

/** A dashboard that is being served. */
export interface Dashboard {
  /** Address with the token in its path: everybody who has it may see and steer the run. */
  readonly url: string
  /** Shows the last picture to open pages, and stops within a second. */
  close(): Promise<void>
}

/** Milliseconds between two pictures. */
const everyMs = 1_000
/** Milliseconds that a page has to take its last picture. */
const lastPictureMs = 500
/** Pages that may be open at once. */
const mostPages = 20

/** Serves the live page of a run. @throws SettingsError if the port or the address cannot be used */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const {
    port = 0,
    host = '127.0.0.1',
    look,
    control,
    script = new URL('../assets/page.js', import.meta.url),
  } = options
  const token = randomBytes(18).toString('base64url')
  const pages = new Pages(look)
  const app = new Hono()
  app.use(policy)
  app.use(async ({ req }, next) => {
    const isKnown = isSame(req.path.split('/')[1] ?? '', token)
    if (!isOwnHost(req.header('host'), host) || !isKnown) return new Response('Not found\n', { status: 404 })
    await next()
  })
  app.get('/:token/', (context) => context.html(pageShell()))
  app.get('/:token/page.css', (context) => context.body(pageStyles, 200, { 'content-type': 'text/css; charset=utf-8' }))
  app.get('/:token/page.js', async (context) =>
    context.body(await readFile(script), 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  )
  app.get('/:token/events', (context) => pages.follow(context))
  app.post('/:token/control', bodyLimit({ maxSize: 1_024 }), async (context) => {
    // A page of another origin may send a form, but neither this type of content nor its own origin as ours.
    const isJson = /^application\/json\b/i.test(context.req.header('content-type') ?? '')
    if (!isOwnOrigin(context) || !isJson) return context.text('Only the page itself can steer the run.\n', 403)
    const wish = controlOf(await context.req.text())
    if (typeof wish === 'string') return context.text(`${wish}\n`, 400)
    control(wish)
    pages.push()
    return context.body(null, 204)
  })
  app.notFound(() => new Response('Not found\n', { status: 404 }))

  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  server.listen(port, host)
  await once(server, 'listening').catch(({ code }: NodeJS.ErrnoException) => {
    throw new SettingsError(`port ${port} of ${host} cannot be used for the dashboard (${code}); choose another one`)
  })
  server.unref()
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${taken}/${token}/`,
    async close() {
      await pages.end()
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      // Pages that read their last picture leave by themselves.
      const timeout = setTimeout(() => server.closeAllConnections(), lastPictureMs)
      await closed
      clearTimeout(timeout)
    },
  }
}

/** Pages that are open, each of which gets a picture every second. */
class Pages {
  readonly #look: () => LiveRun
  readonly #open = new Set<{ send(picture: string): Promise<void>; end(): void }>()
  #timer: NodeJS.Timeout | undefined

  constructor(look: () => LiveRun) {
    this.#look = look
  }

  follow(context: Context): Response {
    if (this.#open.size >= mostPages) return context.text('Too many pages are open.\n', 503)
    return streamSSE(context, async (stream) => {
      let end = (): void => {}
      const ended = new Promise<void>((resolve) => {
        end = resolve
      })
      let isWriting = false
      const page = {
        // A page that reads slowly misses pictures; it does not make them pile up.
        send: async (data: string): Promise<void> => {
          if (isWriting) return
          isWriting = true
          await stream.writeSSE({ event: 'run', data }).finally(() => {
            isWriting = false
          })
        },
        end,
      }
      stream.onAbort(end)
      this.#open.add(page)
      this.#timer ??= setInterval(() => this.push(), everyMs).unref()
      await page.send(this.#picture())
      await ended
      this.#open.delete(page)
      if (this.#open.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    })
  }

  push(): void {
    if (this.#open.size === 0) return
    const picture = this.#picture()
    for (const page of this.#open) page.send(picture).catch(() => page.end())
  }

  /** Sends the last picture, and ends all pages; those that do not read it in time miss it. */
  async end(): Promise<void> {
    const picture = this.#picture()
    const sent = Array.from(this.#open, (page) => page.send(picture).catch(() => {}))
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, lastPictureMs)
    })
    await Promise.race([Promise.all(sent), timeout])
    clearTimeout(timer)
    clearInterval(this.#timer)
    for (const page of this.#open) page.end()
  }

  #picture(): string {
    return JSON.stringify(this.#look())
  }
}

const policy = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ['data:'],
    connectSrc: ["'self'"],
    formAction: ["'none'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  strictTransportSecurity: false,
})

/** True if a request names this machine as such: a foreign name that was made to resolve to it does not count. */
function isOwnHost(header: string | undefined, host: string): boolean {
  const name = header
    ?.replace(/:\d{1,5}$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
  if (name === undefined) return false
  // It listens beyond this machine: then any address in numbers is one of it, and its name is the one given.
  return name === 'localhost' || name === host.toLowerCase() || isIP(name) !== 0
}

function isOwnOrigin({ req }: Context): boolean {
  const origin = req.header('origin')
  return origin === undefined || origin.toLowerCase() === `http://${(req.header('host') ?? '').toLowerCase()}`
}

function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)]
  return one.length === other.length && timingSafeEqual(one, other)
}
