import { describe, expect, it } from 'vitest'
import { AnnouncedQuota, type QuotaReport } from './announced-quota.ts'

function quotaWith(report: Partial<QuotaReport>, now = 20): AnnouncedQuota {
  const quota = new AnnouncedQuota()
  quota.report(now, {
    limit: 100,
    remaining: 10,
    window: 60_000,
    resetAfter: 30_000,
    refill: 'more',
    sentAt: 0,
    roundTrip: 20,
    ...report,
  })
  return quota
}

/** When each of `count` sends may leave, if they leave as soon as they may. */
function sendTimes(quota: AnnouncedQuota, count: number, from: number): number[] {
  let now = from
  return Array.from({ length: count }, () => {
    now = quota.earliest(now, 1)
    quota.take(now, 1)
    return now
  })
}

describe('an announced quota', () => {
  it('says nothing before it has been told anything', () => {
    expect(sendTimes(new AnnouncedQuota(), 3, 0)).toEqual([0, 0, 0])
  })

  it('lets out what is left and no more, until there is more again', () => {
    const times = sendTimes(quotaWith({}), 11, 20)

    expect(times.filter((at) => at < 30_020)).toHaveLength(10)
    expect(times[10]).toBe(30_020)
  })

  it('spreads what is left of a short window over its time', () => {
    const times = sendTimes(quotaWith({ remaining: 3 }), 3, 20)

    expect(times.map(Math.round)).toEqual([20, 10_020, 20_020])
  })

  it('lets a quota of an hour be spent as it is wanted', () => {
    const times = sendTimes(quotaWith({ window: 3_600_000, resetAfter: 3_000_000 }), 10, 20)

    expect(times).toEqual(Array(10).fill(20))
  })

  it('takes off what was sent after the request that is answered: it is not counted in it yet', () => {
    const quota = new AnnouncedQuota()
    for (const at of [0, 5, 10, 15]) quota.take(at, 1)

    quota.report(20, { limit: 100, remaining: 3, resetAfter: 60_000, sentAt: 0, roundTrip: 20 })

    expect(quota.earliest(20, 1)).toBe(60_020)
  })

  it('only ever lowers within a window: answers come in any order', () => {
    const quota = quotaWith({ remaining: 0 })
    quota.report(25, { limit: 100, remaining: 5, window: 60_000, resetAfter: 30_000, sentAt: 1, roundTrip: 20 })

    expect(quota.earliest(30, 1)).toBe(30_020)
  })

  it('takes the nearest end of a window, because whole seconds are rounded up', () => {
    const quota = quotaWith({ remaining: 5, resetAfter: 2_000 })
    quota.report(1_100, { limit: 100, remaining: 0, window: 60_000, resetAfter: 1_000, sentAt: 1_080, roundTrip: 20 })

    expect(quota.earliest(1_100, 1)).toBe(2_020)
  })

  it('ignores what an answer says of a window that is over', () => {
    const quota = quotaWith({ remaining: 0, resetAfter: 1_000, window: 1_000 })
    expect(quota.earliest(1_020, 1)).toBe(1_020)

    quota.report(1_030, { limit: 100, remaining: 0, window: 1_000, resetAfter: 1_000, sentAt: 900, roundTrip: 130 })

    expect(quota.earliest(1_030, 1)).toBe(1_030)
  })

  it('counts on what comes back all the time, where the answer says when all of it will be there', () => {
    const quota = quotaWith({ limit: 60, remaining: 0, window: undefined, resetAfter: 60_000, refill: 'full' })

    expect(sendTimes(quota, 3, 20).map(Math.round)).toEqual([1_020, 2_020, 3_020])
  })

  it('notices a log that slides, and goes on at its rate instead of waiting for an end that never comes', () => {
    const quota = quotaWith({ limit: 50, remaining: 0, window: 1_000, resetAfter: 1_000 })
    sendTimes(quota, 1, 1_020)
    quota.report(1_040, { limit: 50, remaining: 10, window: 1_000, resetAfter: 1_000, sentAt: 1_020, roundTrip: 20 })

    const times = sendTimes(quota, 12, 1_040)

    expect(times[11]! - times[1]!).toBeCloseTo(10 * 20.2, 0)
  })
})
