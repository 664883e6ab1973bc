import { createSimulator, type ScenarioInput, type Simulator, simulatorTransport } from '@sluice/simulator'
import { type Client, type ClientOptions, createClient, type SharedLimits } from 'sluice'
import { ManualClock, MemorySharedLimits, seededRandom } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import { busiest } from '../../lab/arrivals.ts'

const origin = 'https://api.test'

/** Several processes, each with a client of its own, that call one API and have only the shared limits in common. */
class Workers {
  readonly clock = new ManualClock()
  readonly limits: MemorySharedLimits
  readonly simulator: Simulator
  readonly clients: Client[] = []
  readonly shared: SharedLimits[] = []
  readonly arrivals: number[] = []
  readonly sent: { readonly url: string; readonly at: number }[] = []
  readonly refusals: number[] = []
  readonly #loops: Promise<void>[] = []

  /** @param way Milliseconds to the limits, one way. @param isBusy Have the timers of the clients ring late, some by 15 ms. */
  constructor(count: number, scenario: ScenarioInput, options: ClientOptions, way = 1, isBusy = false) {
    const random = seededRandom(1)
    this.limits = new MemorySharedLimits({ clock: this.clock, way: () => way * (0.5 + random()) })
    this.simulator = createSimulator(scenario, { clock: this.clock, random: seededRandom(2) })
    for (let index = 0; index < count; index++) {
      const sharedLimits = this.limits.join(`worker ${index}`)
      const inner = simulatorTransport(this.simulator)
      const transport = {
        send: async (...sent: Parameters<typeof inner.send>) => {
          this.arrivals.push(this.clock.now())
          this.sent.push({ url: sent[0].url.toString(), at: this.clock.now() })
          const answer = await inner.send(...sent)
          if (answer.status === 429) this.refusals.push(this.clock.now())
          return answer
        },
        close: () => inner.close(),
      }
      this.shared.push(sharedLimits)
      this.clients.push(
        createClient({
          baseUrl: origin,
          transport,
          clock: isBusy ? lateClock(this.clock, seededRandom(100 + index)) : this.clock,
          random: seededRandom(3 + index),
          sharedLimits,
          ...options,
        }),
      )
    }
  }

  /** One of them has no end of calls to make, until it is stopped. */
  start(index: number): void {
    const stopped = this.#stopped
    const products = function* () {
      for (let item = 0; !stopped.has(index); item++) yield `/products/${1 + (item % 500)}`
    }
    const run = this.clients[index]!.stream(products(), { readAhead: 100 })
    const consume = async () => {
      for await (const _ of run) if (stopped.has(index)) break
    }
    this.#loops.push(consume())
  }

  readonly #stopped = new Set<number>()

  async stop(index: number): Promise<void> {
    this.#stopped.add(index)
    await this.clock.runUntilSettled(this.clients[index]!.close())
  }

  between(from: number, to: number): number[] {
    return this.arrivals.filter((at) => at >= from && at < to)
  }

