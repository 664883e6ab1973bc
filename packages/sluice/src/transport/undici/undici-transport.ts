import type { Readable } from 'node:stream'
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool, ProxyAgent } from 'undici'
import { flag, wholeNumber } from '../../errors/checks.ts'
import { SettingsError } from '../../errors/settings-error.ts'
import type { RequestBody } from '../../http/request.ts'
import type { Clock } from '../../time/clock.ts'
import { type Duration, formatDuration, parseDuration } from '../../time/duration.ts'
import { systemClock } from '../../time/system-clock.ts'
import { acceptEncoding } from '../decode-body.ts'
import { ConnectError } from '../errors.ts'
import type { Transport } from '../transport.ts'
import { cachingLookup } from './caching-lookup.ts'
import { environmentNamesProxy } from './proxy.ts'
import { ResponseReader } from './response-reader.ts'

/** How connections are made and kept. */
export interface UndiciTransportOptions {
  /**
   * The most connections per origin. A client keeps them to what is in flight by itself; a lower number makes calls wait
   * for one another unseen. @default none
   */
  readonly connections?: number | undefined
  /** Time to get a connection, with name lookup and TLS. @default '5s' */
  readonly connectTimeout?: Duration | undefined
  /** The largest body, in bytes, both as received and as unpacked. @default 10 MiB */
  readonly maxBody?: number | undefined
  /** Offer HTTP/2 when TLS is set up. @default false */
  readonly http2?: boolean | undefined
  /** Use connections again; with `false` each request opens one of its own. @default true */
  readonly keepAlive?: boolean | undefined
  /** A proxy's URL; `'environment'` reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; `'none'`. @default 'environment' */
  readonly proxy?: string | undefined
  readonly tls?: TlsOptions | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** Whom to trust, and who we are, on encrypted connections. */
export interface TlsOptions {
  /** Certificates of authorities to trust in place of the usual ones, PEM. */
  readonly ca?: string | readonly string[] | undefined
  /** Our own certificate, PEM. */
  readonly cert?: string | undefined
  /** The key of our own certificate, PEM. */
  readonly key?: string | undefined
  /** Accept any certificate: then nobody knows who answers. @default false */
  readonly insecure?: boolean | undefined
}

/** HTTP/1.1 and HTTP/2 by undici's `dispatch`, with kept-alive connections per origin. */
export function undiciTransport(options: UndiciTransportOptions = {}): Transport {
  const clock = options.clock ?? systemClock
  const maxBody = wholeNumber('maxBody', options.maxBody ?? 10 * 1024 * 1024, 1)
  const dispatcher = createDispatcher(options, clock)

  return {
    headers: { 'accept-encoding': acceptEncoding },
    send(request, exchange) {
      const pathStart = request.url.indexOf('/', 8)
      const origin = request.url.slice(0, pathStart)
      const host = origin.slice(origin.indexOf('/') + 2)
      return new Promise((resolve, reject) => {
        const reader = new ResponseReader(host, request.method, exchange, maxBody, resolve, reject)
        dispatcher.dispatch(
          {
            origin,
            path: request.url.slice(pathStart),
            method: request.method as Dispatcher.HttpMethod,
            headers: request.headers,
            body: bodyOf(request.body),
          },
          reader,
        )
      })
    },
    async close() {
      await dispatcher.destroy()
    },
  }
}

/** undici takes any async iterable, though its types do not say so. */
function bodyOf(body: RequestBody | undefined): NonNullable<Dispatcher.DispatchOptions['body']> | null {
  return typeof body === 'function' ? (body() as unknown as Readable) : (body ?? null)
}

function createDispatcher(options: UndiciTransportOptions, clock: Clock): Dispatcher {
  const { insecure, ...certificates } = options.tls ?? {}
  const tls = {
    ...Object.fromEntries(Object.entries(certificates).filter(([, value]) => value !== undefined)),
    ...(insecure === true ? { rejectUnauthorized: false } : undefined),
  }
  const allowH2 = flag('http2', options.http2 ?? false)
  const pool = {
    ...(options.connections === undefined
      ? undefined
      : { connections: wholeNumber('connections', options.connections, 1) }),
    allowH2,
    // undici's way of saying that a connection is closed after its first answer.
    ...(flag('keepAlive', options.keepAlive ?? true) ? undefined : { pipelining: 0 }),
    // Given up half a second before the server would; the rest of that race is won by trying again.
    keepAliveTimeoutThreshold: 500,
    // Our own attempt timeout covers both, to the millisecond.
    headersTimeout: 0,
    bodyTimeout: 0,
  }
  const connectTimeout = parseDuration('connectTimeout', options.connectTimeout ?? '5s')
  const settings = { ...pool, connect: timedConnector({ ...tls, allowH2 }, connectTimeout, clock) }
  const proxy = options.proxy ?? 'environment'
  if (proxy === 'none' || (proxy === 'environment' && !environmentNamesProxy())) return new Agent(settings)

  // Left to themselves, the agents for proxies make pools of any size.
  const factory = (origin: string | URL, given: object): Dispatcher => new Pool(origin, { ...given, ...pool })
  const proxied = { ...settings, requestTls: tls, connectTimeout, factory }
  if (proxy === 'environment') return new EnvHttpProxyAgent(proxied)
  if (!/^https?:\/\//i.test(proxy) || !URL.canParse(proxy)) {
    throw new SettingsError("proxy: expected an http or https URL, 'environment' or 'none'")
  }
  return new ProxyAgent({ ...proxied, uri: proxy })
}

/** undici's own connect timeout is exact to about a second only. */
function timedConnector(options: buildConnector.BuildOptions, timeout: number, clock: Clock): buildConnector.connector {
  const connect = buildConnector({
    ...options,
    timeout: 0,
    lookup: cachingLookup(clock),
  } as buildConnector.BuildOptions)
  return (target, callback) => {
    const timer = clock.timer(timeout, () => {
      const message = `cannot connect to ${target.host ?? target.hostname}: no connection within ${formatDuration(timeout)}`
      socket.destroy(new ConnectError('SLUICE_CONNECT_TIMEOUT', message))
    })
    const socket = connect(target, (...result: Parameters<typeof callback>) => {
      timer.cancel()
      callback(...result)
    }) as unknown as { destroy(error: Error): void }
  }
}
