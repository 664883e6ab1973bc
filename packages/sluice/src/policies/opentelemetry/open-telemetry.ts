import {
  type Context,
  context,
  type HrTime,
  type Meter,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { flag } from '../../errors/checks.ts'
import type { Clock } from '../../time/clock.ts'
import { BodySourceError, TransportFaultError } from '../../transport/errors.ts'
import type { Attempt, Call } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'
import type { Next } from '../policy.ts'
import { errorType, metricAttributes, outcomeAttributes, spanAttributes, spanName } from './http-attributes.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import { serverSpan } from './server-span.ts'
import type { ConnectedTelemetry, Telemetry, TelemetryParts } from './telemetry.ts'

/** Tracer and meter to use, and trace propagation to servers. */
export interface OpenTelemetryOptions {
  /** @default the global provider's, named `sluice` */
  readonly tracer?: Tracer | undefined
  /** @default that of the provider that is global when the client is created, named `sluice` */
  readonly meter?: Meter | undefined
  /** Send `traceparent` and the other headers of the global propagator. @default true */
  readonly propagate?: boolean | undefined
}

/**
 * Creates spans and metrics of a client's calls by the semantic conventions of OpenTelemetry. Pass it to `createClient`
 * as `telemetry`. Needs `@opentelemetry/api`; has almost no effect or cost unless an SDK is set up.
 *
 * @throws SettingsError if `propagate` is not a boolean.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  const propagate = flag('propagate', options.propagate ?? true)
  const tracer = options.tracer ?? trace.getTracer('sluice')
  return {
    connect(parts) {
      const instruments = createInstruments(options.meter ?? metrics.getMeter('sluice'))
      return connected(parts, { tracer, propagate, instruments })
    },
    receive: (request) => serverSpan(tracer, propagate, request),
  }
}

interface Means {
  readonly tracer: Tracer
  readonly propagate: boolean
  readonly instruments: Instruments
}

/** Call in progress, with its span. */
interface TracedCall {
  readonly context: Context
  readonly timeline: Timeline
  /** Number of requests sent so far. */
  requests: number
}

function connected(parts: TelemetryParts, means: Means): ConnectedTelemetry {
  const calls = new WeakMap<Call, TracedCall>()
  const queued = new WeakMap<Attempt, number>()

  return {
    scope: () => context.active(),
    aroundCall: {
      name: 'telemetry',
      run(attempt, next) {
        const { call } = attempt
        const timeline = new Timeline(parts.clock)
        const parent = (call.scope as Context | undefined) ?? ROOT_CONTEXT
        const attributes = { 'sluice.call.id': call.request.id }
        const startTime = timeline.now()
        const span = means.tracer.startSpan('sluice.call', { kind: SpanKind.INTERNAL, startTime, attributes }, parent)
        const traced = { context: trace.setSpan(parent, span), timeline, requests: 0 }
        calls.set(call, traced)
        return ending(next(attempt), (outcome) => {
          span.setAttribute('sluice.call.requests', traced.requests)
          endSpan(span, outcome, timeline)
        })
      },
    },
    aroundRequest: {
      name: 'telemetry',
      run(attempt, next) {
        const { request } = attempt
        const traced = calls.get(attempt.call)!
        const { timeline } = traced
        const startTime = timeline.now()
        const startedAt = parts.clock.now()
        const common = metricAttributes(request)
        const attributes = { ...common, ...spanAttributes(request, traced.requests++) }
        const span = means.tracer.startSpan(
          spanName(request),
          { kind: SpanKind.CLIENT, startTime, attributes },
          traced.context,
        )
        means.instruments.onSent(attempt, (attempt.queued - (queued.get(attempt) ?? 0)) / 1_000, common)
        queued.set(attempt, attempt.queued)

        const inner = trace.setSpan(traced.context, span)
        if (means.propagate) attempt.request = { ...request, headers: { ...injected(inner), ...request.headers } }
        return ending(active(inner, attempt, next), (outcome) => {
          attempt.request = request
          const told = outcome === undefined ? {} : outcomeAttributes(outcome)
          const isThrottled = outcome !== undefined && parts.classify(outcome) === 'throttled'
          means.instruments.onEnded((parts.clock.now() - startedAt) / 1_000, isThrottled, common, told)
          span.setAttributes(told)
          endSpan(span, outcome, timeline)
        })
      },
    },
  }
}

/** Limits the span's context to this request: a call triggered by its end does not become its child. */
function active(inner: Context, attempt: Attempt, next: Next): Promise<Outcome> {
  return context.with(inner, () => next(attempt))
}

/** Headers that the propagator adds, with names in lower case. */
function injected(inner: Context): Record<string, string> {
  const headers: Record<string, string> = {}
  propagation.inject(inner, headers, {
    set(carrier, name, value) {
      carrier[name.toLowerCase()] = value
    },
  })
  return headers
}

/** Calls `onEnd` with the outcome, or with undefined if a bug caused a rejection. */
function ending(running: Promise<Outcome>, onEnd: (outcome: Outcome | undefined) => void): Promise<Outcome> {
  return running.then(
    (outcome) => {
      onEnd(outcome)
      return outcome
    },
    (bug: unknown) => {
      onEnd(undefined)
      throw bug
    },
  )
}

function endSpan(span: Span, outcome: Outcome | undefined, timeline: Timeline): void {
  const error = outcome === undefined ? '_OTHER' : errorType(outcome)
  if (error !== undefined) {
    span.setAttribute('error.type', error)
    const message = outcome === undefined ? undefined : messageOf(outcome)
    span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? undefined : { message }) })
  }
  span.end(timeline.now())
}

/** Undefined if the status says enough, and for errors thrown by a transport, which may contain anything. */
function messageOf(outcome: Outcome): string | undefined {
  if (outcome.kind !== 'failure' && outcome.kind !== 'rejected') return undefined
  const { error } = outcome
  return error instanceof TransportFaultError || error instanceof BodySourceError ? undefined : error.message
}

/** Converts moments of the monotonic clock to dates, so that durations between them are exact. */
class Timeline {
  readonly #clock: Clock
  readonly #offset: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#offset = clock.wallTime() - clock.now()
  }

  now(): HrTime {
    const microseconds = Math.round((this.#offset + this.#clock.now()) * 1_000)
    return [Math.floor(microseconds / 1e6), (microseconds % 1e6) * 1_000]
  }
}