  async close(): Promise<void> {
    for (const index of this.clients.keys()) this.#stopped.add(index)
    for (const client of this.clients) await this.clock.runUntilSettled(client.close())
    for (const shared of this.shared) await this.clock.runUntilSettled(shared.close())
    await Promise.all(this.#loops)
    expect(this.clock.pending).toBe(0)
  }
}

/** Timers of a process on a machine that has more to do than it can. */
function lateClock(clock: ManualClock, random: () => number): NonNullable<ClientOptions['clock']> {
  return {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    timer: (delay, fire) => clock.timer(Math.max(1, delay) + random() * (random() < 0.1 ? 15 : 1.5), fire),
  }
}

describe('four clients with one rate', () => {
  it.each([
    [10, 2, false],
    [100, 2, false],
    [1_000, 2, false],
    [10, 20, true],
    [100, 100, true],
    [1_000, 20, true],
  ])(
    'of %i/s never send more in any second, and use at least 95 percent of it, with the limits %i ms away (timers that are late: %s)',
    async (rate, distance, isBusy) => {
      const options = { rate: `${rate}/s`, concurrency: 100 }
      const workers = new Workers(4, { latency: '20ms' }, options, distance / 2, isBusy)
      for (const index of [0, 1, 2, 3]) workers.start(index)
      await workers.clock.advance(12_000)

      const seen = workers.arrivals.map((at) => ({ at }))
      expect(busiest(seen, 1_000)).toBeLessThanOrEqual(rate)
      expect(workers.between(2_000, 12_000).length).toBeGreaterThanOrEqual(rate * 10 * 0.95)
      await workers.close()
    },
  )

  it('give all of it to the one that has something to do', async () => {
    const workers = new Workers(4, { latency: '20ms' }, { rate: '100/s', concurrency: 50 })
    workers.start(2)
    await workers.clock.advance(6_000)
    expect(workers.between(1_000, 6_000).length).toBeGreaterThanOrEqual(500 * 0.95)
    await workers.close()
  })

  it('use what one of them leaves when it goes', async () => {
    const workers = new Workers(4, { latency: '20ms' }, { rate: '100/s', concurrency: 50 })
    for (const index of [0, 1, 2, 3]) workers.start(index)
    await workers.clock.advance(3_000)
    await workers.stop(1)
    await workers.clock.advance(5_000)
    expect(workers.between(4_000, 8_000).length).toBeGreaterThanOrEqual(400 * 0.95)
    await workers.close()
  })
})

describe('four clients with 20 places in flight', () => {
  it('never fill more, and use at least 92 % of them', async () => {
    const workers = new Workers(4, { latency: 'uniform:50ms-150ms' }, { concurrency: 20, maxWaiting: 1_000 })
    for (const index of [0, 1, 2, 3]) workers.start(index)
    await workers.clock.advance(10_000)
    expect(workers.simulator.stats().largestAtOnce).toBeLessThanOrEqual(20)
    expect(workers.between(1_000, 10_000).length).toBeGreaterThanOrEqual(9 * 200 * 0.92)
    await workers.close()
  })
})

describe('clients of many hosts, each with its own limits', () => {
  it('are soon done by one as by four, and no host sees more than its limits', async () => {
    const ideal = 1_000
    const times: number[] = []
    for (const count of [1, 4]) {
      const workers = new Workers(count, { latency: '100ms' }, { rate: '2/s', perPartition: 1, concurrency: 100 })
      // As many places as half of the hosts: some permits have no place at their instant.
      const hosts = Array.from({ length: 200 }, (_, host) => `https://host-${host}.test`)
      const urls = [1, 2, 3].flatMap((item) => hosts.map((host) => `${host}/products/${item}`))
      let next = 0
      const feed = function* () {
        while (next < urls.length) {
          next += 10
          yield* urls.slice(next - 10, next)
        }
      }
      const seen = new Map<string, number[]>()
      const runs = workers.clients.map(async (client) => {
        for await (const { ok } of client.stream(feed(), { readAhead: 100 })) expect(ok).toBe(true)
      })
      await workers.clock.runUntilSettled(Promise.all(runs))
      for (const { url, at } of workers.sent) seen.set(new URL(url).host, [...(seen.get(new URL(url).host) ?? []), at])
      expect([...seen.values()].map((arrivals) => arrivals.length)).toEqual(hosts.map(() => 3))
      for (const arrivals of seen.values()) {
        const one = arrivals.map((at) => ({ at }))
        expect(busiest(one, 1_000)).toBeLessThanOrEqual(2)
      }
      times.push(workers.arrivals.at(-1)! - workers.arrivals[0]!)
      await workers.close()
    }
    expect(times[0]).toBeLessThan(1.3 * ideal)
    // The only place of a host goes from one to another.
    expect(times[1]).toBeLessThan(3 * ideal)
  })
})

describe('what one client learns', () => {
  it('stops all within a second, where it was asked to wait', async () => {
    const workers = new Workers(4, { latency: '20ms', limit: 'fixed:400/10s' }, { concurrency: 8, learn: false })
    for (const index of [0, 1, 2, 3]) workers.start(index)
    await workers.clock.advance(9_900)
    const firstRefused = workers.refusals[0]!
    expect(workers.between(firstRefused + 1_000, 9_900)).toEqual([])
    await workers.close()
  })

  it('keeps them below a quota that is told in headers: next to nothing is refused', async () => {
    const workers = new Workers(
      4,
      { latency: '20ms', limit: 'fixed:100/10s', headers: 'ietf' },
      { concurrency: 8, retry: { maxAttempts: 5 } },
    )
    for (const index of [0, 1, 2, 3]) workers.start(index)
    await workers.clock.advance(60_000)
    expect(workers.refusals.length).toBeLessThanOrEqual(workers.arrivals.length * 0.02)
    expect(workers.arrivals.length).toBeGreaterThanOrEqual(600 * 0.8)
    await workers.close()
  })
})
