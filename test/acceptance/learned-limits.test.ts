import { createSimulator, type ScenarioOptions, type SimulatorStats, simulatorTransport } from '@sluice/simulator'
import { type CallResult, createClient, type SluiceEvent } from 'sluice'
import { ManualClock, seededRandom } from 'sluice/testing'
import type { Transport } from 'sluice/transport'
import { describe, expect, it } from 'vitest'
import { isLongForm } from '../long-form.ts'

interface Outcome {
  readonly results: readonly CallResult[]
  readonly stats: SimulatorStats
  /** Milliseconds. */
  readonly wall: number
  readonly events: readonly SluiceEvent[]
  /** The most that arrived in 50 ms, after the first second. */
  readonly laterPeak: number
}

/** 500 calls, 100 in flight, against a limit that only its refusals tell about. */
async function herd(scenario: ScenarioOptions, seed: number): Promise<Outcome> {
  const clock = new ManualClock()
  const simulator = createSimulator({ latency: '20ms', limit: 'fixed:50/s', ...scenario }, { clock })
  const transport = simulatorTransport(simulator, { clock })
  const client = createClient({
    clock,
    transport,
    random: seededRandom(seed),
    baseUrl: 'http://api.test',
    concurrency: 100,
  })
  const events: SluiceEvent[] = []
  client.on((event) => events.push(event))
  const results = await clock.runUntilSettled(
    client.all(Array.from({ length: 500 }, (_, index) => `/products/${index + 1}`)),
  )
  const times = simulator.arrivals.map(({ at }) => at).filter((at) => at > 500)
  const laterPeak = Math.max(...times.map((at, index) => times.slice(index).filter((other) => other < at + 50).length))
  return { results, stats: simulator.stats(), wall: clock.now(), events, laterPeak }
}

const seeds = isLongForm ? [1, 2, 3, 4, 5] : [1, 2]

describe('a server that refuses whoever asks first after each pause', () => {
  it('does not use up the tries of the oldest call, which would be that one each time', async () => {
    const clock = new ManualClock()
    let requests = 0
    const transport: Transport = {
      async send() {
        requests++
        return requests <= 40
          ? { status: 429, headers: {}, body: new Uint8Array() }
          : { status: 200, headers: {}, body: new Uint8Array() }
      },
      async close() {},
    }
    const client = createClient({ clock, transport, baseUrl: 'http://api.test', concurrency: 1 })

    const results = await clock.runUntilSettled(client.all(Array.from({ length: 10 }, (_, index) => `/${index}`)))

    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(requests).toBe(50)
    // Ten calls share forty refusals, in turns of four.
    expect(Math.max(...results.map(({ attempts }) => attempts.length))).toBeLessThanOrEqual(9)
  })
})

describe('a quota of 50/s that only 429 and Retry-After tell about, 500 calls, 100 in flight', () => {
  it.each(seeds.flatMap((seed) => [[seed, 'seconds'] as const, [seed, 'date'] as const]))(
    'costs no item and at most 1.10 requests per item, within 5 %% of the floor of 9 s (seed %d, %s)',
    async (seed, retryAfter) => {
      const { results, stats, wall, laterPeak } = await herd({ refusal: { retryAfter } }, seed)

      expect(results.every(({ ok }) => ok)).toBe(true)
      expect(stats.requests / 500).toBeLessThanOrEqual(1.1)
      expect(wall).toBeLessThanOrEqual(9_000 * 1.05)
      expect(laterPeak).toBeLessThanOrEqual(50)
    },
  )

  it('is refused once by each call of the first burst, and by none that comes later', async () => {
    const { stats, events } = await herd({}, 1)

    expect(stats.refused).toBe(50)
    expect(events.filter(({ type }) => type === 'partition.paused')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'limit.learned')).toMatchObject([{ rate: '50/s' }])
  })

  it.each(seeds)('costs no item without any hint either: one call probes for all (seed %d)', async (seed) => {
    const { results, stats, wall } = await herd({ refusal: { retryAfter: 'none' } }, seed)

    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(stats.requests / 500).toBeLessThanOrEqual(1.12)
    // There is nothing to know but by trying: 1.2 times the floor here.
    expect(wall).toBeLessThanOrEqual(9_000 * 1.3)
  })
})

describe('a quota that answers tell about', () => {
  it.each([
    ['ietf', 'fixed:50/s', 0, 50, 0.97],
    ['ietf', 'fixed:50/s', 0.3, 35, 0.97],
    ['ietf', 'fixed:100/min', 0, 100 / 60, 0.97],
    ['ietf-legacy', 'fixed:100/min', 0, 100 / 60, 0.97],
    ['github', 'fixed:100/min', 0, 100 / 60, 0.97],
    ['ietf', 'sliding:50/s', 0, 50, 0.9],
    ['ietf', 'token:50/s,burst=50', 0.3, 35, 0.97],
  ] as const)(
    'in the dialect %s, for %s with a share of %d taken by others, is kept and used',
    async (headers, limit, competitor, perSecond, atLeast) => {
      const clock = new ManualClock()
      const simulator = createSimulator({ latency: '20ms', limit, headers, competitor }, { clock })
      const transport = simulatorTransport(simulator, { clock })
      const client = createClient({
        clock,
        transport,
        random: seededRandom(1),
        baseUrl: 'http://api.test',
        concurrency: 20,
      })
      const count = perSecond < 10 ? 500 : 1_000

      const results = await clock.runUntilSettled(
        client.all(Array.from({ length: count }, (_, index) => `/products/${index + 1}`)),
        3_600_000,
      )

      const { refused, requests } = simulator.stats()
      expect(results.every(({ ok }) => ok)).toBe(true)
      expect(refused / requests).toBeLessThan(0.005)
      expect(count / (clock.now() / 1_000) / perSecond).toBeGreaterThan(atLeast)
    },
  )
})
