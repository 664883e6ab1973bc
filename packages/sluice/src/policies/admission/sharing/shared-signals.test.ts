import { describe, expect, it } from 'vitest'
import { SharedQuota } from '../../../algorithms/quota/shared-quota.ts'
import { Costs } from '../../costs/costs.ts'
import { AdvertisedQuotaGate } from '../gates/advertised-quota-gate.ts'
import { BreakerGate } from '../gates/breaker-gate.ts'
import { PauseGate } from '../gates/pause-gate.ts'
import { boundedSignal, SignalBuffer } from './shared-signals.ts'

const partition = 'https://api.test'

describe('a signal of another process', () => {
  it('closes the pause gate for as long as they were asked to wait', () => {
    const told: number[] = []
    const gate = new PauseGate({
      stopsFor: () => true,
      firstProbe: 1_000,
      longest: 60_000,
      dateOf: (moment) => moment,
      onPause: () => {},
      onRequestedWait: (wait) => told.push(wait),
    })
    gate.receive(100, { partition, kind: 'pause', for: 2_000 })
    expect(gate.ask(100)).toEqual({ kind: 'wait', until: 2_100 })
    gate.receive(200, { partition, kind: 'pause', for: 500 })
    expect(gate.ask(300)).toEqual({ kind: 'wait', until: 2_100 })
    expect(gate.ask(2_100)).toEqual({ kind: 'go' })
    // It is not published again.
    expect(told).toEqual([])
  })

  it('opens the breaker a little longer than theirs, and closes it', () => {
    const changes: string[] = []
    const gate = new BreakerGate({
      partition,
      options: {},
      giveUpAfter: { neverWorked: 60_000, hasWorked: 60_000 },
      longest: 60_000,
      random: () => 0.5,
      dateOf: (moment) => moment,
      onChange: ({ from, to, reason }) => changes.push(`${from} ${to} ${reason}`),
    })
    gate.receive(0, { partition, kind: 'breaker', isOpen: true, for: 5_000 })
    expect(gate.ask(5_000)).toMatchObject({ kind: 'wait', until: 6_500 })
    gate.receive(5_100, { partition, kind: 'breaker', isOpen: false, for: 0 })
    expect(gate.ask(5_100)).toEqual({ kind: 'go' })
    expect(changes).toEqual(['closed open shared signal', 'open closed shared signal'])
  })

  it('is a quota of which each process takes an equal part', () => {
    let active = 1
    const gate = new AdvertisedQuotaGate({
      costs: new Costs(undefined, () => undefined),
      wallTime: () => 0,
      longest: 2_000_000,
      active: () => active,
    })
    const headers = { 'ratelimit-limit': '100', 'ratelimit-remaining': '3', 'ratelimit-reset': '1000' }
    gate.receive(0, { partition, kind: 'quota', headers, age: 10 })
    expect(gate.ask(0, 1)).toEqual({ kind: 'go' })
    active = 4
    expect(gate.ask(0, 1)).toMatchObject({ kind: 'wait' })
    active = 3
    expect(gate.ask(0, 1)).toEqual({ kind: 'go' })
    gate.take(0, 1, {} as never)
    expect(gate.ask(0, 1)).toMatchObject({ kind: 'wait' })
  })

  it.each([
    [{ partition, kind: 'pause', for: 1e300 }, 366 * 86_400_000],
    [{ partition, kind: 'pause', for: -1 }, 0],
    [{ partition, kind: 'breaker', isOpen: true, for: Number.NaN }, 0],
    [{ partition, kind: 'quota', headers: {}, age: Number.POSITIVE_INFINITY }, 366 * 86_400_000],
  ] as const)('has bounded times: %j', (signal, expected) => {
    const bounded = boundedSignal(signal)
    expect(bounded.kind === 'quota' ? bounded.age : bounded.for).toBe(expected)
  })

  it('ages: an expired signal is dropped', () => {
    const signals = new SignalBuffer()
    signals.add(0, { partition, kind: 'pause', for: 1_000 })
    signals.add(0, { partition, kind: 'breaker', isOpen: true, for: 100 })
    expect(signals.take(400)).toEqual([{ partition, kind: 'pause', for: 600 }])
    expect(signals.isEmpty).toBe(true)
  })
})

describe('a published quota', () => {
  it('has nothing in it but its headers and the date', () => {
    const told: Readonly<Record<string, string>>[] = []
    const gate = new AdvertisedQuotaGate({
      costs: new Costs(undefined, () => undefined),
      wallTime: () => 0,
      longest: 2_000_000,
      active: () => 2,
      onQuota: (headers) => told.push(headers),
    })
    const headers = {
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '9',
      'x-ratelimit-reset': '60',
      date: 'Thu, 01 Jan 1970 00:00:00 GMT',
      'set-cookie': 'session=secret',
      'x-api-key': 'secret',
    }
    const outcome = { kind: 'response' as const, response: { status: 200, headers, body: new Uint8Array() } }
    const verdict = { verdict: 'success', retryAfter: undefined, isForAll: true } as const
    gate.settle(50, { attempt: undefined as never, outcome, ...verdict, weight: 1, admittedAt: 10 })
    expect(told.map((each) => Object.keys(each).sort())).toEqual([
      ['date', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'],
    ])
  })
})

describe('a quota that many use up', () => {
  it('is not spent more than once: each reckons with its part of what the newest answer leaves', () => {
    const quotas = [1, 2, 3, 4].map(() => new SharedQuota())
    let left = 50
    for (const quota of quotas) quota.report(0, { limit: 50, remaining: left, resetAfter: 600_000, sentAt: 0 })
    for (let now = 1; now < 100_000; now += 10) {
      for (const quota of quotas) {
        if (quota.earliest(now, 1, 4) > now) continue
        quota.take(now, 1, 4)
        left--
      }
      // Others hear of it later.
      if (now % 250 === 1)
        for (const quota of quotas)
          quota.report(now, { limit: 50, remaining: left, resetAfter: 600_000 - now, sentAt: now })
    }
    expect(left).toBeGreaterThanOrEqual(0)
    expect(left).toBeLessThan(4)
  })

  it('begins anew when its time is over, and does not wait forever for a response', () => {
    const quota = new SharedQuota()
    quota.report(0, { limit: 40, remaining: 0, resetAfter: 10_000, window: 10_000, sentAt: 0 })
    const at = quota.earliest(0, 1, 4)
    expect(at).toBeGreaterThanOrEqual(10_000)
    expect(at).toBeLessThan(10_500)
    let sent = 0
    for (let now = at; now < 20_000; now += 10) {
      if (quota.earliest(now, 1, 4) > now) continue
      quota.take(now, 1, 4)
      sent++
    }
    expect(sent).toBe(10)
    expect(quota.earliest(20_001, 1, 4)).toBe(20_001)
  })
})
