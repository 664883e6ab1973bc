import { wholeNumber } from '../errors/checks.ts'
import type { ApiRequest } from '../http/request.ts'
import type { ApiResponse } from '../http/response.ts'
import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/system-clock.ts'
import { BodyBuffer, bodyLimit, checkTransferCoding, headStands, tooLarge, unsuccessfulBodyTime } from './answer.ts'
import { brokenConnection, connectError, isOrderlyClose, neverConnected } from './connection-error.ts'
import { AttemptTimeoutError, BodyError, BodySourceError, ConnectError, ConnectionLostError } from './errors.ts'
import { causeOf, type FetchPlatform, fetchPlatform, heldBackHeader } from './fetch-platform.ts'
import { type BodySink, forAnyExchange, type OwnExchange, type Transport, written } from './transport.ts'
import { Upload } from './upload.ts'

/** Options of `fetchTransport`. */
export interface FetchTransportOptions {
  /** @default the platform's `fetch`, looked up for each request, so that a replacement in tests is used */
  readonly fetch?: typeof fetch | undefined
  /** Maximum size of a decoded body in bytes. @default 10 MiB */
  readonly maxBody?: number | undefined
  /** Clock of its timers; `ManualClock` of `sluice/testing` in tests. @default the system's */
  readonly clock?: Clock | undefined
}

/**
 * Transport on the platform's `fetch`, for runtimes without sockets, or on a custom `fetch`.
 *
 * On Node and on a custom `fetch` it requests bodies without content coding, because these may accept a truncated
 * encoded body as complete; on Node a successful encoded response is refused. It cannot observe when a connection is
 * ready, so `connect` is always 0 and part of the time to the first byte. Browsers follow redirects themselves.
 */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const send: typeof fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const platform = fetchPlatform(options.fetch === undefined)
  const maxBody = wholeNumber('maxBody', options.maxBody ?? 10 * 1024 * 1024, 1)
  const clock = options.clock ?? systemClock
  return {
    headers: platform.headers,
    send: forAnyExchange(async (request, exchange) => {
      const host = new URL(request.url).host
      const upload = typeof request.body === 'function' ? new Upload(request.body) : undefined
      let status = 0
      try {
        exchange.onSent()
        const { signal } = exchange.cancellation
        const init = platform.isBrowser ? await initInBrowser(request, upload, signal) : initOf(request, upload, signal)
        const response = await send(request.url, init)
        exchange.onFirstByte()
        status = response.status
        refuseEncoded(response, platform)
        if (response.type === 'opaqueredirect') throw hiddenRedirect(request, host)
        return await readAnswer(response, maxBody, clock, exchange)
      } catch (error) {
        throw explain(error, { host, status, exchange, upload })
      } finally {
        upload?.close()
      }
    }),
    async close() {},
  }
}

/**
 * @throws BodyError if the body has a coding that the platform does not decode, or whose truncation would go unnoticed
 */
function refuseEncoded({ status, headers }: Response, platform: FetchPlatform): void {
  const encoding = headers.get('content-encoding')
  if (headStands(status) || encoding === null) return
  const message = platform.refusal(encoding)
  if (message !== undefined) throw new BodyError('SLUICE_BAD_ENCODING', message, status)
}

/**
 * Error for a redirect in a browser, which hides the target. Browsers follow it themselves, unless that could send a
 * secret to another origin.
 */
function hiddenRedirect(request: ApiRequest, host: string): ConnectError {
  const header = heldBackHeader(request)
  const message = `${host} redirects, and a browser would send the header ${header} along; request the final URL`
  return new ConnectError('SLUICE_BAD_INPUT', message)
}

interface Failed {
  readonly host: string
  /** 0 if no response head arrived. */
  readonly status: number
  readonly exchange: OwnExchange
  readonly upload: Upload | undefined
}

function explain(error: unknown, { host, status, exchange, upload }: Failed): unknown {
  if (upload?.fault !== undefined) return upload.fault
  if (error instanceof BodyError || error instanceof BodySourceError || error instanceof ConnectError) return error
  if (exchange.cancellation.cancelled) return new ConnectionLostError(`the exchange with ${host} was cancelled`)
  const cause = causeOf(error)
  if (status !== 0) return unreadable(cause, host, status)
  return neverConnected(cause) ? connectError(host, cause) : brokenConnection(host, cause, {})
}

