import { type Attributes, context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../../client/client.ts'
import { createClient } from '../../client/create-client.ts'
import type { ClientOptions } from '../../client/settings.ts'
import type { ApiRequest } from '../../http/request.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { type ScriptedAnswer, type ScriptedApi, scriptedApi } from '../../testing/scripted-api.ts'
import { ConnectError } from '../../transport/errors.ts'
import { apiKeyAuth } from '../auth/api-key-auth.ts'
import { tokenAuth } from '../auth/token-auth.ts'
import { type OpenTelemetryOptions, openTelemetry } from './open-telemetry.ts'

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
})
afterAll(() => {
  context.disable()
  propagation.disable()
})

interface Setup {
  readonly clock: ManualClock
  readonly api: ScriptedApi
  readonly client: Client
  readonly tracerProvider: TracerProvider
  /** Ended spans, the first that ended first. */
  readonly spans: () => ReadableSpan[]
  readonly metric: (name: string) => Promise<readonly DataPoint<unknown>[]>
}

const start = Date.UTC(2026, 0, 1)

function setup(
  answer: (request: ApiRequest, count: number) => ScriptedAnswer = () => 200,
  options: ClientOptions = {},
  telemetry: OpenTelemetryOptions = {},
): Setup {
  const clock = new ManualClock({ wallTime: start })
  const api = scriptedApi(clock, answer, 100)
  const spanExporter = new InMemorySpanExporter()
  const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spanExporter })] })
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 1_000_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const client = createClient({
    clock,
    transport: api.transport,
    random: () => 0.5,
    baseUrl: 'https://a.test',
    telemetry: openTelemetry({
      tracer: tracerProvider.getTracer('test'),
      meter: meterProvider.getMeter('test'),
      ...telemetry,
    }),
    ...options,
  })
  const metric = async (name: string): Promise<readonly DataPoint<unknown>[]> => {
    await reader.forceFlush()
    const scopes = metricExporter.getMetrics().at(-1)?.scopeMetrics ?? []
    const found = scopes.flatMap(({ metrics }) => metrics).find(({ descriptor }) => descriptor.name === name)
    return (found?.dataPoints ?? []) as readonly DataPoint<unknown>[]
  }
  return { clock, api, client, tracerProvider, spans: () => spanExporter.getFinishedSpans(), metric }
}

const idOf = (span: ReadableSpan): string => span.spanContext().spanId
/** Milliseconds since the beginning. */
const at = ([seconds, nanoseconds]: readonly [number, number]): number => seconds * 1_000 + nanoseconds / 1e6 - start
const timesOf = ({ startTime, endTime }: ReadableSpan): number[] => [at(startTime), at(endTime)]
const where: Attributes = { 'http.request.method': 'GET', 'server.address': 'a.test', 'server.port': 443 }

