import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import { ConnectionLostError } from '../errors.ts'
import type { Exchange, Transport } from '../transport.ts'

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
