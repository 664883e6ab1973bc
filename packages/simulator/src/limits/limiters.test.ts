import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  concurrent,
  fixedWindow,
  type Limiter,
  leakyBucket,
  slidingLog,
  tokenBucket,
  withCompetitor,
} from './limiters.ts'
import { parseLimit } from './parse-limit.ts'

/** Results of a limiter for arrivals: 0 if admitted, otherwise the wait. */
function waits(limiter: Limiter, arrivals: readonly number[]): number[] {
  return arrivals.map((now) => {
    const wait = limiter.wait(now)
    if (wait === 0) limiter.take(now)
    return wait
  })
}

function accepted(limiter: Limiter, arrivals: readonly number[]): number[] {
  const answers = waits(limiter, arrivals)
  return arrivals.filter((_, index) => answers[index] === 0)
}

function maxInWindow(instants: readonly number[], window: number): number {
  return Math.max(0, ...instants.map((from) => instants.filter((at) => at >= from && at < from + window).length))
}

const arrivalsIn = (end: number) =>
  fc.array(fc.integer({ min: 0, max: end }), { maxLength: 300 }).map((all) => all.sort((a, b) => a - b))

describe('fixed window', () => {
  it.each([
    { name: 'counts anew in each window', arrivals: [0, 10, 20, 999, 1_000], expected: [0, 0, 980, 1, 0] },
    { name: 'lets twice as many pass across a boundary', arrivals: [998, 999, 1_000, 1_001], expected: [0, 0, 0, 0] },
    { name: 'forgets windows in which nothing came', arrivals: [0, 1, 9_500, 9_501], expected: [0, 0, 0, 0] },
  ])('$name', ({ arrivals, expected }) => {
    expect(waits(fixedWindow(2, 1_000), arrivals)).toEqual(expected)
  })

  it('reports the rest of the quota and when the window ends', () => {
    const limiter = fixedWindow(2, 1_000)
    limiter.take(400)
    expect(limiter.level(400)).toEqual({ quota: 2, window: 1_000, remaining: 1, moreIn: 600, fullIn: 600 })
    expect(limiter.level(1_000)).toMatchObject({ remaining: 2 })
  })

  it('never lets more than its quota pass in a window', () => {
    fc.assert(
      fc.property(arrivalsIn(5_000), fc.integer({ min: 1, max: 20 }), (arrivals, quota) => {
        const passed = accepted(fixedWindow(quota, 1_000), arrivals)
        const perWindow = Map.groupBy(passed, (at) => Math.floor(at / 1_000))
        for (const instants of perWindow.values()) expect(instants.length).toBeLessThanOrEqual(quota)
      }),
    )
  })
})

describe('sliding log', () => {
  it.each([
    { name: 'opens when the oldest has left', arrivals: [0, 500, 600, 999, 1_000], expected: [0, 0, 400, 1, 0] },
    {
      name: 'does not count what it refused',
      arrivals: [0, 0, 1, 2, 3, 1_000, 1_000],
      expected: [0, 0, 999, 998, 997, 0, 0],
    },
  ])('$name', ({ arrivals, expected }) => {
    expect(waits(slidingLog(2, 1_000), arrivals)).toEqual(expected)
  })

  it('tells when there is more and when all is there again', () => {
    const limiter = slidingLog(3, 1_000)
    limiter.take(100)
    limiter.take(300)
    expect(limiter.level(400)).toEqual({ quota: 3, window: 1_000, remaining: 1, moreIn: 700, fullIn: 900 })
  })

  it('never lets more than its quota pass in any window', () => {
    fc.assert(
      fc.property(arrivalsIn(3_000), fc.integer({ min: 1, max: 40 }), (arrivals, quota) => {
        expect(maxInWindow(accepted(slidingLog(quota, 1_000), arrivals), 1_000)).toBeLessThanOrEqual(quota)
      }),
    )
  })
})

describe('token bucket', () => {
  it.each([
    { name: 'starts full', arrivals: [0, 0, 0, 0], expected: [0, 0, 0, 100] },
    {
      name: 'allows at the very instant of the refill',
      arrivals: [0, 0, 0, 99, 100, 100],
      expected: [0, 0, 0, 1, 0, 100],
    },
    { name: 'fills up to its size and no further', arrivals: [9_000, 9_000, 9_000, 9_000], expected: [0, 0, 0, 100] },
  ])('$name', ({ arrivals, expected }) => {
    expect(waits(tokenBucket(10, 1_000, 3), arrivals)).toEqual(expected)
  })

  it('reports the rest of the quota, when the next token comes and when the bucket is full', () => {
    const limiter = tokenBucket(10, 1_000, 20)
    expect(limiter.level(0)).toEqual({ quota: 20, window: 2_000, remaining: 20, moreIn: 0, fullIn: 0 })
    limiter.take(0)
    limiter.take(0)
    expect(limiter.level(50)).toEqual({ quota: 20, window: 2_000, remaining: 18, moreIn: 50, fullIn: 150 })
    expect(limiter.level(100)).toMatchObject({ remaining: 19, moreIn: 100 })
  })

  it('never lets more pass in any window than the bucket and what flows in', () => {
    const cases = fc.tuple(arrivalsIn(5_000), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }))
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 3_000 }), ([arrivals, quota, burst], window) => {
        const passed = accepted(tokenBucket(quota, 1_000, burst), arrivals)
        expect(maxInWindow(passed, window)).toBeLessThanOrEqual(burst + (window * quota) / 1_000 + 1e-6)
      }),
    )
  })
})

