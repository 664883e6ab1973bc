import type { BenchmarkError } from 'sluice/internal'
import { describe, expect, it } from 'vitest'
import { exampleBenchmark, exampleRow } from '../../test/example-benchmark.ts'
import { benchExitCode, exitCodeOf } from './exit-code.ts'
import { missedThresholds } from './missed-thresholds.ts'

/** Two rows of thirty requests. */
function codeFor(...errors: readonly Partial<BenchmarkError>[]): number {
  const full = errors.map((error) => ({ code: 'SLUICE_SERVER_ERROR', message: 'no', count: 1, ...error }))
  const failed = full.reduce((sum, { count }) => sum + count, 0)
  const row = exampleRow({ requests: 30, rpsRange: failed === 60 ? [0, 0] : [0, 40] })
  return benchExitCode(exampleBenchmark({ rows: [row, row], errors: full }))
}

describe('the exit code of a benchmark', () => {
  it.each([
    ['nothing failed', [], 0],
    ['half of it failed', [{ count: 30 }], 0],
    ['more than half failed', [{ count: 20 }, { count: 11 }], 3],
    ['everything failed', [{ count: 60 }], 3],
    [
      'everything was refused by its credentials',
      [
        { status: 401, count: 50 },
        { status: 403, count: 10 },
      ],
      4,
    ],
    ['some of it succeeded without credentials', [{ status: 401, count: 59 }], 3],
    [
      'nothing could be reached',
      [
        { code: 'SLUICE_CONNECT', count: 30 },
        { code: 'SLUICE_DNS', count: 30 },
      ],
      6,
    ],
    ['nothing was answered in time', [{ code: 'SLUICE_ATTEMPT_TIMEOUT', count: 60 }], 3],
  ] as const)('if %s: %j gives %d', (_what, errors, code) => {
    expect(codeFor(...errors)).toBe(code)
  })
})

const thresholds = { maxFailedShare: 0, minSuccess: 0.99, maxP95: 500, giveUpAfter: 30_000 }
const ending = {
  ...{ signal: undefined, badInput: false, succeeded: 9, failed: 1, refusedAccess: 0, unreached: 0 },
  ...{ stoppedEarly: false, gaveUp: false, p95: 100 },
}

it('says which thresholds a run has missed', () => {
  const times = { p50: 1, p90: 1, p95: 620, p99: 700, max: 700 }
  expect(missedThresholds({ succeeded: 9, failed: 1, done: 10, attemptMs: times }, thresholds)).toEqual([
    'threshold missed: 90 % succeeded, --min-success is 99 %',
    'threshold missed: 95 % of the attempts took up to 620 ms, --max-p95 is 500 ms',
  ])
  const failOn = { ...thresholds, minSuccess: undefined, maxP95: undefined, maxFailedShare: 0.05 }
  expect(missedThresholds({ succeeded: 9, failed: 1, done: 10, attemptMs: times }, failOn)).toEqual([
    'threshold missed: 10 % failed, --fail-on is 5 %',
  ])
  expect(
    missedThresholds({ succeeded: 10, failed: 0, done: 10, attemptMs: { ...times, p95: 500 } }, thresholds),
  ).toEqual([])
})

it.each([
  [{}, 5],
  [{ gaveUp: true, stoppedEarly: true, succeeded: 0, failed: 0 }, 6],
  [{ gaveUp: true, stoppedEarly: true, succeeded: 0, failed: 3, refusedAccess: 3 }, 4],
  [{ gaveUp: true, stoppedEarly: true, signal: 'SIGINT' as const }, 130],
])('the exit code of a run that ended with %j is %d', (how, code) => {
  expect(exitCodeOf({ ...ending, ...how }, thresholds)).toBe(code)
})
