import { describe, expect, it } from 'vitest'
import { LearnedRate } from './learned-rate.ts'

/** Times of `count` sends, each at the earliest allowed time. */
function sendTimes(rate: LearnedRate, count: number, from: number): number[] {
  let now = from
  return Array.from({ length: count }, () => {
    now = rate.earliest(now, 1)
    rate.take(now, 1)
    return now
  })
}

describe('a learned rate', () => {
  it('holds nothing back before the first refusal', () => {
    expect(sendTimes(new LearnedRate(), 3, 0)).toEqual([0, 0, 0])
  })

  it('is what was accepted until the server said stop, in the time until it said to come back', () => {
    const rate = new LearnedRate()

    rate.learn(1_020, { accepted: 50, sending: 20, elapsed: 1_020, wait: 1_000 }, false)

    const times = sendTimes(rate, 101, 1_020)
    expect(rate.rate).toEqual({ count: 50, per: 1_010 })
    expect(times[50]! - times[0]!).toBeCloseTo(1_010)
    expect(times[100]! - times[50]!).toBeCloseTo(1_010)
  })

  it.each([
    [1_050, 1_000, 1_010],
    [2_050, 2_000, 1_010],
    [60_900, 60_000, 60_010],
    [61_000, 61_000, 60_010],
    [7_300, 7_000, 7_300],
    [1_300, 0, 1_300],
    [1_100, 0, 1_010],
    [1_000, 0, 1_000],
  ])('takes %d ms, of which %d were requested, for the usual window that is meant', (elapsed, wait, per) => {
    const rate = new LearnedRate()

    rate.learn(elapsed, { accepted: 10, sending: 20, elapsed, wait }, false)

    expect(rate.rate).toEqual({ count: 10, per })
  })

  it('spreads calls after a pause over an eighth of the window', () => {
    const rate = new LearnedRate()
    rate.learn(1_000, { accepted: 50, sending: 20, elapsed: 1_000, wait: 1_000 }, false)

    const times = sendTimes(rate, 50, 1_000)

    expect(times[49]! - times[0]!).toBeCloseTo((1_000 / 8 / 50) * 49, 0)
  })

  it('is a little below the pace that was too fast, when it was refused in the middle of a long run', () => {
    const rate = new LearnedRate()

    rate.learn(61_000, { accepted: 6_000, sending: 60_000, elapsed: 61_000, wait: 1_000 }, false)

    expect(rate.rate).toEqual({ count: 95, per: 1_000 })
  })

  it('does not take a stray refusal for the limit, where the user has named one', () => {
    const rate = new LearnedRate()

    rate.learn(1_500, { accepted: 50, sending: 500, elapsed: 1_500, wait: 1_000 }, true)

    expect(rate.rate).toEqual({ count: 95, per: 1_000 })
  })

  it('falls with further evidence by at least 5 % and at most half, and grows by 0.2 % a second', () => {
    const rate = new LearnedRate()
    rate.learn(0, { accepted: 100, sending: 20, elapsed: 1_000, wait: 1_000 }, false)

    rate.learn(0, { accepted: 1, sending: 900, elapsed: 1_000, wait: 1_000 }, false)
    expect(rate.rate).toEqual({ count: 50, per: 1_000 })

    rate.learn(0, { accepted: 500, sending: 900, elapsed: 1_000, wait: 1_000 }, false)
    expect(rate.rate).toEqual({ count: 47, per: 1_000 })

    expect(rate.earliest(100_000, 1)).toBe(100_000)
    const times = sendTimes(rate, 200, 100_000)
    expect(times.filter((at) => at < 101_000).length).toBe(58)
  })

  it('uses the whole of a small pace, evenly: a window of whole units would make one a second of 1.9', () => {
    const rate = new LearnedRate()

    rate.learn(11_000, { accepted: 20, sending: 10_000, elapsed: 11_000, wait: 1_000 }, false)

    expect(rate.rate).toEqual({ count: 1.9, per: 1_000 })
    const times = sendTimes(rate, 20, 11_000)
    // The first gap compensates a late timer; it grows by 0.2 % per 8 sends.
    expect(times[1]! - times[0]!).toBeCloseTo(1_000 / 1.9 - 4)
    expect(times[2]! - times[1]!).toBeCloseTo(1_000 / (1.9 * 1.002 ** (1 / 8)), 0)
    expect(times[17]! - times[16]!).toBeCloseTo(1_000 / (1.9 * 1.002 ** 2), 0)
  })

  it('is one in a longer time, if it is less than one in a window, and does not grow faster for that', () => {
    const rate = new LearnedRate()

    rate.learn(61_000, { accepted: 1, sending: 57_000, elapsed: 61_000, wait: 1_000 }, false)

    expect(rate.rate).toEqual({ count: 1, per: 60_000 })
    expect(sendTimes(rate, 3, 61_000)).toEqual([61_000, 120_996, expect.closeTo(180_996 - 15, -1)])
  })

  it('learns nothing where nothing was accepted', () => {
    const rate = new LearnedRate()

    expect(rate.learn(1_000, { accepted: 0, sending: 20, elapsed: 1_000, wait: 1_000 }, false)).toBe(false)
    expect(rate.rate).toBeUndefined()
  })
})

describe('a rate learned below a configured one', () => {
  /** Units of 120/s that may leave in the second that starts at `at`. */
  const perSecond = (rate: LearnedRate, at: number): number =>
    sendTimes(rate, 150, at).filter((time) => time < at + 990).length

  it('is cut by 5 % when less than a window was sent, and further only if that repeats', () => {
    const rate = new LearnedRate()
    const short = { accepted: 4, sending: 100, elapsed: 1_100, wait: 1_000 }

    rate.learn(1_100, short, true, 0.12)
    expect(rate.rate).toEqual({ count: 114, per: 1_000 })
    rate.learn(1_100, short, true, 0.12)
    expect(rate.rate).toEqual({ count: 108, per: 1_000 })
    rate.learn(1_100, short, true, 0.12)
    expect(rate.rate).toEqual({ count: 54, per: 1_000 })
  })

  it('returns within a minute to what was refused after the deepest cut, and slowly near it', () => {
    const rate = new LearnedRate()
    rate.learn(0, { accepted: 50, sending: 2_000, elapsed: 3_000, wait: 1_000 }, true, 0.12)
    expect(rate.rate).toEqual({ count: 60, per: 1_000 })

    expect(perSecond(rate, 20_000)).toBeGreaterThan(90)
    expect(perSecond(rate, 40_000)).toBeGreaterThan(114)
    expect(perSecond(rate, 54_000)).toBeLessThanOrEqual(120)
  })

  it('is again far above in a minute and a half if what was refused was not the limit', () => {
    const rate = new LearnedRate()
    rate.learn(0, { accepted: 8_000, sending: 100_000, elapsed: 101_000, wait: 1_000 }, true, 0.08)

    expect(perSecond(rate, 25_000)).toBeLessThanOrEqual(80)
    expect(perSecond(rate, 95_000)).toBeGreaterThan(120)
  })
})

it('does not get slower forever with a server that refuses by chance', () => {
  const rate = new LearnedRate()
  let now = 0
  let gap = 0
  for (let lesson = 0; lesson < 500; lesson++) {
    now = rate.earliest(now, 1)
    rate.take(now, 1)
    gap = Math.max(10, rate.earliest(now, 1) - now)
    now += gap + 1_000
    rate.learn(now, { accepted: 1, sending: gap, elapsed: gap + 1_000, wait: 1_000 }, false)
  }
  expect(gap).toBeLessThan(10_000)
})
