import { createRequest } from '../../src/http/create-request.ts'
import type { RequestSpec } from '../../src/http/request.ts'
import type { ApiResponse } from '../../src/http/response.ts'
import { Cancellation } from '../../src/time/cancellation.ts'
import type { OwnExchange, Transport } from '../../src/transport/transport.ts'
import { type UndiciTransportOptions, undiciTransport } from '../../src/transport/undici/undici-transport.ts'
import { certificate } from './certificate.ts'

export const tls = { ca: certificate.cert }

/** A transport that offers HTTP/2 and trusts the servers of these tests. */
export function openTransport(options: UndiciTransportOptions = {}): Transport {
  return undiciTransport({ proxy: 'none', http2: true, tls, ...options })
}

/** One attempt that a test can cancel, with what its transport has reported. */
export class TestExchange implements OwnExchange {
  readonly cancellation = new Cancellation()
  readonly signal = this.cancellation.signal
  readonly log: string[] = []

  onSent(): void {
    this.log.push('sent')
  }

  onFirstByte(): void {
    this.log.push('first byte')
  }

  onHead(status: number): void {
    this.log.push(`head ${status}`)
  }
}

export function send(
  transport: Transport,
  spec: RequestSpec,
  exchange: OwnExchange = new TestExchange(),
): Promise<ApiResponse> {
  const request = createRequest(spec, { baseUrl: undefined, headers: {}, partition: undefined })
  return transport.send(request, exchange)
}

/** The error, or what came instead. */
export function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => ({ unexpected: value }),
    (error: unknown) => error,
  )
}

export function textOf({ body }: ApiResponse): string {
  return Buffer.from(body).toString()
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
