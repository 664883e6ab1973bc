import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow } from 'sluice/internal'

/** A row with figures that differ, so that none can be taken for another. */
export function exampleRow(row: Partial<BenchmarkRow>): BenchmarkRow {
  return {
    mode: 'concurrent',
    concurrency: 10,
    rounds: 3,
    wallMs: 1_040,
    wallMsRange: [1_010, 1_130],
    rps: 48,
    rpsRange: [44, 49],
    speedup: 9.6,
    efficiency: 0.93,
    p50Ms: 201,
    p50MsRange: [200, 203],
    p95Ms: 212,
    p99Ms: 231,
    connectMs: 0,
    firstByteMs: 200,
    bodyMs: 1,
    requests: 150,
    throttled: 0,
    errors: 0,
    bytesPerSecond: 20_000,
    inFlight: 9.7,
    loopBusy: 0.04,
    loopDelayMs: 0.2,
    cpu: 0.05,
    waitedMs: {},
    ...row,
  }
}

/** A benchmark whose sweet spot is ten at once. */
export function exampleBenchmark(report: Partial<BenchmarkReport> = {}): BenchmarkReport {
  return {
    schema: 1,
    startedAt: '2026-01-02T03:04:05.000Z',
    targets: ['GET https://api.example/items/1'],
    requestsPerRow: 50,
    repeat: 3,
    plannedRequests: 800,
    sentRequests: 790,
    rows: [
      exampleRow({
        mode: 'sequential',
        concurrency: 1,
        wallMs: 10_300,
        wallMsRange: [10_200, 10_500],
        rps: 5,
        speedup: 1,
      }),
      exampleRow({
        mode: 'reused',
        concurrency: 1,
        wallMs: 10_100,
        wallMsRange: [9.4, 61_000],
        rps: 5.2,
        speedup: 1.04,
      }),
      exampleRow({}),
      exampleRow({ concurrency: 20, p50Ms: 3.44, throttled: 12, errors: 1_234 }),
      exampleRow({ mode: 'auto', concurrency: 17 }),
    ],
    sweetSpot: 10,
    limitedBy: 'server-capacity',
    evidence: 'the API processes about 10 at once, and the others wait there',
    notes: [],
    waterfalls: [],
    ...report,
  }
}
