import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { SettingsError } from 'sluice'
import { messageOf } from 'sluice/internal'
import { controlOf } from './control.ts'
import { type CallFilter, callFilterOf, type FoundCalls } from './found-calls.ts'
import type { LiveGateway } from './live-gateway.ts'
import type { Control, LiveRun } from './live-run.ts'
import { type PageKind, pageShell, pageStyles } from './page-shell.ts'
import { type Look, Pages } from './pages.ts'
import type { RunList } from './run-list.ts'

/** Text for the page, if there is one. */
type Steered = string | undefined | Promise<string | undefined>

/** Options of every dashboard. */
export interface ServingOptions {
  /** Port to listen on; 0 picks a free one. @default 0 */
  readonly port?: number | undefined
  /** Address to listen on. Anyone who can reach it and knows the URL can control runs. @default '127.0.0.1' */
  readonly host?: string | undefined
  /** Script of the page. @default assets/page.js of this package */
  readonly script?: URL
}

/** Options of the dashboard of one run. */
export interface DashboardOptions extends ServingOptions {
  /** Returns a snapshot of the run. */
  readonly look: () => LiveRun | Promise<LiveRun>
  /**
   * Applies a control command. Returns a text for the page, such as the command to type next. @throws an Error whose
   * message is shown, if the command has no effect
   */
  readonly control: (control: Control) => Steered
  /** Searches the calls of the run. */
  readonly find: (filter: CallFilter) => FoundCalls | Promise<FoundCalls>
}

/** Options of the dashboard of many runs. */
export interface RunsDashboardOptions extends ServingOptions {
  readonly list: () => RunList | Promise<RunList>
  /** Returns a snapshot of the run with this key; undefined if there is none. */
  readonly look: (key: string) => Promise<LiveRun | undefined>
  readonly control: (key: string, control: Control) => Steered
  /** Searches the calls of the run with this key. */
  readonly find: (key: string, filter: CallFilter) => Promise<FoundCalls>
}

/** Options of the page of a gateway, which has no controls. */
export interface GatewayDashboardOptions extends ServingOptions {
  /** Returns a snapshot of the gateway. */
  readonly look: () => LiveGateway
}

/** A dashboard being served. */
export interface Dashboard {
  /** URL with the token in its path: anyone who has it can view and control what it shows. */
  readonly url: string
  /** Sends the last snapshot to open pages, and stops within a second. */
  close(): Promise<void>
}

/** Milliseconds after which connections still open at the end are closed. */
const lastPictureMs = 500
/** Maximum number of open pages. */
const maxPages = 20

/** Maximum bytes of a control command: one may name an error by its message. */
const maxWish = 64 * 1_024

/** A page with its data and controls. */
interface View {
  readonly kind: PageKind
  readonly look: Look
  readonly control?: DashboardOptions['control']
  readonly find?: DashboardOptions['find']
}

/** Serves the live page of a run. @throws SettingsError if the port or the address cannot be used */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  return await serve(options, (key) => (key === undefined ? { kind: 'run', ...options } : undefined))
}

/** Serves a list of runs, and a page for each. @throws SettingsError if the port or the address cannot be used */
export async function serveRuns(options: RunsDashboardOptions): Promise<Dashboard> {
  const { list, look, control, find } = options
  return await serve(options, (key) => {
    if (key === undefined) return { kind: 'runs', look: list }
    const lookAt = async (): Promise<LiveRun> => {
      const run = await look(key)
      if (run === undefined) throw new SettingsError('there is no such run, or it was removed')
      return run
    }
    return {
      kind: 'run',
      look: lookAt,
      control: (wish) => control(key, wish),
      find: (filter) => find(key, filter),
    }
  })
}

/** Serves the live page of a gateway. @throws SettingsError if the port or the address cannot be used */
export async function serveGateway(options: GatewayDashboardOptions): Promise<Dashboard> {
  const { look } = options
  return await serve(options, (key) => (key === undefined ? { kind: 'gateway', look } : undefined))
}

