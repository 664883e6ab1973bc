import { seededRandom } from 'sluice/testing'
import type { RunBar, RunReport } from '../src/run-report.ts'

const slices = 200

/** A run of 10,000 in 200 seconds, with 3 % failures and a pause in which the API asked to wait: made up, the same each time. */
export function sampleRun(): RunReport {
  const random = seededRandom(11)
  const weights = Array.from({ length: slices }, (_, second) => {
    if (second >= 92 && second < 107) return 0
    if (second === slices - 1) return 0.6
    const ramp = Math.min(1, (second + 2) / 12)
    return ramp * (0.92 + 0.16 * random())
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const done = share(weights, total, 10_000)
  const failed = share(
    weights.map((weight, second) => weight * (second > 140 && second < 160 ? 6 : 0.5 + random())),
    undefined,
    300,
  )
  const throttled = weights.map((_, second) => (second >= 86 && second < 92 ? Math.round(18 + 20 * random()) : 0))
  const p50Ms = weights.map((weight, second) =>
    weight === 0 ? null : 148 + 20 * random() + (second > 140 && second < 160 ? 90 : 0),
  )
  return {
    schema: 1,
    title: 'products-2026-11: https://api.example.com/v2/products/{id} for 10,000 ids from ids.csv',
    startedAt: '2026-11-20T11:04:00.000Z',
    done: 10_000,
    succeeded: 9_700,
    failed: 300,
    unfinished: 0,
    skipped: 12,
    statuses: {
      200: 9_412,
      204: 288,
      404: 171,
      503: 84,
      429: 6,
      SLUICE_ATTEMPT_TIMEOUT: 31,
      SLUICE_CONNECTION_LOST: 8,
    },
    elapsedMs: 199_640,
    throughput: 50.1,
    requests: 10_618,
    requestsPerItem: 1.0618,
    throttledShare: 0.0158,
    attemptMs: { p50: 156, p90: 241, p95: 312, p99: 604, max: 10_004 },
    waitedMs: { 'rate 55/s': 168_300, concurrency: 12_700, 'Retry-After': 15_010, backoff: 96_400 },
    spent: { tokens: 1_240_500 },
    budgetLeft: { tokens: 759_500 },
    limitedBy: 'rate 55/s',
    errors: [
      {
        code: 'SLUICE_RESPONSE',
        message: '404 Not Found',
        count: 171,
        example: 'GET https://api.example.com/v2/products/10442',
      },
      {
        code: 'SLUICE_SERVER',
        message: '503 Service Unavailable after 4 attempts',
        count: 84,
        example: 'GET https://api.example.com/v2/products/71200',
      },
      {
        code: 'SLUICE_ATTEMPT_TIMEOUT',
        message: 'no answer within 10.0 s',
        count: 31,
        example: 'GET https://api.example.com/v2/products/71344',
      },
      {
        code: 'SLUICE_CONNECTION_LOST',
        message: 'the connection was lost before the answer was complete',
        count: 8,
        example: 'GET https://api.example.com/v2/products/3390',
      },
      {
        code: 'SLUICE_THROTTLED',
        message: '429 Too Many Requests after 4 attempts',
        count: 6,
        example: 'GET https://api.example.com/v2/products/46120',
      },
    ],
    series: {
      sliceMs: 1_000,
      succeeded: done.map((count, second) => count - failed[second]!),
      failed,
      throttled,
      p50Ms,
      p95Ms: p50Ms.map((ms) => (ms === null ? null : ms * (1.7 + 0.5 * random()))),
      p99Ms: p50Ms.map((ms) => (ms === null ? null : ms * (2.6 + 1.5 * random()))),
      times: p50Ms.map((ms) => (ms === null ? [] : timesAround(ms))),
    },
    waterfall: firstCalls(),
  }

  /** Bands around a median, fewer attempts in those far from it. */
  function timesAround(ms: number): [band: number, count: number][] {
    const middle = Math.round(8 * Math.log10(ms))
    return [-3, -2, -1, 0, 1, 2, 3, 4].map((away) => [middle + away, Math.round(40 / (1 + away * away) + 3 * random())])
  }

  function firstCalls(): RunBar[] {
    const lanes = Array.from({ length: 8 }, () => 0)
    return Array.from({ length: 60 }, (_, index) => {
      const lane = lanes.indexOf(Math.min(...lanes))
      const startMs = index < 20 ? 2 * index : lanes[lane]!
      const queuedMs = Math.max(0, lanes[lane]! - startMs)
      const attempts = index % 17 === 9 ? 3 : index % 13 === 5 ? 2 : 1
      const backoffMs = attempts === 1 ? 0 : attempts === 2 ? 180 + 60 * random() : 520 + 90 * random()
      const connectMs = index < 8 ? 30 + 12 * random() : 0
      const firstByteMs = 100 + 70 * random()
      const bodyMs = 12 + 20 * random()
      lanes[lane] = startMs + queuedMs + backoffMs + connectMs + firstByteMs + bodyMs
      const ok = index !== 26 && index !== 43
      return {
        index,
        id: `product-${10_400 + index}`,
        startMs,
        queuedMs,
        connectMs,
        firstByteMs,
        bodyMs,
        ok,
        status: ok ? 200 : 503,
        attempts,
        backoffMs,
      }
    }).sort((a, b) => a.startMs - b.startMs)
  }
}

/** Whole numbers in the proportion of the weights that make up `count`. */
function share(weights: readonly number[], sum: number | undefined, count: number): number[] {
  const whole = sum ?? weights.reduce((total, weight) => total + weight, 0)
  let given = 0
  let seen = 0
  return weights.map((weight) => {
    seen += weight
    const part = Math.round((count * seen) / whole) - given
    given += part
    return part
  })
}
