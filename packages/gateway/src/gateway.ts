import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Client, type Duration, parseDuration, SettingsError } from 'sluice'
import { AnswerWriter } from './caller/answer-writer.ts'
import { tokenCheck } from './caller/caller-token.ts'
import { allowedMethods, refusalOf } from './caller/refusals.ts'
import { gatewayServer } from './caller/server.ts'
import { Turns } from './caller/turns.ts'
import { forward, isLoop } from './forward.ts'
import type { Problem } from './messages/problem.ts'
import { callerName, type Fields, joinedFields } from './messages/request-headers.ts'
import { type Target, targetOf } from './messages/target.ts'
import { type GatewayOptions, resolveGateway, type Upstream } from './options.ts'
import type { Backend } from './upstream/backend.ts'
import { Backends } from './upstream/backends.ts'
import type { UpstreamFigures } from './upstream/figures.ts'

/** Counts of a gateway since it started. */
export interface GatewayFigures {
  /** Requests refused before an upstream was selected, by reason. */
  readonly refused: ReadonlyMap<string, number>
  readonly upstreams: readonly UpstreamFigures[]
}

/** Reverse proxy in which requests from all callers wait for the limits of their upstream. */
export interface Gateway {
  /** Handles the requests of your own server. That server sets its own limits for heads and connections. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  /** Starts a server. @default host: 127.0.0.1; port: any free port */
  listen(address?: { readonly port?: number; readonly host?: string }): Promise<{
    readonly host: string
    readonly port: number
    readonly url: string
  }>
  /**
   * Stops accepting requests, lets those in progress end within `grace`, cuts off the rest, and closes all clients.
   * @default '30s'
   */
  drain(grace?: Duration): Promise<void>
  /**
   * Replaces the upstreams. An unchanged upstream keeps its client and everything learned about it. Requests in
   * progress end with the old settings.
   *
   * @throws SettingsError if a setting is invalid; nothing is changed then
   */
  reload(upstreams: readonly Upstream[]): void
  /** Upstreams with their clients, for events and status. */
  readonly upstreams: readonly { readonly name: string; readonly url: string; readonly client: Client }[]
  figures(): GatewayFigures
}

/** Creates a gateway. @throws SettingsError if an option is invalid */
export function createGateway(options: GatewayOptions): Gateway {
  const settings = resolveGateway(options)
  const backends = new Backends(options.upstreams, settings)
  const { clientToken, intercept, clock } = settings
  const checkToken = clientToken === undefined ? undefined : tokenCheck(clientToken)
  const hosts = checkToken === undefined ? settings.hosts : undefined
  const refused = new Map<string, number>()
  const servers = new Set<Server>()
  const open = new Set<Promise<void>>()
  let isDraining = false

  const decide = (request: IncomingMessage, fields: Fields): Decision | Problem => {
    const refusal = refusalOf(request, fields, { hosts })
    if (refusal !== undefined) return refusal
    const place = checkToken?.(fields)
    if (typeof place === 'object') return place
    if (isLoop(fields)) return { status: 508, code: 'GATEWAY_LOOP', detail: 'The upstream leads back to this gateway.' }
    if (request.method === 'OPTIONS' && /^0+$/.test(fields['max-forwards'] ?? '')) return lastHop
    const target = targetOf(request.url ?? '', backends.byName)
    return 'status' in target ? target : { target, isTokenTaken: place === 'authorization' }
  }
  const handle = async (request: IncomingMessage, response: ServerResponse, expects: boolean): Promise<void> => {
    if (intercept?.(request, response) === true) return
    const fields = joinedFields(request)
    if (isDraining) response.shouldKeepAlive = false
    const decision = decide(request, fields)
    if ('target' in decision) {
      const address = (request.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '')
      const caller = callerName(fields, address)
      await forward({ request, response, fields, settings, expects, address, caller, ...decision })
      return
    }
    refused.set(decision.code, (refused.get(decision.code) ?? 0) + 1)
    const writer = new AnswerWriter(request, response, settings, () => {})
    await (decision === lastHop ? writer.whole(200, ['allow', allowedMethods], '') : writer.problem(decision))
  }
  const begin = (request: IncomingMessage, response: ServerResponse, expects: boolean): void => {
    const run = (): Promise<void> => handle(request, response, expects).catch(() => void response.destroy())
    const handled = Turns.of(request.socket).take(request, run)
    open.add(handled)
    handled.then(() => open.delete(handled))
  }
  const handler = (request: IncomingMessage, response: ServerResponse): void => begin(request, response, false)

  return {
    handler,
    async listen({ port = 0, host = '127.0.0.1' } = {}) {
      const server = gatewayServer({ handler, onExpect: (request, response) => begin(request, response, true) })
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => {
          const why = error.code === 'EADDRINUSE' ? 'another program uses this port; give another one' : error.message
          reject(new SettingsError(`cannot listen on ${host}:${port}: ${why}`))
        })
        server.listen(port, host, resolve)
      })
      servers.add(server)
      const { port: taken } = server.address() as AddressInfo
      return { host, port: taken, url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}` }
    },
    async drain(grace = '30s') {
      const time = parseDuration('grace', grace)
      isDraining = true
      const closed = [...servers].map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
      for (const server of servers) server.closeIdleConnections()
      let stop = (): void => {}
      const given = new Promise<void>((resolve) => {
        stop = resolve
      })
      const timer = clock.timer(time, stop)
      await Promise.race([Promise.all(open), given])
      timer.cancel()
      await backends.close()
      for (const server of servers) server.closeAllConnections()
      await Promise.all(closed)
    },
    reload: (upstreams) => backends.reload(upstreams),
    get upstreams() {
      return [...backends.byName.values()].map(({ name, base, client }) => ({ name, url: base, client }))
    },
    figures: () => ({ refused: new Map(refused), upstreams: backends.figures() }),
  }
}

interface Decision {
  readonly target: Target<Backend>
  readonly isTokenTaken: boolean
}

/** RFC 9110 section 7.6.2: an OPTIONS request that must not be forwarded further is answered here. */
const lastHop: Problem = { status: 200, code: 'GATEWAY_LAST_HOP', detail: '' }
