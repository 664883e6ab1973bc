import { describe, expect, it } from 'vitest'
import { AdvertisedQuota, type QuotaReport } from './advertised-quota.ts'

function quotaWith(report: Partial<QuotaReport>, now = 20): AdvertisedQuota {
  const quota = new AdvertisedQuota()
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

/** Times of `count` sends, each at the earliest allowed time. */
function sendTimes(quota: AdvertisedQuota, count: number, from: number): number[] {
  let now = from
  return Array.from({ length: count }, () => {
    now = quota.earliest(now, 1)
    quota.take(now, 1)
    return now
  })
}

describe('an advertised quota', () => {
  it('holds nothing back before the first answer', () => {
    expect(sendTimes(new AdvertisedQuota(), 3, 0)).toEqual([0, 0, 0])
  })

  it('lets out the remaining calls and no more, until the reset', () => {
    const times = sendTimes(quotaWith({}), 11, 20)

    expect(times.filter((at) => at < 30_020)).toHaveLength(10)
    expect(times[10]).toBe(30_020)
  })

  it('spreads the remaining calls of a short window over its time', () => {
    const times = sendTimes(quotaWith({ remaining: 3 }), 3, 20)

    // The first may have been 10 ms late.
    expect(times).toEqual([20, 10_010, 20_015])
  })

  it('lets a quota of an hour be spent as needed', () => {
    const times = sendTimes(quotaWith({ window: 3_600_000, resetAfter: 3_000_000 }), 10, 20)

    expect(times).toEqual(Array(10).fill(20))
  })

  it('subtracts calls sent after the answered request, which it does not count yet', () => {
    const quota = new AdvertisedQuota()
    for (const at of [0, 5, 10, 15]) quota.take(at, 1)

    quota.report(20, { limit: 100, remaining: 3, resetAfter: 60_000, sentAt: 0, roundTrip: 20 })

    expect(quota.earliest(20, 1)).toBe(60_020)
  })

  it('only lowers what may leave within a window, because answers come in any order', () => {
    const quota = quotaWith({ remaining: 0 })
    quota.report(25, { limit: 100, remaining: 5, window: 60_000, resetAfter: 30_000, sentAt: 1, roundTrip: 20 })

    expect(quota.earliest(30, 1)).toBe(30_020)
  })

  it('uses the nearest stated end of a window, because whole seconds are rounded up', () => {
    const quota = quotaWith({ remaining: 5, resetAfter: 2_000 })
    quota.report(1_100, { limit: 100, remaining: 0, window: 60_000, resetAfter: 1_000, sentAt: 1_080, roundTrip: 20 })

    expect(quota.earliest(1_100, 1)).toBe(2_020)
  })

  it('begins a window with the first request that saw it, even if its response comes after the stated end', () => {
    const second = { limit: 50, window: 1_000, roundTrip: 100 }
    const quota = quotaWith({ ...second, remaining: 25, resetAfter: 900, sentAt: 50 }, 150)
    for (const at of [500, 600, 700, 800, 900]) quota.take(at, 1)
    quota.report(1_000, { ...second, remaining: 20, resetAfter: 1_000, sentAt: 900 })
    quota.take(1_010, 1)
    // The stated end, rounded up, passes; the server's window restarted at 1,000.
    expect(quota.earliest(1_060, 1)).toBe(1_060)
    quota.report(1_110, { ...second, remaining: 49, resetAfter: 1_000, sentAt: 1_010 })

    const times = sendTimes(quota, 51, 1_110)
    expect(times.filter((at) => at < 2_020)).toHaveLength(49)
    expect(times[49]).toBe(2_020)
  })

  it('ignores a response about a window that is over', () => {
    const quota = quotaWith({ remaining: 0, resetAfter: 1_000, window: 1_000 })
    expect(quota.earliest(1_020, 1)).toBe(1_020)

    quota.report(1_030, { limit: 100, remaining: 0, window: 1_000, resetAfter: 1_000, sentAt: 900, roundTrip: 130 })

    expect(quota.earliest(1_030, 1)).toBe(1_030)
  })

  it('counts on a steady refill if the response says when the bucket is full', () => {
    const quota = quotaWith({ limit: 60, remaining: 0, window: undefined, resetAfter: 60_000, refill: 'full' })

    // Relative to the send time of the request; two units are reserved for others.
    expect(sendTimes(quota, 3, 20).map(Math.round)).toEqual([3_000, 4_000, 5_000])
  })

  it('lets one call go in each window of a limit of 0, to learn of a raised limit', () => {
    const quota = quotaWith({ limit: 0, remaining: 0, window: 1_000, resetAfter: 1_000 })

    expect(sendTimes(quota, 2, 20)).toEqual([1_020, 2_020])
  })

  it('lets a call that weighs more than the limit leave alone', () => {
    expect(quotaWith({ limit: 5, remaining: 0, window: 1_000, resetAfter: 1_000 }).earliest(20, 9)).toBe(1_020)
  })
})

type Counter = (at: number) => { readonly used: number; readonly resetAfter: number; readonly refill?: 'full' }

/** Counts, and states times in whole seconds, rounded up. Requests arrive after 1 ms, responses after 20 ms. */
class Server {
  readonly #counter: Counter
  readonly #window: number | undefined
  readonly quota = new AdvertisedQuota()
  readonly sent: number[] = []
  readonly refused: number[] = []

  constructor(counter: Counter, window?: number) {
    this.#counter = counter
    this.#window = window
  }

  /** Sends at the earliest allowed times between `from` and `to`; each response arrives before the next send. */
  run(from: number, to: number): this {
    for (let now = this.quota.earliest(from, 1); now < to; now = this.quota.earliest(now + 20, 1)) {
      this.quota.take(now, 1)
      this.sent.push(now)
      const { used, resetAfter, refill } = this.#counter(now + 1)
      if (used > 60) this.refused.push(now)
      if (used > 60) this.quota.refused(now, 1)
      const remaining = Math.max(0, 60 - used)
      this.quota.report(now + 20, {
        limit: 60,
        remaining,
        window: this.#window,
        resetAfter,
        refill,
        sentAt: now,
        roundTrip: 20,
      })
    }
    return this
  }

  between(from: number, to: number): number {
    return this.sent.filter((at) => from <= at && at < to).length
  }
}

const second = (milliseconds: number): number => Math.ceil(milliseconds / 1_000) * 1_000
const minute = 60_000

function windowServer(refill?: 'full'): Server {
  const counts = new Map<number, number>()
  return new Server(
    (at) => {
      const index = Math.floor(at / minute)
      counts.set(index, (counts.get(index) ?? 0) + 1)
      return { used: counts.get(index)!, resetAfter: second((index + 1) * minute - at), ...(refill && { refill }) }
    },
    refill ? undefined : minute,
  )
}

/** Sliding log of which others use 20 a minute, evenly. */
function logServer(window?: number): Server {
  let log = Array.from({ length: 20 }, (_, index) => (index + 1) * 3_000 - minute)
  let next = 3_000
  return new Server((at) => {
    for (; next <= at; next += 3_000) log.push(next)
    log = log.filter((each) => each > at - minute)
    log.push(at)
    return { used: log.length, resetAfter: second(log[0]! + minute - at) }
  }, window)
}

function bucketServer(tell: 'more' | 'full'): Server {
  let level = 60
  let last = 0
  return new Server(
    (at) => {
      level = Math.min(60, level + (at - last) / 1_000) - 1
      last = at
      const used = 60 - Math.floor(level)
      return tell === 'full' ? { used, resetAfter: (60 - level) * 1_000, refill: 'full' } : { used, resetAfter: 1_000 }
    },
    tell === 'full' ? undefined : minute,
  )
}

/** Limit of 60 in any 2 s, without a stated window. */
function shortLogServer(tell: 'more' | 'full'): Server {
  let log: number[] = []
  return new Server((at) => {
    log = log.filter((each) => each > at - 2_000)
    if (log.length === 60) return { used: 61, resetAfter: second(log[0]! + 2_000 - at) }
    log.push(at)
    const { length } = log
    return tell === 'full'
      ? { used: length, resetAfter: 2_000, refill: 'full' }
      : { used: length, resetAfter: second(log[0]! + 2_000 - at) }
  })
}

describe('how a quota seems to be counted', () => {
  it.each(['more', 'full'] as const)('a short window that is not stated is found and used (reset: %s)', (tell) => {
    const server = shortLogServer(tell).run(0, 180_000)

    expect(server.between(120_000, 180_000)).toBeGreaterThan(0.9 * 60 * 30)
    expect(server.refused.length).toBeLessThan(5)
  })

  it.each([
    ['a window that turns', windowServer(), 'window'],
    ['a window that states when all is back', windowServer('full'), 'window'],
    ['a log that slides', logServer(minute), 'log'],
    ['a log that slides, without a stated window', logServer(), 'log'],
    ['a bucket', bucketServer('more'), 'bucket'],
    ['a bucket that states when it is full', bucketServer('full'), 'bucket'],
  ])('%s is known as such, and never overdrawn', (_name, server, kind) => {
    server.run(25_000, 300_000)

    expect(server.quota.kind).toBe(kind)
    expect(server.refused).toEqual([])
  })

  it.each([
    ['all of a window', windowServer(), 60],
    ['what others leave of a log', logServer(minute), 40],
    ['what others leave of a log without a stated window', logServer(), 40],
    ['what a bucket is filled with', bucketServer('full'), 60],
  ])('%s is used in each minute', (_name, server, count) => {
    server.run(25_000, 360_000)

    expect([3, 4, 5].map((index) => server.between(index * minute, (index + 1) * minute))).toEqual([
      count,
      count,
      count,
    ])
  })

  it('a window that begins between two whole seconds begins with the request that sees it', () => {
    const quota = quotaWith({ limit: 50, remaining: 20, window: 1_000, resetAfter: 1_000 })
    quota.take(500, 1)
    quota.report(520, { limit: 50, remaining: 49, window: 1_000, resetAfter: 1_000, sentAt: 500, roundTrip: 20 })
    for (let sent = 0; sent < 49; sent++) quota.take(530, 1)

    expect(quota.earliest(530, 1)).toBe(1_510)
  })

  it('answers that overtake each other after a burst change nothing', () => {
    const quota = new AdvertisedQuota()
    for (let index = 0; index < 20; index++) quota.take(0, 1)
    const order = [12, 3, 20, 7, 1, 15, 9, 18, 5, 2, 14, 11, 6, 19, 4, 16, 8, 13, 10, 17]
    for (const used of order) {
      quota.report(100, {
        limit: 60,
        remaining: 60 - used,
        window: minute,
        resetAfter: 30_000,
        sentAt: 0,
        roundTrip: 100,
      })
    }
    quota.take(110, 1)
    quota.report(210, { limit: 60, remaining: 39, window: minute, resetAfter: 30_000, sentAt: 110, roundTrip: 100 })

    expect(quota.kind).toBe('window')
    expect(quota.earliest(30_099, 40)).toBe(30_100)
  })

  it('what was refused is not counted as requests of this client: what is used is then others\u2019', () => {
    const quota = new AdvertisedQuota()
    for (let index = 0; index < 30; index++) quota.take(0, 1)
    for (let index = 0; index < 10; index++) quota.refused(0, 1)
    const full = { limit: 60, remaining: 0, window: minute, resetAfter: 1_000 }
    quota.report(20, { ...full, sentAt: 0, roundTrip: 20 })
    quota.take(1_100, 1)
    quota.refused(1_100, 1)
    quota.report(1_120, { ...full, sentAt: 1_100, roundTrip: 20 })

    expect(quota.kind).toBe('log')
    // Of the 60, others use 40 and this process 20, until its units return 60.01 s after they were sent.
    expect(quota.earliest(1_120, 1)).toBe(60_010)
  })

  it('paces a bucket of a minute although others use part of its refill', () => {
    const quota = new AdvertisedQuota()
    // Of the 2 units a second that the server adds, others take 0.6.
    for (let second = 0; second <= 60; second++) {
      const sentAt = second * 1_000
      const remaining = Math.round(30 + 0.4 * second)
      quota.take(sentAt, 1)
      const resetAfter = (120 - remaining) * 500
      quota.report(sentAt + 50, { limit: 120, remaining, resetAfter, refill: 'full', sentAt, roundTrip: 50 })
    }
    quota.take(60_060, 1)
    expect(quota.kind).toBe('bucket')
    expect(quota.earliest(60_060, 1)).toBeGreaterThan(60_300)
  })

  it('does not pace a bucket that states its refill while it is more than half full', () => {
    const quota = new AdvertisedQuota()
    quota.take(0, 1)
    quota.report(50, { limit: 500, remaining: 499, resetAfter: 120, refill: 'full', sentAt: 0, roundTrip: 50 })
    for (let sent = 0; sent < 200; sent++) {
      expect(quota.earliest(50, 1)).toBe(50)
      quota.take(50, 1)
    }
    for (let sent = 0; sent < 100; sent++) quota.take(50, 1)
    expect(quota.earliest(50, 1)).toBeGreaterThan(500)
  })
})
