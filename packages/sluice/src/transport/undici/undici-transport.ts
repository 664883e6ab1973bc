import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import { flag, wholeNumber } from '../../errors/checks.ts'
import { SettingsError, wrongKind } from '../../errors/settings-error.ts'
import { originWithin } from '../../http/plain-url.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import type { Duration } from '../../time/duration.ts'
import { parseTimeLimit } from '../../time/duration.ts'
import { systemClock } from '../../time/system-clock.ts'
import { cachingResolver, type DnsResultOrder, systemLookup } from '../connect/caching-resolver.ts'
import { Connector, type ConnectTarget } from '../connect/connector.ts'
import { checkPublicHost } from '../connect/private-address.ts'
import type { ProxyAddress, ProxyRules } from '../connect/proxy.ts'
import { proxyRules } from '../connect/proxy.ts'
import type { TlsOptions } from '../connect/tls.ts'
import { acceptEncoding } from '../decode-body.ts'
import { ConnectionLostError, LocalLimitError } from '../errors.ts'
import { Http2Transport } from '../http2/http2-transport.ts'
import { socketOptions } from '../socket-options.ts'
import { forAnyExchange, type OwnExchange, type Transport } from '../transport.ts'
import { Upload } from '../upload.ts'
import { ReadySockets } from './connections.ts'
import { type ExchangeHandler, type IdleConnections, type OpenClient, OriginClients } from './origin-clients.ts'
import { ResponseReader } from './response-reader.ts'
import { readTolerantly } from './tolerant-parser.ts'

/** Options of the built-in transport. */
export interface UndiciTransportOptions {
  /**
   * Maximum number of connections per origin. A client opens no more than it has calls in flight; with a lower number,
   * calls queue for connections invisibly. @default none
   */
  readonly connections?: number | undefined
  /** Timeout for a connection: name lookup, all addresses, proxy and TLS together; 0 for none. @default '5s' */
  readonly connectTimeout?: Duration | undefined
  /**
   * Order in which the addresses of a host are tried: `'ipv4first'`, `'ipv6first'`, or `'verbatim'`, as the resolver
   * returns them. @default that of the process
   */
  readonly dnsResultOrder?: DnsResultOrder | undefined
  /**
   * Allows public addresses only: for URLs chosen by strangers, and for redirects. Checked on the address that is
   * connected to, whatever a name server returns; behind a proxy, which resolves names itself, on the URL. @default
   * false
   */
  readonly denyPrivateAddresses?: boolean | undefined
  /** Maximum size of a body in bytes, both as received and as decoded. @default 10 MiB */
  readonly maxBody?: number | undefined
  /**
   * Maximum size of a response head, in bytes of its names and values together. A larger one is `SLUICE_PROTOCOL`.
   * @default 64 KiB
   */
  readonly maxHeaderSize?: number | undefined
  /**
   * Offers HTTP/2 to https origins. Origins that choose HTTP/1.1 are remembered for ten minutes. Calls share an HTTP/2
   * session, and another one is opened when more are in flight than the server allows per session. @default false
   */
  readonly http2?: boolean | undefined
  /** Reuses connections; with `false` each request opens its own. @default true */
  readonly keepAlive?: boolean | undefined
  /**
   * URL of an HTTP proxy, with or without scheme; `'environment'` reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; `'none'`
   * connects directly. @default 'environment'
   */
  readonly proxy?: string | undefined
  /** Certificates to trust, and to present. @default those of Node */
  readonly tls?: TlsOptions | undefined
  /**
   * A dispatcher of undici that sends the requests, such as a `MockAgent` in tests. It is not closed with the client, and connections are
   * its own affair: options about them are refused. @default one that the transport creates
   */
  readonly dispatcher?: Dispatcher | undefined
  /** Clock of all waits, timeouts and dates; `ManualClock` of `sluice/testing` in tests. @default the system's */
  readonly clock?: Clock | undefined
}

/** Options about connections, which a given dispatcher makes by itself. */
const ofConnections = ['connections', ...socketOptions] as const satisfies readonly (keyof UndiciTransportOptions)[]

/** A session of HTTP/2 without traffic is closed after this long, in ms. */
const http2IdleTime = 10_000

