import type { Attempt } from '../attempt.ts'
import type { Attributes } from './http-attributes.ts'

/** Part of an OpenTelemetry meter that is used here. */
interface Meter {
  createHistogram(name: string, options: object): { record(value: number, attributes: Attributes): void }
  createCounter(name: string, options: object): { add(value: number, attributes: Attributes): void }
}

/** Measurements of each request that is sent. */
export interface Instruments {
  /** Records a request that is sent after `queued` seconds in the queue. */
  onSent(attempt: Attempt, queued: number, common: Attributes): void
  /** Records a request that ended after `duration` seconds. */
  onEnded(duration: number, isThrottled: boolean, common: Attributes, told: Attributes): void
}

/** In seconds, as recommended by the conventions. */
const explicitBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** Extended, because waits in queues are longer than responses. */
const queueBoundaries = [...explicitBucketBoundaries, 30, 60, 300, 1_800]

/** Creates the instruments, once per client. */
export function createInstruments(meter: Meter): Instruments {
  const durations = meter.createHistogram('http.client.request.duration', {
    description: 'Duration of HTTP client requests.',
    unit: 's',
    advice: { explicitBucketBoundaries },
  })
  const queue = meter.createHistogram('sluice.queue.duration', {
    description: 'Time that a request waited for the limits of the client, and for a token.',
    unit: 's',
    advice: { explicitBucketBoundaries: queueBoundaries },
  })
  const retries = meter.createCounter('sluice.retries', {
    description: 'Attempts after the first of a call.',
    unit: '{attempt}',
  })
  const throttled = meter.createCounter('sluice.throttled', {
    description: 'Requests that the server refused because of a rate or a quota.',
    unit: '{request}',
  })
  return {
    onSent({ number, requests }, queued, common) {
      queue.record(queued, common)
      // Once per attempt, however many requests it sends.
      if (number > 1 && requests === 1) retries.add(1, common)
    },
    onEnded(duration, isThrottled, common, told) {
      durations.record(duration, { ...common, ...told })
      if (isThrottled) throttled.add(1, common)
    },
  }
}
