import type { RunSummary } from '../src/figures/run-figures.ts'

/** Summary of a run of one call, with some of its figures changed. */
export function exampleSummary(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    schema: 1,
    exitCode: 3,
    succeeded: 0,
    failed: 1,
    done: 1,
    unfinished: 0,
    skipped: 0,
    statuses: { 429: 1 },
    elapsedMs: 100,
    requests: 1,
    requestsPerItem: 1,
    throttledShare: 1,
    attemptMs: { p50: 1, p90: 1, p95: 1, p99: 1, max: 1 },
    errors: [],
    throughput: 10,
    waitedMs: {},
    concurrency: 10,
    isAuto: false,
    limitedBy: 'server',
    ...changes,
  }
}

/** Progress of a run in its middle. */
export const exampleProgress = {
  read: 5_000,
  done: 4_100,
  total: 5_000,
  succeeded: 4_080,
  failed: 20,
  unfinished: 0,
  inFlight: 12,
  retries: 210,
  throttled: 15,
  elapsed: 30_000,
  rate: 148.2,
  left: { low: 6_000, high: 8_000 },
}
