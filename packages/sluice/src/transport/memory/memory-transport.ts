import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import type { Exchange, Transport } from '../transport.ts'

/** Answers a request in process. Throws a `TransportError` or `BodyError` to fail it. */
export type MemoryHandler = (request: ApiRequest, exchange: Exchange) => ApiResponse | Promise<ApiResponse>

/** A transport without a network: every request is answered by a function. */
export function memoryTransport(handler: MemoryHandler): Transport {
  return {
    async send(request, exchange) {
      exchange.onSent()
      const response = await handler(request, exchange)
      exchange.onFirstByte()
      return response
    },
    async close() {},
  }
}
