import { type ApiRequest, isAsyncIterable } from '../http/request.ts'
import type { ApiResponse } from '../http/response.ts'
import { Cancellation } from '../time/cancellation.ts'
import { BodyBuffer, firstUnsuccessful } from './answer.ts'
import { ConnectionLostError } from './errors.ts'

/** Sends one request to a server and returns one complete response. Does not follow redirects or retry. */
export interface Transport {
  /** Default headers of every request. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Sends a request, and reads the response to its end.
   *
   * Settles only when the connection is done with the exchange: answered, or torn down. Aborting `exchange.signal`
   * tears the connection down immediately.
   *
   * @throws TransportError if there was no complete response; its `sent` tells whether the server may have seen the
   * request.
   * @throws BodyError if the response is too large, truncated or wrongly encoded.
   */
  send(request: ApiRequest, exchange: Exchange): Promise<ApiResponse>
  /** Closes all connections. Exchanges in flight are torn down. */
  close(): Promise<void>
}

/** Protocol of a connection, by its name in TLS (ALPN). @inline */
export type Protocol = { readonly name: 'http/1.1' | 'h2' }['name']

/** One attempt from the transport's point of view: its cancellation, and progress callbacks. */
export interface Exchange {
  /** Aborted when the response is no longer needed. */
  readonly signal: AbortSignal
  /** Must be called once, when a connection is ready and the request starts to leave; with its protocol if known. */
  onSent(protocol?: Protocol): void
  /** Must be called once, when the first byte of the response has arrived. */
  onFirstByte(): void
  /** Called with the head of an unsuccessful response, while its body is still being read. */
  onHead?(status: number, headers: Readonly<Record<string, string>>): void
  /**
   * Called with the head of a response with a status below 300. Returns the sink of its decoded body; `send` then
   * resolves at the end of the body, with an empty one. If it returns `undefined`, or the transport does not call it,
   * the body is buffered.
   */
  onBody?(status: number, headers: Readonly<Record<string, string>>): BodySink | undefined
}

/** Consumer of a streamed body. */
export interface BodySink {
  /** Consumes bytes. Returns false if the consumer lags: the transport then pauses until it calls `onReady`. */
  write(chunk: Uint8Array): boolean
  /** Set by the transport. */
  onReady: () => void
}

/**
 * Makes an exchange forward messages as a proxy does: `onBody` gets the body of a response of any status, and nothing
 * is decoded.
 */
export interface Passage {
  /** Content-length of a streamed request body; undefined if it is unknown. */
  readonly length: number | undefined
  /** Receives the trailers of a response. */
  onTrailers(trailers: Readonly<Record<string, string>>): void
}

/** An exchange of a client: a cancellation costs a fraction of a signal, which is only created when it is read. */
export interface OwnExchange extends Exchange {
  readonly cancellation: Cancellation
  readonly passage?: Passage | undefined
}

/** Adapts a `send` that needs a cancellation to any exchange. Costs nothing for a client's exchanges. */
export function forAnyExchange(
  send: (request: ApiRequest, exchange: OwnExchange) => Promise<ApiResponse>,
): Transport['send'] {
  return (request, exchange) =>
    'cancellation' in exchange ? send(request, exchange as OwnExchange) : sendFollowing(send, request, exchange)
}

async function sendFollowing(
  send: (request: ApiRequest, exchange: OwnExchange) => Promise<ApiResponse>,
  request: ApiRequest,
  exchange: Exchange,
): Promise<ApiResponse> {
  const { signal } = exchange
  const cancellation = new Cancellation()
  const abort = (): void => cancellation.cancel(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await send(request, {
      cancellation,
      signal,
      onSent: (protocol) => exchange.onSent(protocol),
      onFirstByte: () => exchange.onFirstByte(),
      onHead: (status, headers) => exchange.onHead?.(status, headers),
      onBody: (status, headers) => exchange.onBody?.(status, headers),
    })
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** A response whose body may be streamed. */
type MemoryResponse = ApiResponse | (Omit<ApiResponse, 'body'> & { readonly body: AsyncIterable<Uint8Array> })

/** Responds to a request in process. Throws a `TransportError` or `BodyError` to fail it. */
export type MemoryHandler = (request: ApiRequest, exchange: Exchange) => MemoryResponse | Promise<MemoryResponse>

/** A transport without a network: a function responds to every request. */
export function memoryTransport(handler: MemoryHandler): Transport {
  return {
    send: forAnyExchange(async (request, exchange) => {
      exchange.onSent()
      let stopListening = (): void => {}
      const cancelled = new Promise<never>((_, reject) => {
        stopListening = exchange.cancellation.onCancel(() =>
          reject(new ConnectionLostError('the exchange was cancelled')),
        )
      })
      try {
        // Raced, because a handler may ignore the cancellation.
        const response = await Promise.race([handler(request, exchange), cancelled])
        exchange.onFirstByte()
        return isStreamed(response) ? await Promise.race([bodyRead(response, exchange), cancelled]) : response
      } finally {
        stopListening()
      }
    }),
    async close() {},
  }
}

/** A response with a streamed body. */
type StreamedResponse = Exclude<MemoryResponse, ApiResponse>

/** Invalid responses are reported by the check of responses. */
function isStreamed(response: MemoryResponse): response is StreamedResponse {
  return typeof response === 'object' && isAsyncIterable(response?.body)
}

/** The response with its body buffered, or passed to the sink. */
async function bodyRead({ status, headers, body }: StreamedResponse, exchange: OwnExchange): Promise<ApiResponse> {
  const sink = status < firstUnsuccessful ? exchange.onBody?.(status, headers) : undefined
  const whole = new BodyBuffer()
  for await (const chunk of body) {
    if (exchange.cancellation.cancelled) break
    if (sink === undefined) whole.add(chunk)
    else await written(sink, chunk)
  }
  return { status, headers, body: whole.take() }
}

/** Writes bytes to a sink, and waits until it accepts more. */
export function written(sink: BodySink, chunk: Uint8Array): Promise<void> | undefined {
  if (sink.write(chunk)) return undefined
  return new Promise((resolve) => {
    sink.onReady = resolve
  })
}
