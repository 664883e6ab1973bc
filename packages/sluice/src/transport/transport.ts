import type { ApiRequest } from '../http/request.ts'
import type { ApiResponse } from '../http/response.ts'
import type { Cancellation } from '../time/cancellation.ts'
import { ConnectionLostError } from './errors.ts'

/** Carries one request to a server and one whole answer back. Follows no redirects, repeats nothing. */
export interface Transport {
  /** Headers it wants on every request that does not set them itself. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Sends, and reads the answer to its end.
   *
   * Settles only when the connection is done with the exchange: answered, or torn down. When `exchange.cancellation`
   * is cancelled the connection is torn down at once.
   *
   * @throws TransportError if there was no whole answer; its `sent` says whether the server may have seen the request.
   * @throws BodyError if the answer is too large, cut short or wrongly encoded.
   */
  send(request: ApiRequest, exchange: Exchange): Promise<ApiResponse>
  /** Gives back every connection. What is still in flight is torn down. */
  close(): Promise<void>
}

/** What a transport is told about one attempt, and what it reports back while it happens. */
export interface Exchange {
  readonly cancellation: Cancellation
  /** Called once, when a connection is ready and the request begins to leave. */
  onSent(): void
  /** Called once, when the first byte of the answer is there. */
  onFirstByte(): void
  /** Called with the head of an unsuccessful answer, while its body is still read. */
  onHead?(status: number, headers: Readonly<Record<string, string>>): void
}

/** Answers a request in process. Throws a `TransportError` or `BodyError` to fail it. */
export type MemoryHandler = (request: ApiRequest, exchange: Exchange) => ApiResponse | Promise<ApiResponse>

/** A transport without a network: every request is answered by a function. */
export function memoryTransport(handler: MemoryHandler): Transport {
  return {
    async send(request, exchange) {
      exchange.onSent()
      let stopListening = (): void => {}
      const cancelled = new Promise<never>((_, reject) => {
        stopListening = exchange.cancellation.onCancel(() =>
          reject(new ConnectionLostError('the exchange was cancelled')),
        )
      })
      try {
        // Raced, because a handler need not heed the cancellation.
        const response = await Promise.race([handler(request, exchange), cancelled])
        exchange.onFirstByte()
        return response
      } finally {
        stopListening()
      }
    },
    async close() {},
  }
}
