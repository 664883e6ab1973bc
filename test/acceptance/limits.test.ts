import {
  createSimulator,
  type RunningSimulator,
  type ScenarioInput,
  type Simulator,
  serveSimulator,
  simulatorTransport,
} from '@sluice/simulator'
import { type CallResult, createClient, fetchAll } from 'sluice'
import { ManualClock, seededRandom } from 'sluice/testing'
import { afterAll, describe, expect, it } from 'vitest'

// Real time on real sockets, each test with servers of its own. Those that only wait for a rate do so beside each other.

async function serve(scenario: ScenarioInput): Promise<RunningSimulator> {
  const server = await serveSimulator({ scenario })
  servers.push(server)
  return server
}

const servers: RunningSimulator[] = []
afterAll(() => Promise.all(servers.map((server) => server.close())))

const products = (count: number): string[] => Array.from({ length: count }, (_, index) => `/products/${index + 1}`)
const indexes = (results: readonly CallResult[]): number[] => results.map(({ index }) => index).sort((a, b) => a - b)
const inOrder = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

describe('500 calls of 200 ms, 20 at once', () => {
  it('are made in 5 s, every index once, with never more than 20 at the server', async () => {
    const { url, simulator } = await serve({ latency: '200ms' })
    // Connections are made before, as in any program that has run for a second.
    await using client = createClient({ baseUrl: url, concurrency: 20 })
    await client.all(products(20))

    const ours = await spanOf(simulator, async () => {
      const results = await client.all(products(500))
      expect(indexes(results)).toEqual(inOrder(500))
      expect(results.every(({ ok }) => ok)).toBe(true)
    })

    expect(simulator.stats()).toMatchObject({ requests: 500, largestAtOnce: 20 })
    expect(ours).toBeGreaterThanOrEqual(5_000)
    // What the same server and machine make of 20 bare loops right afterwards is the floor that can be reached here.
    const bare = await spanOf(simulator, () => bareLoops(url, 20, products(500)))
    expect(ours / bare).toBeLessThan(1.02)
  })
})

/** Milliseconds from the first arrival to the end of the last answer, as the server saw it. */
async function spanOf(simulator: Simulator, work: () => Promise<void>): Promise<number> {
  simulator.reset()
  await work()
  const { firstArrivalAt, lastArrivalAt } = simulator.stats()
  return lastArrivalAt! - firstArrivalAt! + 200
}

/** The same calls with nothing but loops around the platform's fetch. */
async function bareLoops(url: string, loops: number, paths: readonly string[]): Promise<void> {
  const left = [...paths]
  await Promise.all(
    Array.from({ length: loops }, async () => {
      for (let path = left.pop(); path !== undefined; path = left.pop()) await (await fetch(url + path)).json()
    }),
  )
}

describe('a bad day', () => {
  it('leaves its permits to others while calls wait for their next attempt', async () => {
    const { url, simulator } = await serve({ latency: '20ms' })
    const failing = Array.from({ length: 40 }, (_, index) => `/flaky/2/key${index}`)

    await using client = createClient({
      breaker: false,
      baseUrl: url,
      concurrency: 4,
      retry: { base: '1s', cap: '1s' },
      random: () => 0.999,
    })
    const flaky = client.all(failing)
    const startedAt = performance.now()
    await client.all(products(100))
    const elapsed = performance.now() - startedAt
    const results = await flaky

    // 40 first attempts and 100 products, four at once, 20 ms each: 0.7 s. With permits held it would be over 20 s.
    expect(elapsed).toBeLessThan(1_500)
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(simulator.stats().largestAtOnce).toBe(4)
  })
})

describe('another concurrency in the middle of a run', () => {
  it('is what the server sees, upwards and downwards, and nothing is lost', async () => {
    const { url, simulator } = await serve({ latency: '50ms' })
    await using client = createClient({ baseUrl: url, concurrency: 2 })
    const run = client.all(products(80))

    await new Promise((resolve) => setTimeout(resolve, 200))
    client.setConcurrency(20)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const before = simulator.stats().largestAtOnce
    client.setConcurrency(1)
    const results = await run

    expect(before).toBe(20)
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(simulator.stats().connections).toBeLessThanOrEqual(22)
  })
})

