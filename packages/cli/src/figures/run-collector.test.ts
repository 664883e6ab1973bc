import type { RunBar } from '@sluice/report'
import { describe, expect, it } from 'vitest'
import { FirstCalls } from './run-collector.ts'

describe('the first calls of a run', () => {
  it('are the two hundred that began first, in order, whatever order they ended in', () => {
    const calls = new FirstCalls()
    // 7,919 is prime to 10,000: every number once, well mixed.
    for (let n = 0; n < 10_000; n++) calls.add({ index: n, startMs: (n * 7_919) % 10_000 } as RunBar)

    expect(calls.list().map(({ startMs }) => startMs)).toEqual(Array.from({ length: 200 }, (_, start) => start))
  })
})
