import type { BenchmarkError } from 'sluice/internal'
import { describe, expect, it } from 'vitest'
import { exampleBenchmark, exampleRow } from '../../test/example-benchmark.ts'
import { benchExitCode } from './exit-code.ts'

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