describe('a worse day', () => {
  it('ends 2,000 calls among errors, resets, slow and hanging answers: each as a success or with a code', async () => {
    const { url, simulator } = await serve({ latency: 'tail:10ms,2%=400ms', faults: '503:3%,reset:1%,hang:1%' })

    const results = await fetchAll(products(2_000), {
      baseUrl: url,
      concurrency: 20,
      timeout: '300ms',
      retry: { base: '50ms', cap: '200ms' },
    })

    const stats = simulator.stats()
    expect(indexes(results)).toEqual(inOrder(2_000))
    for (const result of results) if (!result.ok) expect(result.error).toMatchObject({ code: /^SLUICE_/ })
    expect(results.filter(({ ok }) => ok).length).toBeGreaterThan(1_990)
    expect(stats.largestAtOnce).toBeLessThanOrEqual(20)
    expect(stats.aborted).toBeGreaterThan(10)
  })
})

describe.concurrent('while others wait, too', () => {
  describe('600 calls with a rate of 50/s', () => {
    it('are never refused by a server that counts 50 in each second, and use at least 97 % of that', async () => {
      const { url, simulator } = await serve({ latency: '20ms', limit: 'fixed:50/s' })

      const results = await fetchAll(products(600), { baseUrl: url, rate: '50/s', concurrency: 20 })

      const stats = simulator.stats()
      const span = stats.lastArrivalAt! - stats.firstArrivalAt!
      expect(results.every(({ ok }) => ok)).toBe(true)
      expect(stats.refused).toBe(0)
      expect(stats.requests).toBe(600)
      expect((599 / span) * 1_000).toBeGreaterThanOrEqual(50 * 0.97)
    })

    it('are never refused by a server that keeps an exact log of the last second', async () => {
      const { url, simulator } = await serve({ latency: '20ms', limit: 'sliding:50/s' })

      await fetchAll(products(300), { baseUrl: url, rate: '50/s', concurrency: 20 })

      expect(simulator.stats().refused).toBe(0)
    })
  })

  describe('two hosts behind one client', () => {
    it('are each used as far as their limits allow, though all the slow one’s calls come first', async () => {
      const slow = await serve({ latency: '10ms' })
      const fast = await serve({ latency: '10ms' })
      const requests = [
        ...products(100).map((path) => ({ url: slow.url + path, partition: 'slow' })),
        ...products(200).map((path) => ({ url: fast.url + path, partition: 'fast' })),
      ]

      await using client = createClient({ concurrency: 10, rate: '50/s' })
      await client.all(requests)

      const span = fast.stats().lastArrivalAt! - fast.stats().firstArrivalAt!
      expect(fast.stats().requests).toBe(200)
      expect(span).toBeLessThan(4_500)
    })
  })

  describe('a limit that only 429 and Retry-After tell about', () => {
    it('is learned from the first burst: none of 500 calls is lost, and none that comes later is refused', async () => {
      // On a virtual clock: on sockets, a busy machine spreads the first burst over two windows.
      const clock = new ManualClock()
      const simulator = createSimulator({ latency: '20ms', limit: 'fixed:50/s' }, { clock, random: seededRandom(1) })
      const transport = simulatorTransport(simulator)
      const options = { baseUrl: 'https://api.test', concurrency: 100, clock, transport, random: seededRandom(2) }

      const results = await clock.runUntilSettled(fetchAll(products(500), options), 60_000)

      const { requests, firstArrivalAt, lastArrivalAt } = simulator.stats()
      expect(results.every(({ ok }) => ok)).toBe(true)
      expect(requests / 500).toBeLessThanOrEqual(1.1)
      // The floor is 9 s: ten windows of 50, the first of them at once.
      expect(lastArrivalAt! - firstArrivalAt!).toBeLessThan(9_000 * 1.1)
    })
  })
})