async function serve(
  options: ServingOptions,
  viewAt: (key: string | undefined) => View | undefined,
): Promise<Dashboard> {
  const { port = 0, host = '127.0.0.1', script = new URL('../assets/page.js', import.meta.url) } = options
  const token = randomBytes(18).toString('base64url')
  const open = new Map<string, Pages>()
  const app = new Hono()
  app.use(policy)
  app.use(async ({ req }, next) => {
    const isKnown = isSame(req.path.split('/')[1] ?? '', token)
    if (!isOwnHost(req.header('host'), host) || !isKnown) return notFound()
    await next()
  })
  for (const base of ['/:token', '/:token/runs/:key'] as const) {
    const viewOf = ({ req }: Context): View | undefined => viewAt(req.param('key'))
    app.get(`${base}/`, (context) => {
      const view = viewOf(context)
      return view === undefined
        ? notFound()
        : context.html(pageShell(view.kind, context.req.param('key') !== undefined))
    })
    app.get(`${base}/events`, (context) => {
      const view = viewOf(context)
      if (view === undefined) return notFound()
      const count = [...open.values()].reduce((sum, { size }) => sum + size, 0)
      if (count >= maxPages) return context.text('Too many pages are open.\n', 503)
      const key = context.req.param('key') ?? ''
      const pages = open.get(key) ?? new Pages(view.look, () => open.delete(key))
      open.set(key, pages)
      return pages.follow(context)
    })
    app.get(`${base}/calls`, async (context) => {
      const find = viewOf(context)?.find
      if (find === undefined) return notFound()
      const filter = callFilterOf(context.req.query())
      if (typeof filter === 'string') return context.text(`${filter}\n`, 400)
      try {
        return context.json(await find(filter))
      } catch (error) {
        return context.text(`${messageOf(error)}\n`, 400)
      }
    })
    app.post(`${base}/control`, lengthRequired, bodyLimit({ maxSize: maxWish }), async (context) => {
      // A page of another origin may send a form, but with neither this content type nor our origin.
      const isJson = /^application\/json\b/i.test(context.req.header('content-type') ?? '')
      if (!isOwnOrigin(context) || !isJson) return context.text('Only the page itself can steer the run.\n', 403)
      const control = viewOf(context)?.control
      if (control === undefined) return notFound()
      const wish = controlOf(await context.req.text())
      if (typeof wish === 'string') return context.text(`${wish}\n`, 400)
      try {
        const text = await control(wish)
        void open.get(context.req.param('key') ?? '')?.push()
        return text === undefined ? context.body(null, 204) : context.text(text)
      } catch (error) {
        return context.text(`${messageOf(error)}\n`, 400)
      }
    })
    app.get(`${base}/page.css`, (context) =>
      context.body(pageStyles, 200, { 'content-type': 'text/css; charset=utf-8' }),
    )
    app.get(`${base}/page.js`, async (context) =>
      context.body(await readFile(script), 200, { 'content-type': 'text/javascript; charset=utf-8' }),
    )
  }
  app.notFound(notFound)

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
      await Promise.all([...open.values()].map((pages) => pages.end()))
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      // Pages close their connections after the last snapshot.
      const timeout = setTimeout(() => server.closeAllConnections(), lastPictureMs)
      await closed
      clearTimeout(timeout)
    },
  }
}

/** Refuses bodies without a length, which the body limit cannot read without replacing global objects. */
const lengthRequired: MiddlewareHandler = async (context, next) =>
  context.req.header('content-length') === undefined ? context.text('Content-Length is missing.\n', 411) : await next()

function notFound(): Response {
  return new Response('Not found\n', { status: 404 })
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

/** True if a request names this host. Foreign names that resolve to this machine are rejected (DNS rebinding). */
function isOwnHost(header: string | undefined, host: string): boolean {
  const name = header
    ?.replace(/:\d{1,5}$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
  if (name === undefined) return false
  // Any IP address is accepted, since the server may listen beyond this machine.
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