/** HTTP/1.1 by undici's `dispatch`, with kept-alive connections per origin; and HTTP/2, if requested, by sessions on `node:http2`. */
export function undiciTransport(options: UndiciTransportOptions = {}): Transport {
  checkDispatcher(options)
  const clock = options.clock ?? systemClock
  const maxBody = wholeNumber('maxBody', options.maxBody ?? 10 * 1024 * 1024, 1)
  const proxyOf = proxyRules(options.proxy ?? (options.dispatcher === undefined ? 'environment' : 'none'))
  const closing = new Cancellation()
  const ready = new ReadySockets()
  const connectTimeout = parseTimeLimit('connectTimeout', options.connectTimeout ?? '5s')
  const resolver = cachingResolver(clock, systemLookup(options.dnsResultOrder))
  const denyPrivateAddresses = flag('denyPrivateAddresses', options.denyPrivateAddresses ?? false)
  const connector = new Connector({ clock, timeout: connectTimeout, tls: options.tls, resolver, denyPrivateAddresses })
  const { dispatcher } = options
  const own = dispatcher === undefined ? new OwnDispatcher({ options, connector, proxyOf, closing, ready }) : undefined

  const sendHttp1 = (request: ApiRequest, exchange: OwnExchange): Promise<ApiResponse> =>
    new Promise((resolve, reject) => {
      const origin = originWithin(request.url)
      // A request without TLS is not tunnelled: the proxy gets the whole URL, and sends it on itself.
      const proxy = origin.startsWith('http:') ? proxyOf?.(origin) : undefined
      if (denyPrivateAddresses && proxy !== undefined) checkPublicHost(placeOf(origin).hostname)
      const upload = typeof request.body === 'function' ? new Upload(request.body) : undefined
      const length = upload && exchange.passage?.length
      const headers = length === undefined ? request.headers : { ...request.headers, 'content-length': String(length) }
      const reader = new ResponseReader(
        { origin, method: request.method, exchange, maxBody, proxy, upload, clock, idle: own },
        resolve,
        reject,
      )
      const sent: Dispatcher.DispatchOptions = {
        origin,
        path: proxy === undefined ? request.url.slice(origin.length) : request.url,
        method: request.method as Dispatcher.HttpMethod,
        headers: proxy === undefined ? headers : headersFor(proxy, origin, headers),
        // undici takes any async iterable, though its types do not say so.
        body: (upload as unknown as Readable) ?? request.body ?? null,
      }
      if (own === undefined) dispatcher!.dispatch(sent, reader)
      else own.dispatch(origin, sent, reader)
    })
  const http2 = flag('http2', options.http2 ?? false)
    ? new Http2Transport({
        clock,
        connectTimeout,
        maxBody,
        connections: options.connections ?? Number.POSITIVE_INFINITY,
        keepAlive: options.keepAlive ?? true,
        idleTime: http2IdleTime,
        async connectTls(origin, cancellation) {
          const target = { ...placeOf(origin), alpn: ['h2', 'http/1.1'], proxy: proxyOf?.(origin) }
          return (await connector.connect(target, cancellation)) as TLSSocket
        },
        sendHttp1,
        useHttp1: (origin, socket) => ready.put(origin, socket),
      })
    : undefined

  return {
    headers: { 'accept-encoding': acceptEncoding },
    send: forAnyExchange(http2 === undefined ? sendHttp1 : (request, exchange) => http2.send(request, exchange)),
    async close() {
      closing.cancel(new ConnectionLostError('the transport was closed'))
      ready.close()
      await Promise.all([http2?.close(), own?.destroy()])
    },
  }
}

/** @throws SettingsError for what is no dispatcher, or for options that it does not obey */
function checkDispatcher(options: UndiciTransportOptions): void {
  const { dispatcher } = options
  if (dispatcher === undefined) return
  if (typeof dispatcher?.dispatch !== 'function') throw wrongKind('dispatcher', 'a Dispatcher of undici', dispatcher)
  const other = ofConnections.find((name) => options[name] !== undefined)
  if (other === undefined) return
  throw new SettingsError(`dispatcher and ${other}: the dispatcher makes its own connections; set ${other} there`)
}

