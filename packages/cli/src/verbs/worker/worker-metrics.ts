import type { Listener } from 'sluice/internal'
import type { WorkerStatus } from 'sluice/runs'
import { type HealthMetrics, prometheus } from './health-metrics.ts'

/** Metrics of one worker in Prometheus' text format. */
export interface WorkerMetrics extends HealthMetrics {
  /** Counts the attempts of a client. */
  readonly listener: Listener
}

/** Returns the current status; undefined until the worker has joined. */
export type StatusSource = () => WorkerStatus | undefined

/** Reads the backlog in the store; undefined until it is open. */
export type BacklogSource = () => Promise<{ readonly runs: number; readonly items: number } | undefined>

/** Upper bounds of the histogram buckets, in seconds. */
const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Timeout in milliseconds for the store. */
const longestBacklog = 2_000

/** Creates the metrics of a worker. Values are read on request, at no cost in between. */
export function workerMetrics(status: StatusSource, concurrency: number, backlog?: BacklogSource): WorkerMetrics {
  const { meter, metrics } = prometheus()

  const gauge = (name: string, description: string, read: (status: WorkerStatus) => number): void => {
    meter.createObservableGauge(name, { description }).addCallback((result) => {
      const now = status()
      if (now !== undefined) result.observe(read(now))
    })
  }
  /** The exporter appends `_total` to the name. */
  const counter = (name: string, description: string, read: (status: WorkerStatus) => number): void => {
    meter.createObservableCounter(name, { description }).addCallback((result) => {
      const now = status()
      if (now !== undefined) result.observe(read(now))
    })
  }

  gauge('sluice_worker_in_flight', 'Attempts that are in flight.', (now) => now.inFlight)
  gauge('sluice_worker_waiting', 'Items that are in memory and wait to be sent.', (now) => now.waiting)
  gauge('sluice_worker_concurrency_limit', 'Attempts that may be in flight at once.', () => concurrency)
  gauge('sluice_worker_draining', '1 while the worker is draining.', (now) => (now.state === 'working' ? 0 : 1))
  gauge('sluice_runs', 'Runs that the worker works on.', (now) => now.runs.length)
  gauge('sluice_chunks', 'Chunks of items that the worker holds.', (now) => now.chunks)
  // Also before the worker has joined: that is when it waits for the store.
  meter
    .createObservableGauge('sluice_store_up', { description: '1 while the store answers.' })
    .addCallback((result) => result.observe(status()?.isConnected === true ? 1 : 0))

  const items = meter.createObservableCounter('sluice_items', {
    description: 'Items that this worker finished, or parked until a date, by result.',
  })
  items.addCallback((result) => {
    const now = status()
    if (now === undefined) return
    for (const name of ['succeeded', 'failed', 'parked'] as const) result.observe(now[name], { result: name })
  })
  counter('sluice_requests', 'Requests that were sent: of every attempt, and of every redirect.', (now) => now.requests)
  counter('sluice_throttled', 'Requests that were refused because of a rate or a quota.', (now) => now.throttled)
  counter('sluice_chunks_lost', 'Chunks that another worker took over before they were done.', (now) => now.lost)

  const durations = meter.createHistogram('sluice_attempt_duration_seconds', {
    description: 'Durations of attempts, by how they ended.',
    advice: { explicitBucketBoundaries: buckets },
  })
  const bytes = meter.createCounter('sluice_response_bytes', {
    description: 'Bytes of bodies that were received, decoded.',
  })
  const protocols = meter.createCounter('sluice_attempts', {
    description: 'Attempts, by protocol of their connection.',
  })
  const runs = meter.createObservableGauge('sluice_backlog_runs', {
    description: 'Runs of the store with work to do now; the same in every worker.',
  })
  const left = meter.createObservableGauge('sluice_backlog_items', {
    description: 'Items of the store that can be done now or are in flight; the same in every worker.',
  })
  meter.addBatchObservableCallback(
    async (result) => {
      const found = await soon(backlog?.())
      if (found === undefined) return
      result.observe(runs, found.runs)
      result.observe(left, found.items)
    },
    [runs, left],
  )

  return {
    listener: (event) => {
      if (event.type !== 'attempt.settled') return
      durations.record(event.duration / 1_000, { verdict: event.verdict })
      if (event.bytes !== undefined) bytes.add(event.bytes)
      if (event.protocol !== undefined) protocols.add(1, { protocol: event.protocol })
    },
    ...metrics,
  }
}

/** Resolves within a short time: a store that does not answer does not delay the other metrics. */
async function soon<T>(finding: Promise<T> | undefined): Promise<T | undefined> {
  if (finding === undefined) return undefined
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), longestBacklog)
  try {
    return await Promise.race([finding.catch(() => undefined), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