describe('spans', () => {
  it('are one for the call and one for the request within it, under what was active', async () => {
    const { clock, client, spans, tracerProvider } = setup()
    const outer = tracerProvider.getTracer('test').startSpan('outer')

    await clock.runUntilSettled(context.with(trace.setSpan(context.active(), outer), () => client.get('/x')))

    const [request, call] = spans() as [ReadableSpan, ReadableSpan]
    expect([call.name, call.kind, call.parentSpanContext?.spanId]).toEqual([
      'sluice.call',
      SpanKind.INTERNAL,
      outer.spanContext().spanId,
    ])
    expect([request.name, request.kind, request.parentSpanContext?.spanId]).toEqual([
      'GET',
      SpanKind.CLIENT,
      idOf(call),
    ])
    expect(request.attributes).toEqual({ ...where, 'url.full': 'https://a.test/x', 'http.response.status_code': 200 })
    expect(call.attributes).toEqual({ 'sluice.call.id': 'https://a.test/x', 'sluice.call.requests': 1 })
    expect([request.status, call.status]).toEqual([{ code: SpanStatusCode.UNSET }, { code: SpanStatusCode.UNSET }])
    expect([timesOf(call), timesOf(request)]).toEqual([
      [0, 100],
      [0, 100],
    ])
  })

  it('of retries are siblings with a count, and the call is as its last one', async () => {
    const { clock, client, spans } = setup((_, count) => (count < 3 ? 503 : 200))

    await clock.runUntilSettled(client.get('/x'))

    const [first, second, third, call] = spans() as [ReadableSpan, ReadableSpan, ReadableSpan, ReadableSpan]
    expect([first, second, third].map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
      new Array(3).fill(idOf(call)),
    )
    expect([first, second, third].map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([
      undefined,
      1,
      2,
    ])
    expect(first.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' })
    expect(first.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(call.attributes).toMatchObject({ 'sluice.call.requests': 3 })
    expect(call.status).toEqual({ code: SpanStatusCode.UNSET })
    expect([first, second, third, call].map(timesOf)).toEqual([
      [0, 100],
      [350, 450],
      [950, 1_050],
      [0, 1_050],
    ])
  })

  it('of redirects, and of a request retried with a newer token, are one each', async () => {
    let tokens = 0
    const auth = tokenAuth({ fetchToken: async () => ({ token: `t${++tokens}` }) })
    const { clock, client, spans } = setup(
      ({ url, headers }) => {
        if (headers.authorization === 'Bearer t1') return 401
        return url.endsWith('/x') ? { status: 307, headers: { location: 'http://b.test:8080/y' } } : 200
      },
      { auth, maxRedirects: 1, baseUrl: 'http://a.test' },
    )

    await clock.runUntilSettled(client.get('/x'))

    expect(spans().map(({ attributes }) => attributes['url.full'] ?? 'call')).toEqual([
      'http://a.test/x',
      'http://a.test/x',
      'http://b.test:8080/y',
      'call',
    ])
    expect(spans()[2]?.attributes).toMatchObject({
      'http.request.resend_count': 2,
      'server.address': 'b.test',
      'server.port': 8080,
    })
  })

  it.each([
    [404, { 'http.response.status_code': 404, 'error.type': '404' }, undefined],
    [new ConnectError('SLUICE_CONNECT', 'refused by a.test'), { 'error.type': 'SLUICE_CONNECT' }, 'refused by a.test'],
    [new Error('s3cr3t'), { 'error.type': 'SLUICE_TRANSPORT_FAULT' }, undefined],
  ])('say that there was an error, and which: %s', async (answer, attributes, message) => {
    const { clock, client, spans } = setup(() => answer, { retry: false })

    await clock.runUntilSettled(client.try('/x'))

    const [request, call] = spans() as [ReadableSpan, ReadableSpan]
    const status = { code: SpanStatusCode.ERROR, ...(message === undefined ? undefined : { message }) }
    expect(request.attributes).toMatchObject(attributes)
    expect(call.attributes['error.type']).toBe(attributes['error.type'])
    expect([request.status, call.status]).toEqual([status, status])
  })

  it('of what is cancelled say so, and end when it does', async () => {
    const { clock, client, spans } = setup()
    const controller = new AbortController()
    const call = client.get('/x', { signal: controller.signal }).catch(() => 'aborted')
    await clock.advance(40)
    controller.abort()

    expect(await clock.runUntilSettled(call)).toBe('aborted')
    expect(spans().map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['GET', 'cancelled'],
      ['sluice.call', 'cancelled'],
    ])
    expect(spans().map(timesOf)).toEqual([
      [0, 40],
      [0, 40],
    ])
  })

  it('of a call that never left are of the call alone, with the reason', async () => {
    const { clock, client, spans } = setup(undefined, { rate: '1/min', burst: 1 })
    await clock.runUntilSettled(client.get('/x'))

    await clock.runUntilSettled(client.try('/y', { deadline: '1s' }))

    const calls = spans().slice(2)
    expect(
      calls.map(({ name, attributes }) => [name, attributes['error.type'], attributes['sluice.call.requests']]),
    ).toEqual([['sluice.call', 'SLUICE_WOULD_MISS_DEADLINE', 0]])
  })

  it('of a deadline say so', async () => {
    const { clock, client, spans } = setup(() => ({ after: 60_000 }))

    await clock.runUntilSettled(client.try('/x', { deadline: '1s' }))

    expect(spans().map(({ attributes }) => attributes['error.type'])).toEqual(['cancelled', 'SLUICE_DEADLINE'])
  })

  it('have no secret in them', async () => {
    const { clock, client, spans } = setup((_, count) => (count === 1 ? 503 : 200), {
      auth: apiKeyAuth({ query: 'k', key: 's3cr3t' }),
    })

    await clock.runUntilSettled(
      client.get('https://ada:s3cr3t@a.test/x?token=s3cr3t&a=1', { headers: { 'x-api-key': 's3cr3t' } }),
    )

    expect(spans()[0]?.attributes['url.full']).toBe('https://a.test/x?token=***&a=1')
    expect(JSON.stringify(spans().map(({ attributes, status, events }) => [attributes, status, events]))).not.toContain(
      's3cr3t',
    )
  })

  it.each([
    ['PURGE', 'HTTP', { 'http.request.method': '_OTHER', 'http.request.method_original': 'PURGE' }],
    ['QUERY', 'QUERY', { 'http.request.method': 'QUERY' }],
  ])('of %s are called %s', async (method, name, attributes) => {
    const { clock, client, spans } = setup()

    await clock.runUntilSettled(client.send({ url: '/x', method }))

    expect(spans()[0]).toMatchObject({ name, attributes })
  })

  it('of the items of a run are siblings under the span that was active at its start', async () => {
    const { clock, client, spans, tracerProvider } = setup(undefined, { concurrency: 3 })
    const tracer = tracerProvider.getTracer('test')
    const [run, other] = [tracer.startSpan('run'), tracer.startSpan('other')]
    const within = <T>(span: typeof run, work: () => T): T => context.with(trace.setSpan(context.active(), span), work)

    const all = within(run, () => client.all(Array.from({ length: 20 }, (_, index) => `/${index}`)))
    const single = within(other, () => client.get('/single'))
    await clock.runUntilSettled(Promise.all([all, single]))

    const calls = spans().filter(({ name }) => name === 'sluice.call')
    const parents = calls.map(({ attributes, parentSpanContext }) => [
      attributes['sluice.call.id'],
      parentSpanContext?.spanId,
    ])
    expect(parents.filter(([, parent]) => parent === run.spanContext().spanId)).toHaveLength(20)
    expect(parents.filter(([, parent]) => parent === other.spanContext().spanId)).toEqual([
      ['https://a.test/single', other.spanContext().spanId],
    ])
    const requests = spans().filter(({ name }) => name === 'GET')
    expect(new Set(requests.map(({ parentSpanContext }) => parentSpanContext?.spanId)).size).toBe(21)
  })
})

describe('traceparent', () => {
  it('is sent with the span of the request, and shows in no event or result', async () => {
    const { clock, api, client, spans } = setup((_, count) => (count === 1 ? 503 : 200))
    const events: unknown[] = []
    client.on((event) => events.push(event))

    const result = await clock.runUntilSettled(client.get('/x'))

    const [first, second] = spans() as [ReadableSpan, ReadableSpan]
    expect(api.seen.map(({ headers }) => headers.traceparent)).toEqual(
      [first, second].map((span) => `00-${span.spanContext().traceId}-${idOf(span)}-01`),
    )
    expect(JSON.stringify([result, events])).not.toContain('traceparent')
  })

  it('of the request itself is left alone', async () => {
    const { clock, api, client } = setup()

    await clock.runUntilSettled(client.get('/x', { headers: { traceparent: 'own' } }))

    expect(api.seen[0]?.headers.traceparent).toBe('own')
  })

  it('is not sent where it is not wanted', async () => {
    const { clock, api, client } = setup(undefined, {}, { propagate: false })

    await clock.runUntilSettled(client.get('/x'))

    expect(api.seen[0]?.headers.traceparent).toBeUndefined()
  })
})

describe('metrics', () => {
  it('have the duration of each request in seconds, in the recommended buckets', async () => {
    const { clock, client, metric } = setup((_, count) => (count === 1 ? 503 : 200))

    await clock.runUntilSettled(client.get('/x'))

    const points = (await metric('http.client.request.duration')) as readonly DataPoint<Histogram>[]
    expect(points.map(({ attributes }) => attributes)).toEqual([
      { ...where, 'http.response.status_code': 503, 'error.type': '503' },
      { ...where, 'http.response.status_code': 200 },
    ])
    expect(points.map(({ value }) => [value.count, value.sum])).toEqual([
      [1, 0.1],
      [1, 0.1],
    ])
    expect(points[0]?.value.buckets.boundaries).toEqual([
      0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ])
  })

  it('have the time in the queue, the retries and the refusals', async () => {
    const { clock, client, metric } = setup(
      (_, count) => (count === 2 ? { status: 429, headers: { 'retry-after': '1' } } : 200),
      { concurrency: 1, learn: false },
    )

    await clock.runUntilSettled(Promise.all([client.get('/x'), client.get('/y')]))

    const [queue] = (await metric('sluice.queue.duration')) as readonly DataPoint<Histogram>[]
    // The second call waits for the first one, 100 ms; its retry comes when the pause is over.
    expect([queue?.attributes, queue?.value.count, queue?.value.max]).toEqual([where, 3, 0.1])
    expect((await metric('sluice.retries')).map(({ attributes, value }) => [attributes, value])).toEqual([[where, 1]])
    expect((await metric('sluice.throttled')).map(({ attributes, value }) => [attributes, value])).toEqual([[where, 1]])
  })

  it('of cancelled requests are named by their type', async () => {
    const { clock, client, metric } = setup()

    await clock.runUntilSettled(client.try('/x', { deadline: '50ms' }))

    const points = await metric('http.client.request.duration')
    expect(points.map(({ attributes }) => attributes)).toEqual([{ ...where, 'error.type': 'cancelled' }])
  })
})

describe('options that cannot work', () => {
  it.each([
    [() => openTelemetry({ propagate: 'no' as unknown as boolean }), 'propagate: expected true or false'],
    [
      () => createClient({ telemetry: {} as never }),
      'telemetry: expected the result of openTelemetry() of sluice/opentelemetry',
    ],
    [() => createClient({ telemetry: openTelemetry as never }), 'telemetry: expected the result of openTelemetry()'],
  ])('are refused: %s', (make, message) => {
    expect(make).toThrow(message)
  })
})
