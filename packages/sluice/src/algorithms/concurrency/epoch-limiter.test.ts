import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RequestEnd } from './epoch.ts'
import { EpochLimiter, type EpochLimiterOptions, type LimitChange } from './epoch-limiter.ts'

describe('EpochLimiter', () => {
  it('begins with 4, and doubles for each epoch of 20 quick answers in which the limit was used up', () => {
    const { limiter, round, changes } = client()
    expect(limiter.limit).toBe(4)
    for (let rounds = 0; rounds < 16; rounds++) round('success')
    expect(changes.slice(0, 3)).toEqual([
      { from: 4, to: 8, reason: 'slow start' },
      { from: 8, to: 16, reason: 'slow start' },
      { from: 16, to: 32, reason: 'slow start' },
    ])
  })

  it('does not grow when the limit is not used up', () => {
    const { limiter, round } = client()
    for (let rounds = 0; rounds < 100; rounds++) round('success', { count: 3 })
    expect(limiter.limit).toBe(4)
  })

  it('does not grow while a rate limit holds the run', () => {
    const { limiter, round } = client()
    for (let rounds = 0; rounds < 100; rounds++) round('success', { isPaced: true })
    expect(limiter.limit).toBe(4)
  })

  it('cuts by 30 % at the first loss, and by 10 % at each later one', () => {
    const { round, changes } = client({ initial: 100 })
    for (let rounds = 0; rounds < 3; rounds++) round('loss', { count: 1 })
    expect(changes).toEqual([
      { from: 100, to: 70, reason: 'loss' },
      { from: 70, to: 63, reason: 'loss' },
      { from: 63, to: 56, reason: 'loss' },
    ])
  })

  it('continues doubling after a single loss, once 20 requests under the lower limit have shown nothing else', () => {
    const { limiter, round, changes } = client()
    while (limiter.limit < 32) round('success')
    round('loss', { count: 1 })
    const before = changes.length
    for (let rounds = 0; rounds < 3; rounds++) round('success')
    expect(changes.slice(before - 1).map(({ to, reason }) => `${to} ${reason}`)).toEqual([
      '22 loss',
      '23 growth',
      '46 slow start',
    ])
  })

  it('takes back its growth when that is refused, and rests for five epochs', () => {
    const { round, changes } = client({ initial: 30 })
    round('loss')
    while (changes.at(-1)!.to < 23) round('success')
    round('refusal', { count: 1 })
    const before = changes.length
    for (let rounds = 0; rounds < 5; rounds++) round('success')
    expect(changes.slice(before - 1)).toEqual([{ from: 23, to: 22, reason: 'loss' }])
    round('success')
    expect(changes.at(-1)).toEqual({ from: 22, to: 23, reason: 'growth' })
  })

  it('cuts by 10 % when it is refused while it rests, and by 30 % when it is refused once more', () => {
    const { round, changes } = client({ initial: 100 })
    for (let rounds = 0; rounds < 2; rounds++) round('refusal', { count: 1 })
    while (changes.at(-1)!.to < 51) round('success')
    for (let rounds = 0; rounds < 4; rounds++) round('refusal', { count: 1 })
    expect(changes.filter(({ reason }) => reason === 'loss')).toEqual([
      { from: 100, to: 70, reason: 'loss' },
      { from: 70, to: 49, reason: 'loss' },
      { from: 51, to: 50, reason: 'loss' },
      { from: 50, to: 45, reason: 'loss' },
      { from: 45, to: 31, reason: 'loss' },
      { from: 31, to: 21, reason: 'loss' },
    ])
  })

  it('never takes refusals for losses that come whatever the limit', () => {
    const { limiter, round } = client()
    for (let rounds = 0; rounds < 200; rounds++) {
      round('success', { count: 1 })
      round('refusal', { count: 1 })
    }
    expect(limiter.limit).toBe(1)
    for (let call = 0; call < 300; call++) if (limiter.limit < 6) round('success')
    const before = limiter.limit
    round('refusal', { count: 1 })
    expect(limiter.limit).toBeLessThan(before)
  })

  it('cuts once for all that was sent before the cut', () => {
    const { round, changes } = client({ initial: 100 })
    round('loss', { count: 100 })
    expect(changes).toEqual([{ from: 100, to: 70, reason: 'loss' }])
  })

  it('grows by one at a time after a loss, and twice as fast after every five epochs of it', () => {
    const { round, changes } = client({ initial: 30 })
    round('loss')
    while (changes.length < 14) round('success')
    expect(changes.map(({ to }) => to)).toEqual([21, 22, 23, 24, 25, 26, 28, 30, 32, 34, 36, 40, 44, 48])
  })

  it('ends doubling with a cut to what the server has in service, and an eighth and a bit for a queue', () => {
    const { limiter, round, changes } = client()
    while (limiter.limit < 32) round('success')
    for (let rounds = 0; rounds < 2; rounds++) round('success', { rtt: 150 })
    expect(changes.at(-1)).toEqual({ from: 32, to: 24, reason: 'latency' })
  })

  it('cuts by 5 % at most once it no longer doubles, down to what a server of four workers needs', () => {
    const { limiter, round, changes } = client()
    while (limiter.limit < 16) round('success')
    for (let rounds = 0; rounds < 300; rounds++) round('success', { rtt: Math.max(100, 25 * limiter.limit) })
    expect(limiter.limit).toBe(5)
    const cuts = changes.filter(({ reason, from }) => reason === 'latency' && from <= 8)
    for (const { from, to } of cuts) expect(to).toBe(from - 1)
  })

  it('tries half the limit after eight cuts by latency, and takes what it then takes for normal if that is hardly less', () => {
    const { limiter, round, changes } = client()
    while (limiter.limit < 32) round('success')
    const before = changes.length
    for (let rounds = 0; rounds < 50; rounds++)
      if (changes.at(-1)!.reason !== 'probe over')
        round('success', { rtt: changes.at(-1)!.reason === 'probe' ? 300 : 400 })
    expect(changes.slice(before).map(({ to, reason }) => `${to} ${reason}`)).toEqual([
      '16 latency',
      '15 latency',
      '14 latency',
      '13 latency',
      '12 latency',
      '11 latency',
      '5 probe',
      '11 probe over',
    ])
  })

  it('keeps cutting if round trips are shorter at half the limit: its own calls had queued up', () => {
    const { limiter, round, changes } = client()
    while (limiter.limit < 32) round('success')
    while (changes.at(-1)!.reason !== 'probe over') {
      round('success', { rtt: changes.at(-1)!.reason === 'probe' ? 299 : 400 })
    }
    round('success', { rtt: 400 })
    round('success', { rtt: 400 })
    expect(changes.at(-1)).toMatchObject({ reason: 'latency' })
  })

  it('settles at a server of eight workers with at most an eighth and a bit more in flight', () => {
    const { limiter, round } = client()
    for (let rounds = 0; rounds < 100; rounds++) round('success', { rtt: Math.max(100, 12.5 * limiter.limit) })
    expect(limiter.limit).toBe(9)
  })

  it('tries half the limit when doubling has ended, and three quarters for one epoch every 15 s from then on', () => {
    const { limiter, round, changes, now } = client()
    while (now() < 40_000) round('success', { rtt: Math.max(100, 12.5 * limiter.limit) })
    const probes = changes.filter(({ reason }) => reason === 'probe')
    expect(probes.map(({ from, to }) => `${from} to ${to}`)).toEqual(['9 to 4', '9 to 7', '9 to 7'])
  })

  it('stays whole and within its bounds, and reports each change, whatever happens', () => {
    const kind = fc.constantFrom('success', 'success', 'success', 'loss', 'refusal', 'ignore')
    const ends = fc.array(
      fc.record({
        kind,
        pause: fc.nat(3_000),
        rtt: fc.double({ min: 0, max: 5_000, noNaN: true }),
        isPaced: fc.boolean(),
      }),
      { maxLength: 300 },
    )
    const bounds = fc.record({ initial: fc.integer({ min: 1, max: 50 }), min: fc.integer({ min: 1, max: 5 }) })
    fc.assert(
      fc.property(ends, bounds, (steps, { initial, min }) => {
        const limiter = new EpochLimiter({ initial, min, max: 60 })
        let now = 0
        let limit = limiter.limit
        for (const { kind, pause, rtt, isPaced } of steps) {
          limiter.start(now)
          now += pause
          const change = limiter.end(now, { kind: kind as RequestEnd['kind'], sentAt: now - rtt, rtt, isPaced })
          expect(change?.from ?? limit).toBe(limit)
          expect(change?.to ?? limit).toBe(limiter.limit)
          limit = limiter.limit
          expect(Number.isInteger(limit) && limit >= min && limit <= 60).toBe(true)
        }
      }),
    )
  })
})

/** Client that sends up to the limit at once, and waits for all responses. */
function client(options: EpochLimiterOptions = {}) {
  const limiter = new EpochLimiter(options)
  const changes: LimitChange[] = []
  let now = 0
  const round = (
    kind: RequestEnd['kind'],
    { count = limiter.limit, rtt = 100, isPaced = false }: { count?: number; rtt?: number; isPaced?: boolean } = {},
  ): void => {
    const sentAt = now
    for (let sent = 0; sent < count; sent++) limiter.start(sentAt)
    now += rtt
    for (let ended = 0; ended < count; ended++) {
      const change = limiter.end(now, { kind, sentAt, rtt, isPaced })
      if (change !== undefined) changes.push(change)
    }
  }
  return { limiter, round, changes, now: () => now }
}