describe('leaky bucket', () => {
  it.each([
    {
      name: 'with burst 0 wants a whole interval between two',
      burst: 0,
      arrivals: [0, 99, 100, 199],
      expected: [0, 1, 0, 1],
    },
    { name: 'with burst 2 takes three at once', burst: 2, arrivals: [5, 5, 5, 5, 105], expected: [0, 0, 0, 100, 0] },
    { name: 'counts whole milliseconds', burst: 0, arrivals: [0.9, 100.1], expected: [0, 0] },
    {
      name: 'is not made to wait longer by what it refused',
      burst: 0,
      arrivals: [0, 50, 60, 70, 100],
      expected: [0, 50, 40, 30, 0],
    },
  ])('$name', ({ burst, arrivals, expected }) => {
    const answers = waits(leakyBucket(10, 1_000, burst), arrivals)
    expect(answers).toEqual(expected)
  })

  it('loses what does not divide: 50 a minute need 1201 ms between two, and 300 a second pass 250', () => {
    expect(waits(leakyBucket(50, 60_000, 0), [0, 1_200, 1_201])).toEqual([0, 1, 0])
    const everyMillisecond = Array.from({ length: 1_000 }, (_, ms) => ms)
    expect(accepted(leakyBucket(300, 1_000, 0), everyMillisecond)).toHaveLength(250)
  })

  it('reports the rest of the quota', () => {
    const limiter = leakyBucket(10, 1_000, 5)
    expect(limiter.level(0)).toMatchObject({ remaining: 6, moreIn: 0, fullIn: 0 })
    limiter.take(0)
    limiter.take(0)
    expect(limiter.level(0)).toMatchObject({ quota: 10, window: 1_000, remaining: 4, moreIn: 100, fullIn: 200 })
    expect(limiter.level(100)).toMatchObject({ remaining: 5, moreIn: 100 })
  })

  it('never lets more pass in any window than the burst and what leaks out', () => {
    fc.assert(
      fc.property(
        arrivalsIn(3_000),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 0, max: 10 }),
        (all, quota, burst) => {
          const passed = accepted(leakyBucket(quota, 1_000, burst), all)
          expect(maxInWindow(passed, 1_000)).toBeLessThanOrEqual(burst + 1 + quota)
        },
      ),
    )
  })
})

describe('any limit', () => {
  const limiters: readonly [string, () => Limiter][] = [
    ['fixed window', () => fixedWindow(3, 1_000)],
    ['sliding log', () => slidingLog(3, 1_000)],
    ['token bucket', () => tokenBucket(7, 1_000, 3)],
    ['leaky bucket', () => leakyBucket(7, 1_000, 2)],
  ]

  it.each(limiters)('%s lets pass whoever waits as long as it said, and as many as it said are left', (_, make) => {
    fc.assert(
      fc.property(arrivalsIn(2_000), (arrivals) => {
        const limiter = make()
        for (const now of arrivals) {
          const { remaining } = limiter.level(now)
          const wait = limiter.wait(now)
          expect(remaining > 0).toBe(wait === 0)
          if (wait === 0) limiter.take(now)
        }
        const end = arrivals.at(-1) ?? 0
        expect(limiter.wait(end + limiter.wait(end))).toBe(0)
        const { remaining, moreIn } = limiter.level(end)
        expect(
          accepted(
            limiter,
            Array.from({ length: 10 }, () => end),
          ),
        ).toHaveLength(remaining)
        expect(moreIn).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('is used up in part by a competitor, evenly', () => {
    const fixed = parseLimit('limit', 'fixed:10/s', 0)
    const every50ms = Array.from({ length: 40 }, (_, index) => index * 50)
    const passed = accepted(withCompetitor(fixedWindow(10, 1_000), fixed, 0.3), every50ms)
    expect(passed.filter((at) => at < 1_000).length).toBeGreaterThanOrEqual(6)
    expect(passed.filter((at) => at < 1_000).length).toBeLessThanOrEqual(8)

    const log = withCompetitor(slidingLog(10, 1_000), parseLimit('limit', 'sliding:10/s', 0), 0.5)
    expect(log.level(0).remaining).toBe(5)
    expect(log.level(86_400_000).remaining).toBe(5)
  })

  it('counts requests at once until they are released', () => {
    const limiter = concurrent(2)
    expect(waits(limiter, [0, 0, 0])).toEqual([0, 0, 1_000])
    limiter.release()
    expect(limiter.level(0)).toMatchObject({ quota: 2, remaining: 1 })
    expect(waits(limiter, [1, 1])).toEqual([0, 1_000])
  })
})
