import { describe, expect, it } from 'vitest'
import { RunSlices } from './run-slices.ts'

const success = { ok: true, throttled: 0, attemptMs: [20] }

describe('the slices of a run', () => {
  it('count results, refusals and times where they belong, whatever order they come in', () => {
    const slices = new RunSlices()
    slices.add(250, { ok: false, throttled: 2, attemptMs: [100, 300] })
    slices.add(0, success)
    slices.add(99.9, success)
    slices.add(-5, success)

    const series = slices.series()
    expect(series).toMatchObject({ sliceMs: 100, succeeded: [3, 0, 0], failed: [0, 0, 1], throttled: [0, 0, 2] })
    expect(series.p50Ms[0]).toBeCloseTo(20, 0)
    expect(series.p50Ms[1]).toBeNull()
    expect(series.p95Ms[2]! / 300).toBeCloseTo(1, 1)
    expect(series.p99Ms![2]! / 300).toBeCloseTo(1, 1)
    expect(series.times).toEqual([
      [[11, 3]],
      [],
      [
        [17, 1],
        [20, 1],
      ],
    ])
  })

  it('spread a stretch that was kept over its length', () => {
    const slices = new RunSlices()
    const stretch = { at: 0, throttled: 0, inFlight: 3, limit: 5, waits: {}, slowest: [] }
    slices.addStretch(0, { ...stretch, ms: 1_000, succeeded: 20, failed: 10, durations: [[365, 40]] })
    slices.addStretch(60_000, { ...stretch, ms: 60_000, succeeded: 600, failed: 0, durations: [] })
    const { sliceMs, succeeded, failed, p50Ms } = slices.series()
    expect([sliceMs, succeeded.length]).toEqual([400, 300])
    expect(succeeded[0]! + succeeded[1]! + succeeded[2]!).toBeCloseTo(20)
    expect(failed[0]).toBeCloseTo(4)
    expect(succeeded.slice(150).every((count) => Math.abs(count - 4) < 1)).toBe(true)
    expect(p50Ms[1]! / 13.8).toBeCloseTo(1, 1)
  })

  it('double in length when there are too many, and lose nothing', () => {
    const slices = new RunSlices()
    for (let second = 0; second < 10_000; second++) slices.add(second * 1_000, { ...success, ok: second % 10 !== 0 })

    const series = slices.series()
    expect(series.sliceMs).toBe(51_200)
    expect(series.succeeded).toHaveLength(196)
    expect(series.succeeded.reduce((sum, count) => sum + count, 0)).toBe(9_000)
    expect(series.failed.reduce((sum, count) => sum + count, 0)).toBe(1_000)
    expect(series.succeeded[3]! + series.failed[3]!).toBe(51)
  })

  it('may be far apart: a run that was resumed after a year has its slices too', () => {
    const slices = new RunSlices()
    slices.add(0, success)
    slices.add(31_536_000_000, success)

    const { succeeded } = slices.series()
    expect(succeeded.length).toBeLessThanOrEqual(300)
    expect([succeeded[0], succeeded.at(-1)]).toEqual([1, 1])
  })
})
