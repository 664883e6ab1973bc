import { describe, expect, it } from 'vitest'
import { bucketEnd, durationBucket, percentileOf } from './duration-buckets.ts'

describe('durationBucket', () => {
  it('puts each duration in a bucket that ends less than 2 % above it', () => {
    for (const duration of [0.011, 0.5, 1, 12.5, 200, 30_000, 86_400_000]) {
      const end = bucketEnd(durationBucket(duration))
      expect(end / duration).toBeGreaterThanOrEqual(1 - 1e-9)
      expect(end / duration).toBeLessThan(1.0201)
    }
  })

  it('needs few numbers for any range: below 1,200 from a hundredth of a millisecond to a day', () => {
    expect(durationBucket(0)).toBe(0)
    expect(durationBucket(86_400_000)).toBe(1_156)
  })
})

describe('percentileOf', () => {
  it('finds the duration that so many do not exceed', () => {
    const counts = new Map<number, number>()
    for (let duration = 1; duration <= 1_000; duration++) {
      const bucket = durationBucket(duration)
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    }
    expect(percentileOf(counts, 50) / 500).toBeCloseTo(1.01, 1)
    expect(percentileOf(counts, 99) / 990).toBeCloseTo(1.01, 1)
    expect(percentileOf(counts, 100)).toBeGreaterThanOrEqual(1_000)
  })

  it('is 0 where nothing was counted', () => {
    expect(percentileOf(new Map(), 95)).toBe(0)
  })
})
