import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { wholeNumber } from '../../errors/checks.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { systemClock } from '../../time/system-clock.ts'
import type { ProxyAddress } from '../connect/proxy.ts'
import { proxyRules } from '../connect/proxy-rules.ts'
import { acceptEncoding } from '../decode-body.ts'
import { ConnectionLostError } from '../errors.ts'
import type { Transport } from '../transport.ts'
import { Upload } from '../upload.ts'
import { Connections } from './connections.ts'
import { createDispatcher } from './dispatcher.ts'
import type { UndiciTransportOptions } from './options.ts'
import { ResponseReader } from './response-reader.ts'

/** HTTP/1.1 and HTTP/2 by undici's `dispatch`, with kept-alive connections per origin. */
export function undiciTransport(options: UndiciTransportOptions = {}): Transport {
  const clock = options.clock ?? systemClock
  const maxBody = wholeNumber('maxBody', options.maxBody ?? 10 * 1024 * 1024, 1)
  const proxyOf = proxyRules(options.proxy ?? 'environment')
  const closing = new Cancellation()
  const connections = new Connections()
  const dispatcher = createDispatcher({ options, clock, proxyOf, closing, connections })

  return {
    headers: { 'accept-encoding': acceptEncoding },
    send(request, exchange) {
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
    },
    async close() {
      closing.cancel(new ConnectionLostError('the transport was closed'))
      await dispatcher.destroy()
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
