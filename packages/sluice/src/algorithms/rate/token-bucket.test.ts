import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

const rate = { count: 10, per: 1_000 }

describe('TokenBucket', () => {
  it('lets a full bucket go at once, then one for each token that comes in', () => {
    const bucket = new TokenBucket(rate, 3)
    const times: number[] = []
    let now = 0
    for (let sent = 0; sent < 6; sent++) {
      now = bucket.earliest(now, 1)
      bucket.take(now, 1)
      times.push(now)
    }
    expect(times).toEqual([0, 0, 0, 100, 200, 300])
  })

  it.each([
    [0, 100],
    [100, 100],
    [250, 250],
    [10_000, 10_000],
  ])('answers %d ms with %d ms when its last token left at 0', (now, expected) => {
    const bucket = new TokenBucket(rate, 3)
    bucket.take(0, 3)
    expect(bucket.earliest(now, 1)).toBe(expected)
  })

  it.each([
    [1, 1_100],
    [2, 1_200],
    [3, 1_300],
    [4, 1_300],
    [100, 1_300],
  ])('makes %d units wait until so many tokens are in, or the bucket is full: until %d ms', (weight, expected) => {
    const bucket = new TokenBucket(rate, 3)
    bucket.take(1_000, 3)
    expect(bucket.earliest(1_000, weight)).toBe(expected)
  })

  it('pays for more units than it holds afterwards', () => {
    const bucket = new TokenBucket(rate, 3)
    expect(bucket.earliest(0, 10)).toBe(0)
    bucket.take(0, 10)
    expect(bucket.earliest(0, 1)).toBe(800)
  })

  it('saves up no more than it holds, however long it rests', () => {
    const bucket = new TokenBucket(rate, 3)
    bucket.take(0, 3)
    bucket.take(1_000_000, 3)
    expect(bucket.earliest(1_000_000, 1)).toBe(1_000_100)
  })

  it('is like a new one as soon as it is full', () => {
    const bucket = new TokenBucket(rate, 3)
    expect(bucket.isFresh(0)).toBe(true)
    bucket.take(0, 2)
    expect([bucket.isFresh(199), bucket.isFresh(200)]).toEqual([false, true])
  })

  it('never lets more than rate x t + burst leave in any time t, whatever is asked when', () => {
    fc.assert(
      fc.property(patterns, ({ count, per, burst, steps }) => {
        const sent = run(new TokenBucket({ count, per }, burst), steps, burst)
        for (const [first, { at: from }] of sent.entries()) {
          let units = 0
          for (const { at, weight } of sent.slice(first)) {
            units += weight
            expect(units).toBeLessThanOrEqual((count / per) * (at - from) + burst + 1e-6)
          }
        }
      }),
    )
  })

  it('answers later for later questions and greater weights, and asking changes nothing', () => {
    const questions = fc.array(fc.tuple(fc.double({ min: 0, max: 5_000, noNaN: true }), fc.integer({ min: 1, max: 9 })))
    fc.assert(
      fc.property(patterns, questions, ({ count, per, burst, steps }, asked) => {
        const bucket = new TokenBucket({ count, per }, burst)
        const now = run(bucket, steps, burst).at(-1)?.at ?? 0
        const expected = bucket.earliest(now, 1)
        for (const [ahead, weight] of asked) {
          const answer = bucket.earliest(now + ahead, weight)
          expect(answer).toBeGreaterThanOrEqual(now + ahead)
          expect(bucket.earliest(now + ahead + 1, weight)).toBeGreaterThanOrEqual(answer)
          expect(bucket.earliest(now + ahead, weight + 1)).toBeGreaterThanOrEqual(answer)
        }
        expect(bucket.earliest(now, 1)).toBe(expected)
      }),
    )
  })
})

const patterns = fc.record({
  count: fc.integer({ min: 1, max: 100 }),
  per: fc.constantFrom(1, 250, 1_000, 15_000, 60_000),
  burst: fc.integer({ min: 1, max: 20 }),
  steps: fc.array(
    fc.record({
      pause: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2_000, noNaN: true })),
      weight: fc.integer({ min: 1, max: 20 }),
    }),
    { maxLength: 60 },
  ),
})

/** Sends each as early as allowed. Weights are capped at the burst: larger ones overdraw the bucket by design. */
function run(
  bucket: TokenBucket,
  steps: readonly { readonly pause: number; readonly weight: number }[],
  burst: number,
): { at: number; weight: number }[] {
  let now = 0
  return steps.map((step) => {
    const weight = Math.min(step.weight, burst)
    now = bucket.earliest(now + step.pause, weight)
    expect(bucket.earliest(now, weight)).toBe(now)
    bucket.take(now, weight)
    return { at: now, weight }
  })
}
