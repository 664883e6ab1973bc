import { propagation, SpanKind } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { openTelemetry } from 'sluice/opentelemetry'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { exchange, fieldsOf, isWhole, ok, openSocket, rawUpstream, startGateway } from './raw-sockets.ts'

beforeAll(() => void propagation.setGlobalPropagator(new W3CTraceContextPropagator()))
afterAll(() => propagation.disable())

const trace = '0af7651916cd43dd8448eb211c80319c'
const get = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\ntraceparent: 00-${trace}-b7ad6b7169203331-01\r\n\r\n`

it('continues the trace of a caller: its span, that of the gateway, and that of each request to the upstream', async () => {
  const upstream = await rawUpstream(({ head }, count) => {
    if (head.includes('/silent')) return undefined
    return count === 1 ? 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n' : ok()
  })
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  const telemetry = openTelemetry({ tracer: provider.getTracer('test') })
  const { port } = await startGateway(upstream.url, { telemetry, client: { retry: { base: 1, cap: 1 } } })
  await exchange(port, get('/x?key=s3cret'), isWhole)

  await vi.waitFor(() => expect(exporter.getFinishedSpans()).toHaveLength(4))
  const [first, second, call, server] = exporter.getFinishedSpans()
  expect(server).toMatchObject({ name: 'GET', kind: SpanKind.SERVER })
  expect(server!.parentSpanContext).toMatchObject({ traceId: trace, spanId: 'b7ad6b7169203331' })
  expect(server!.attributes).toEqual({
    'http.request.method': 'GET',
    'url.path': '/x',
    'url.scheme': 'http',
    'client.address': '127.0.0.1',
    'http.response.status_code': 200,
  })
  expect(call!.parentSpanContext!.spanId).toBe(server!.spanContext().spanId)
  for (const [index, sent] of [first!, second!].entries()) {
    expect(sent.parentSpanContext!.spanId).toBe(call!.spanContext().spanId)
    const header = `00-${trace}-${sent.spanContext().spanId}-01`
    expect(fieldsOf(upstream.seen[index]!.head).traceparent).toBe(header)
  }

  exporter.reset()
  const caller = await openSocket(port)
  caller.write(get('/silent'))
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(3))
  caller.destroy()
  await vi.waitFor(() => expect(exporter.getFinishedSpans()).toHaveLength(3))
  expect(exporter.getFinishedSpans().at(-1)!.attributes['error.type']).toBe('cancelled')
})

it('passes traceparent on unchanged where the gateway has no spans', async () => {
  const upstream = await rawUpstream(() => ok())
  const { port } = await startGateway(upstream.url)
  await exchange(port, get('/x'), isWhole)
  expect(fieldsOf(upstream.seen[0]!.head).traceparent).toBe(`00-${trace}-b7ad6b7169203331-01`)
})
