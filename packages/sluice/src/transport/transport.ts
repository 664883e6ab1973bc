import { type ApiRequest, isAsyncIterable } from '../http/request.ts'
import type { ApiResponse } from '../http/response.ts'
import { Cancellation } from '../time/cancellation.ts'
import { BodyBuffer, firstUnsuccessful } from './answer.ts'
import { ConnectionLostError } from './errors.ts'

/** Carries one request to a server and one whole answer back. Does not follow redirects or retry. */
export interface Transport {
  /** Default headers of every request. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Sends a request, and reads the answer to its end.
   *
   * Settles only when the connection is done with the exchange: answered, or torn down. When `exchange.signal` is
   * aborted the connection is torn down at once.
   *
   * @throws TransportError if there was no whole answer; its `sent` says whether the server may have seen the request.
   * @throws BodyError if the answer is too large, cut short or wrongly encoded.
   */
  send(request: ApiRequest, exchange: Exchange): Promise<ApiResponse>
  /** Closes every connection. Exchanges in flight are torn down. */
  close(): Promise<void>
}

/** Protocol of a connection, by its name in TLS (ALPN). */
export type Protocol = 'http/1.1' | 'h2'

/** One attempt, as a transport sees it: its cancellation, and the progress to report. */
export interface Exchange {
  /** Aborted when the answer is no longer needed. */
  readonly signal: AbortSignal
  /** Called once, when a connection is ready and the request begins to leave; with its protocol where that is known. */
  onSent(protocol?: Protocol): void
  /** Called once, when the first byte of the answer is there. */
  onFirstByte(): void
  /** Called with the head of an unsuccessful answer, while its body is still read. */
  onHead?(status: number, headers: Readonly<Record<string, string>>): void
  /**
   * Called with the head of an answer with a status below 300. Returns where its decoded body goes as it comes; `send` then
   * resolves at the end of the body, with an empty one. With `undefined`, and in a transport that does not call it, the body is
   * read whole.
   */
  onBody?(status: number, headers: Readonly<Record<string, string>>): BodySink | undefined
}

/** Consumer of a body that is read as it comes. */
export interface BodySink {
  /** Takes the next bytes. Returns false if the consumer lags: the transport then stops reading until it calls `onReady`. */
  write(chunk: Uint8Array): boolean
  /** Set by the transport. */
  onReady: () => void
}

/**
 * Makes an exchange pass on messages as they come, as a proxy does: `onBody` gets the body of an answer of any status, and nothing
 * is decoded.
 */
export interface Passage {
  /** Content-length of a request body that is a stream; undefined if it is not known. */
  readonly length: number | undefined
  /** Receives the trailers of an answer. */
  onTrailers(trailers: Readonly<Record<string, string>>): void
}

/** An exchange of a client: a cancellation costs a fraction of a signal, which is made only when it is read. */
export interface OwnExchange extends Exchange {
  readonly cancellation: Cancellation
  readonly passage?: Passage | undefined
}

/** A `send` that takes any exchange, made of one that needs a cancellation. Costs nothing for exchanges of a client. */
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

/** An answer whose body may come bit by bit. */
type MemoryResponse = ApiResponse | (Omit<ApiResponse, 'body'> & { readonly body: AsyncIterable<Uint8Array> })

/** Answers a request in process. Throws a `TransportError` or `BodyError` to fail it. */
export type MemoryHandler = (request: ApiRequest, exchange: Exchange) => MemoryResponse | Promise<MemoryResponse>

/** A transport without a network: every request is answered by a function. */
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
        // Raced, because a handler need not obey the cancellation.
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

/** An answer whose body comes bit by bit. */
type StreamedResponse = Exclude<MemoryResponse, ApiResponse>

/** Something that is no answer at all is reported where answers are checked. */
function isStreamed(response: MemoryResponse): response is StreamedResponse {
  return typeof response === 'object' && isAsyncIterable(response?.body)
}

/** The answer with its body read whole, or handed over as it comes. */
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

/** Hands bytes to a sink, and waits until it wants more. */
export function written(sink: BodySink, chunk: Uint8Array): Promise<void> | undefined {
  if (sink.write(chunk)) return undefined
  return new Promise((resolve) => {
    sink.onReady = resolve
  })
}