/** Error for a response that had started: its body was truncated or badly encoded, or the connection broke. */
function unreadable(cause: unknown, host: string, status: number): Error {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/^(Z_|ERR_|ZSTD_|ERR__ERROR)/.test(code)) {
    return new BodyError('SLUICE_BAD_ENCODING', 'the body does not match its content-encoding', status, cause)
  }
  if (!isOrderlyClose(cause)) return brokenConnection(host, cause, {})
  return new BodyError('SLUICE_BODY_TRUNCATED', `the body ends too early: ${host} closed the connection`, status, cause)
}

function initOf(request: ApiRequest, upload: Upload | undefined, signal: AbortSignal): RequestInit {
  const init: RequestInit = { method: request.method, headers: request.headers, redirect: 'manual', signal }
  if (request.body === undefined) return init
  if (upload === undefined) return { ...init, body: request.body as NonNullable<RequestInit['body']> }
  // `duplex` is required for a stream, but missing from the platform's types.
  return {
    ...init,
    body: streamOf(upload) as unknown as NonNullable<RequestInit['body']>,
    duplex: 'half',
  } as RequestInit
}

/** Not `ReadableStream.from`, which browsers lack. */
function streamOf(upload: Upload): ReadableStream<Uint8Array> {
  const iterator = upload[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    cancel: () => upload.close(),
  })
}

/** Request options in a browser: streams are read before they are sent, and the user agent is the browser's. */
async function initInBrowser(
  request: ApiRequest,
  upload: Upload | undefined,
  signal: AbortSignal,
): Promise<RequestInit> {
  const { 'user-agent': _own, ...headers } = request.headers
  const redirect = heldBackHeader(request) === undefined ? 'follow' : 'manual'
  if (upload === undefined) return { ...initOf(request, upload, signal), headers, redirect }
  const body = new BodyBuffer()
  for await (const chunk of upload) body.add(chunk)
  return { method: request.method, headers, redirect, signal, body: body.take() as Uint8Array<ArrayBuffer> }
}

async function readAnswer(
  response: Response,
  maxBody: number,
  clock: Clock,
  exchange: OwnExchange,
): Promise<ApiResponse> {
  const { status } = response
  const headers = Object.fromEntries(response.headers)
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies.join('\n')
  const body = new BodyBuffer()
  const sink = headStands(status) ? undefined : exchange.onBody?.(status, headers)
  if (headStands(status)) exchange.onHead?.(status, headers)
  try {
    if (sink === undefined) await readBody(response, body, maxBody, clock)
    else await streamBody(response, sink, exchange)
  } catch (error) {
    const { cancelled, reason } = exchange.cancellation
    const isUnwanted = cancelled && !(reason instanceof AttemptTimeoutError)
    if (!headStands(status) || isUnwanted) throw error
  }
  if (!headStands(status)) checkTransferCoding(status, headers)
  // The platform has decoded the body.
  return { status, headers, body: body.take() }
}

/** Passes the body on as it arrives. @throws the platform's error if it breaks */
async function streamBody(response: Response, sink: BodySink, { cancellation }: OwnExchange): Promise<void> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  const stopListening = cancellation.onCancel(() => sink.onReady())
  try {
    while (!cancellation.cancelled) {
      const { done, value } = await reader.read()
      if (done) return
      await written(sink, value)
    }
    throw new ConnectionLostError('the exchange was cancelled')
  } finally {
    stopListening()
    reader.cancel().catch(noop)
  }
}

/** @throws the platform's error if the body breaks; BodyError if a successful one is too large */
async function readBody(response: Response, body: BodyBuffer, maxBody: number, clock: Clock): Promise<void> {
  if (response.body === null) return
  const { status } = response
  const announced = Number(response.headers.get('content-length') ?? Number.NaN)
  const limit = bodyLimit(status, announced, maxBody)
  const reader = response.body.getReader()
  const cancel = (): void => void reader.cancel().catch(noop)
  const timer = headStands(status) ? clock.timer(unsuccessfulBodyTime, cancel) : undefined
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const room = limit - body.size
      body.add(value.subarray(0, room))
      if (value.byteLength <= room) continue
      if (headStands(status)) return
      throw tooLarge(`more than ${maxBody} bytes`, maxBody, status)
    }
  } finally {
    timer?.cancel()
    // Closes the connection if the body did not end before.
    cancel()
  }
}

function noop(): void {}
