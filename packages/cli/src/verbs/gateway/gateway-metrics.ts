import type { Gateway, UpstreamFigures } from '@sluice/gateway'
import type { Listener } from 'sluice/internal'
import { type HealthMetrics, prometheus } from '../worker/health-metrics.ts'

/** Upper bounds of the histogram buckets, in seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Metrics of a gateway in Prometheus' text format. */
export interface GatewayMetrics extends HealthMetrics {
  /** Returns a listener that counts the attempts of an upstream's client. */
  listenerFor(upstream: string): Listener
}

/** Creates the metrics of a gateway. Values are read on request. */
export function gatewayMetrics(figures: () => ReturnType<Gateway['figures']> | undefined): GatewayMetrics {
  const { meter, metrics } = prometheus()

  type Read = (one: UpstreamFigures) => number | ReadonlyMap<string | number, number>
  const observe = (kind: 'gauge' | 'counter', name: string, description: string, read: Read, label = ''): void => {
    const made =
      kind === 'gauge'
        ? meter.createObservableGauge(name, { description })
        : meter.createObservableCounter(name, { description })
    made.addCallback((result) => {
      for (const one of figures()?.upstreams ?? []) {
        const value = read(one)
        const upstream = one.name || 'default'
        if (typeof value === 'number') result.observe(value, { upstream })
        else for (const [key, count] of value) result.observe(count, { upstream, [label]: String(key) })
      }
    })
  }
  observe('gauge', 'sluice_gateway_open', 'Requests in progress, including those in the queue.', (one) => one.open)
  observe('gauge', 'sluice_gateway_waiting', 'Requests in the queue.', (one) => one.waiting)
  observe('gauge', 'sluice_gateway_in_flight', 'Attempts that are in flight.', (one) => one.inFlight)
  observe('counter', 'sluice_gateway_responses', 'Responses to callers, by status.', (one) => one.statuses, 'status')
  observe(
    'counter',
    'sluice_gateway_problems',
    'Requests that the gateway answered itself, by code.',
    (one) => one.problems,
    'code',
  )
  observe('counter', 'sluice_gateway_attempts', 'Requests that were sent to the upstream.', (one) => one.attempts)
  observe('counter', 'sluice_gateway_hung_up', 'Requests whose caller hung up.', (one) => one.hungUp)
  observe('counter', 'sluice_gateway_request_bytes', 'Bytes of bodies from callers.', (one) => one.bytesIn)
  observe('counter', 'sluice_gateway_response_bytes', 'Bytes of bodies to callers.', (one) => one.bytesOut)
  meter
    .createObservableCounter('sluice_gateway_refused', {
      description: 'Requests that were refused before an upstream was found, by reason.',
    })
    .addCallback((result) => {
      for (const [code, count] of figures()?.refused ?? []) result.observe(count, { code })
    })

  const advice = { explicitBucketBoundaries: buckets }
  const queued = meter.createHistogram('sluice_gateway_queue_duration_seconds', {
    description: 'Times of attempts in the queue.',
    advice,
  })
  const durations = meter.createHistogram('sluice_gateway_attempt_duration_seconds', {
    description: 'Durations of attempts at the upstream, by how they ended.',
    advice,
  })
  return {
    listenerFor(name) {
      const upstream = name || 'default'
      return (event) => {
        if (event.type === 'attempt.started') queued.record(event.queued / 1_000, { upstream })
        if (event.type === 'attempt.settled')
          durations.record(event.duration / 1_000, { upstream, verdict: event.verdict })
      }
    },
    ...metrics,
  }
}
