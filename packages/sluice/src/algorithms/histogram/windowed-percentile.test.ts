import { describe, expect, it } from 'vitest'
import { WindowedPercentile } from './duration-buckets.ts'

/** Adds one duration every `interval` milliseconds. Returns the time of the last. */
function fill(estimate: WindowedPercentile, from: number, interval: number, durations: readonly number[]): number {
  for (const [index, duration] of durations.entries()) estimate.add(from + index * interval, duration)
  return from + durations.length * interval
}

describe('WindowedPercentile', () => {
  it('says nothing before it knows 100 durations', () => {
    const estimate = new WindowedPercentile(95)
    fill(estimate, 0, 1, Array(99).fill(50))
    expect(estimate.value).toBeUndefined()
    estimate.add(99, 50)
    expect(estimate.value! / 50).toBeCloseTo(1.01, 1)
  })

  it('is at most 2 % above what so many do not exceed', () => {
    const estimate = new WindowedPercentile(95)
    fill(
      estimate,
      0,
      1,
      Array.from({ length: 1_000 }, (_, index) => index + 1),
    )
    expect(estimate.value).toBeGreaterThanOrEqual(950)
    expect(estimate.value).toBeLessThan(950 * 1.02)
  })

  it('follows what changes: after 2,000 others nothing is left of what was', () => {
    const estimate = new WindowedPercentile(95)
    const later = fill(estimate, 0, 1, Array(5_000).fill(50))
    fill(estimate, later, 1, Array(2_000).fill(200))
    expect(estimate.value! / 200).toBeCloseTo(1.01, 1)
    fill(estimate, later + 2_000, 1, Array(2_000).fill(20))
    expect(estimate.value! / 20).toBeCloseTo(1.01, 1)
  })

  it('follows within a minute where there are few', () => {
    const estimate = new WindowedPercentile(95)
    const later = fill(estimate, 0, 100, Array(600).fill(200))
    fill(estimate, later, 100, Array(620).fill(20))
    expect(estimate.value! / 20).toBeCloseTo(1.01, 1)
  })

  it('keeps its estimate while nothing comes', () => {
    const estimate = new WindowedPercentile(95)
    fill(estimate, 0, 1, Array(100).fill(50))
    fill(estimate, 86_400_000, 1, Array(20).fill(50))
    expect(estimate.value! / 50).toBeCloseTo(1.01, 1)
  })
})
