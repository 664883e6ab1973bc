import type { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Dispatcher } from 'undici'
import { flag, wholeNumber } from '../../errors/checks.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { parseDuration } from '../../time/duration.ts'
import { systemClock } from '../../time/system-clock.ts'
import { Connector } from '../connect/connector.ts'
import type { ProxyAddress } from '../connect/proxy.ts'
import { proxyRules } from '../connect/proxy-rules.ts'
import { acceptEncoding } from '../decode-body.ts'
import { ConnectionLostError } from '../errors.ts'
import { Http2Transport } from '../http2/http2-transport.ts'
import type { Transport } from '../transport.ts'
import { Upload } from '../upload.ts'
import { Connections } from './connections.ts'
import { createDispatcher, placeOf } from './dispatcher.ts'
import type { UndiciTransportOptions } from './options.ts'
import { ReadySockets } from './ready-sockets.ts'
import { ResponseReader } from './response-reader.ts'

/** A session of HTTP/2 without traffic is closed after this long, in ms. */
const http2IdleTime = 10_000

/** HTTP/1.1 by undici's `dispatch`, with kept-alive connections per origin; and HTTP/2, if asked for, by sessions on `node:http2`. */
export function undiciTransport(options: UndiciTransportOptions = {}): Transport {
  const clock = options.clock ?? systemClock
  const maxBody = wholeNumber('maxBody', options.maxBody ?? 10 * 1024 * 1024, 1)
  const proxyOf = proxyRules(options.proxy ?? 'environment')
  const closing = new Cancellation()
  const connections = new Connections()
  const ready = new ReadySockets()
  const connectTimeout = parseDuration('connectTimeout', options.connectTimeout ?? '5s')
  const connector = new Connector({ clock, timeout: connectTimeout, tls: options.tls })
  const dispatcher = createDispatcher({ options, connector, proxyOf, closing, connections, ready })

  const sendHttp1: Transport['send'] = (request, exchange) => {
    const pathStart = request.url.indexOf('/', 8)
    const origin = request.url.slice(0, pathStart)
    // A request without TLS is not tunnelled: the proxy gets the whole URL, and sends it on itself.
    const proxy = origin.startsWith('http:') ? proxyOf?.(origin) : undefined
    const upload = typeof request.body === 'function' ? new Upload(request.body) : undefined
    return new Promise((resolve, reject) => {
      const reader = new ResponseReader(
        { origin, method: request.method, exchange, maxBody, proxy, upload, clock, connections },
        resolve,
        reject,
      )
      dispatcher.dispatch(
        {
          origin,
          path: proxy === undefined ? request.url.slice(pathStart) : request.url,
          method: request.method as Dispatcher.HttpMethod,
          headers: proxy === undefined ? request.headers : headersFor(proxy, origin, request.headers),
          // undici takes any async iterable, though its types do not say so.
          body: (upload as unknown as Readable) ?? request.body ?? null,
        },
        reader,
      )
    })
  }
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
    send: http2 === undefined ? sendHttp1 : (request, exchange) => http2.send(request, exchange),
    async close() {
      closing.cancel(new ConnectionLostError('the transport was closed'))
      ready.close()
      await Promise.all([http2?.close(), dispatcher.destroy()])
    },
  }
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
