import { describe, expect, it } from 'vitest'
import { planBenchmark } from './plan-benchmark.ts'

describe('the plan of a benchmark', () => {
  it('has the rows of the table, and counts every request of every round, those to warm up too', () => {
    // Four rows of 5; the first round warms up 2 and 4, later ones 4.
    expect(planBenchmark({ count: 5, levels: [4, 1, 2, 9], repeat: 3, auto: false })).toEqual({
      rows: [
        { mode: 'sequential', concurrency: 1 },
        { mode: 'reused', concurrency: 1 },
        { mode: 'concurrent', concurrency: 2 },
        { mode: 'concurrent', concurrency: 4 },
      ],
      requestsPerRow: 5,
      repeat: 3,
      requests: 3 * 4 * 5 + 6 + 4 + 4,
    })
  })

  it('refuses what the benchmark would refuse', () => {
    expect(() => planBenchmark({ count: 0 })).toThrow('count: expected a whole number from 1 up, got 0')
  })
})
