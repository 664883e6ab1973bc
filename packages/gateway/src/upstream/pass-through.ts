import type { ApiRequest, ApiResponse, Clock } from 'sluice'
import { forAnyExchange, type OwnExchange } from 'sluice/internal'
import { type Transport, type UndiciTransportOptions, undiciTransport } from 'sluice/transport'
import { asWritten, type Passing, passingOf } from './passing.ts'
import { PassingExchange } from './passing-exchange.ts'
import { watchUpload } from './upload-watch.ts'

export interface PassThroughOptions {
  readonly connections: UndiciTransportOptions
  readonly clock: Clock
  /** Maximum time in ms without progress of a streamed upload. */
  readonly timeout: number
}

/**
 * Transport that forwards messages unchanged: URLs as written, bodies as encoded, and trailers. Interim responses such
 * as 103 are dropped: programs on HTTP/1.1 often mistake them for the response (RFC 8297 section 3). The beginning of
 * an unsuccessful response is buffered, so that its request can be retried, and so are small responses.
 */
export function passThrough({ connections, clock, timeout }: PassThroughOptions): Transport {
  const inner = undiciTransport({ ...connections, clock })
  const pass = async (request: ApiRequest, exchange: OwnExchange, passing: Passing): Promise<ApiResponse> => {
    const { body } = request
    const own = new PassingExchange(exchange, passing, clock, typeof body === 'function')
    const upload =
      typeof body === 'function'
        ? watchUpload(body as () => AsyncIterable<Uint8Array>, exchange, { clock, timeout })
        : undefined
    const stop = (): void => upload?.stop()
    own.onAnswer = stop
    const sent = asWritten(upload === undefined ? request : { ...request, body: upload.body }, passing)
    try {
      return own.answer(await inner.send(sent, own))
    } catch (error) {
      own.onBroken()
      throw error
    } finally {
      own.close()
      upload?.stop()
    }
  }
  return {
    // Clients add default headers to each request; a gateway leaves them to its callers.
    headers: {},
    send: forAnyExchange((request, exchange) => {
      const passing = passingOf(request)
      return passing === undefined ? inner.send(request, exchange) : pass(request, exchange, passing)
    }),
    close: () => inner.close(),
  }
}