function headersFor(
  { authorization }: ProxyAddress,
  origin: string,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    host: origin.slice(origin.indexOf('/') + 2),
    ...headers,
    ...(authorization === undefined ? undefined : { 'proxy-authorization': authorization }),
  }
}

interface DispatcherParts {
  readonly options: UndiciTransportOptions
  readonly connector: Connector
  readonly proxyOf: ProxyRules | undefined
  /** Cancelled when the transport is closed: nothing is connected any more. */
  readonly closing: Cancellation
  /** Connections to servers that were offered HTTP/2, and wanted HTTP/1.1. */
  readonly ready: ReadySockets
}

/** Clients of undici by origin, direct or through a proxy, with connections made by our connector. */
class OwnDispatcher implements IdleConnections {
  readonly #parts: DispatcherParts
  readonly #settings: Client.Options
  readonly #limit: number
  readonly #origins = new Map<string, OriginClients>()

  constructor(parts: DispatcherParts) {
    const { connections, maxHeaderSize, keepAlive } = parts.options
    this.#parts = parts
    this.#limit = connections === undefined ? Number.POSITIVE_INFINITY : wholeNumber('connections', connections, 1)
    this.#settings = {
      allowH2: false,
      maxHeaderSize: wholeNumber('maxHeaderSize', maxHeaderSize ?? defaultMaxHeaderSize, 1_024),
      // undici's way of saying that a connection is closed after its first answer.
      ...(flag('keepAlive', keepAlive ?? true) ? undefined : { pipelining: 0 }),
      // Given up half a second before the server would; the rest of that race is won by trying again.
      keepAliveTimeoutThreshold: 500,
      // Our own attempt timeout covers both, to the millisecond.
      headersTimeout: 0,
      bodyTimeout: 0,
    }
  }

  dispatch(origin: string, options: Dispatcher.DispatchOptions, handler: ExchangeHandler): void {
    let clients = this.#origins.get(origin)
    if (clients === undefined) {
      clients = this.#clientsFor(origin)
      this.#origins.set(origin, clients)
    }
    clients.dispatch(options, handler)
  }

  distrustIdle(origin: string): void {
    this.#origins.get(origin)?.closeIdle()
  }

  async destroy(): Promise<void> {
    await Promise.all(Array.from(this.#origins.values(), (clients) => clients.destroy()))
  }

  #clientsFor(origin: string): OriginClients {
    const { connector, proxyOf, closing, ready } = this.#parts
    const proxy = proxyOf?.(origin)
    // The proxy itself is the server of a request that is not tunnelled.
    const isForwarded = proxy !== undefined && origin.startsWith('http:')
    const target: ConnectTarget = isForwarded
      ? { ...proxy, alpn: ['http/1.1'], isProxy: true }
      : { ...placeOf(origin), alpn: ['http/1.1'], proxy }
    const connectFor = (onSocket: (socket: Socket) => void): buildConnector.connector => {
      return (_options, callback) => {
        const connected = ready.take(origin)
        const connecting = connected === undefined ? connector.connect(target, closing) : Promise.resolve(connected)
        connecting.then(
          (socket) => {
            onSocket(socket)
            callback(null, socket)
            readTolerantly(socket)
          },
          (error: Error) => {
            if (error instanceof LocalLimitError) for (const clients of this.#origins.values()) clients.closeIdle()
            callback(error, null)
          },
        )
      }
    }
    const open: OpenClient = (onSocket) =>
      new Client(isForwarded ? proxy.origin : origin, { ...this.#settings, connect: connectFor(onSocket) })
    return new OriginClients(open, this.#limit, () => this.#origins.delete(origin))
  }
}

/** Default limit of the names and values of one head, in bytes. */
const defaultMaxHeaderSize = 64 * 1_024

/** Where an origin is. */
function placeOf(origin: string): Pick<ConnectTarget, 'protocol' | 'hostname' | 'port'> {
  const { protocol, hostname, port } = new URL(origin)
  return {
    protocol: protocol as ConnectTarget['protocol'],
    hostname: hostname.replace(/^\[(.+)\]$/, '$1'),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  }
}
