import { wholeNumber } from '../../errors/checks.ts'
import type { ApiRequest } from '../../http/request.ts'
import { brokenConnection, connectError, isOrderlyClose, neverConnected } from '../connection-error.ts'
import { BodyError, ConnectionLostError } from '../errors.ts'
import type { Transport } from '../transport.ts'

/** Which `fetch`, and how much it may bring. */
export interface FetchTransportOptions {
  /** @default the platform's `fetch` */
  readonly fetch?: typeof fetch | undefined
  /** The largest body in bytes, as unpacked. @default 10 MiB */
  readonly maxBody?: number | undefined
}

/**
 * The platform's `fetch`, for runtimes without sockets of their own, and for trying against a given `fetch`.
 *
 * It cannot tell when a connection was ready, so `connect` is always 0 and counts as waiting for the first byte.
 */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const send = options.fetch ?? fetch
  const maxBody = wholeNumber('maxBody', options.maxBody ?? 10 * 1024 * 1024, 1)
  return {
    async send(request, exchange) {
      const host = new URL(request.url).host
      let status = 0
      try {
        exchange.onSent()
        const response = await send(request.url, initOf(request, exchange.cancellation.signal))
        exchange.onFirstByte()
        status = response.status
        const headers = Object.fromEntries(response.headers)
        const cookies = response.headers.getSetCookie()
        if (cookies.length > 0) headers['set-cookie'] = cookies.join('\n')
        return { status, headers, body: await readBody(response, maxBody) }
      } catch (error) {
        if (error instanceof BodyError) throw error
        if (exchange.cancellation.cancelled) throw new ConnectionLostError(`the exchange with ${host} was cancelled`)
        const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
        if (status !== 0) throw unreadable(cause, host, status)
        throw neverConnected(cause) ? connectError(host, cause) : brokenConnection(host, cause, false)
      }
    },
    async close() {},
  }
}

/** The answer had begun: its body was cut short or badly encoded, or the connection broke. */
function unreadable(cause: unknown, host: string, status: number): Error {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/^(Z_|ERR_|ZSTD_|ERR__ERROR)/.test(code)) {
    return new BodyError('SLUICE_BAD_ENCODING', 'the body is not encoded as it says', status, cause)
  }
  if (!isOrderlyClose(cause)) return brokenConnection(host, cause, false)
  return new BodyError('SLUICE_BODY_TRUNCATED', `the body ends too early: ${host} closed the connection`, status, cause)
}

function initOf(request: ApiRequest, signal: AbortSignal): RequestInit {
  const init: RequestInit = { method: request.method, headers: request.headers, redirect: 'manual', signal }
  if (request.body === undefined) return init
  if (typeof request.body !== 'function') return { ...init, body: request.body as NonNullable<RequestInit['body']> }
  // `duplex` is required for a stream, and missing from the platform's types.
  return {
    ...init,
    body: ReadableStream.from(request.body()) as unknown as NonNullable<RequestInit['body']>,
    duplex: 'half',
  } as RequestInit
}

async function readBody(response: Response, maxBody: number): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early cancels the stream, and with it the connection.
  for await (const chunk of response.body) {
    size += chunk.byteLength
    if (size > maxBody) {
      const message = `the body has more than ${maxBody} bytes, which is the limit`
      throw new BodyError('SLUICE_BODY_TOO_LARGE', message, response.status)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}
