import {
  createSimulator,
  type RunningSimulator,
  type ScenarioInput,
  type Simulator,
  serveSimulator,
  simulatorTransport,
} from '@sluice/simulator'
import { type CallResult, createClient, type FetchAllOptions, fetchAll } from 'sluice'
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

/** A run against the simulator in process, on a virtual clock: its numbers are exact, whatever the machine does meanwhile. */
async function onVirtualClock(scenario: ScenarioInput, count: number, options: FetchAllOptions) {
  const clock = new ManualClock()
  const simulator = createSimulator(scenario, { clock, random: seededRandom(1) })
  const transport = simulatorTransport(simulator)
  const run = fetchAll(products(count), {
    baseUrl: 'https://api.test',
    clock,
    transport,
    random: seededRandom(2),
    ...options,
  })
  const results = await clock.runUntilSettled(run, 60_000)
  return { results, simulator }
}

const products = (count: number): string[] => Array.from({ length: count }, (_, index) => `/products/${index + 1}`)
const indexes = (results: readonly CallResult[]): number[] => results.map(({ index }) => index).sort((a, b) => a - b)
const inOrder = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

describe('500 calls of 200 ms, 20 at once', () => {
  it('are made in exactly 5 s of a virtual clock', async () => {
    const { results, simulator } = await onVirtualClock({ latency: '200ms' }, 500, { concurrency: 20 })

    expect(indexes(results)).toEqual(inOrder(500))
    expect(simulator.stats()).toMatchObject({ requests: 500, largestAtOnce: 20 })
    expect(spanOf(simulator)).toBe(5_000)
  })

  it('are made in 5 s on sockets, every index once, with never more than 20 at the server', async () => {
    const latency = { latency: '200ms' }
    const [{ url, simulator }, floor] = [await serve(latency), await serve(latency)]
    // Connections are made before, as in any program that has run for a second.
    await using client = createClient({ baseUrl: url, concurrency: 20 })
    await Promise.all([client.all(products(20)), bareLoops(floor.url, 20, products(20))])
    for (const server of [simulator, floor.simulator]) server.reset()

    // Beside it, 20 bare loops are the floor that can be reached here: a machine that pauses delays both.
    const [results] = await Promise.all([client.all(products(500)), bareLoops(floor.url, 20, products(500))])

    expect(indexes(results)).toEqual(inOrder(500))
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(simulator.stats()).toMatchObject({ requests: 500, largestAtOnce: 20 })
    expect(spanOf(simulator)).toBeGreaterThanOrEqual(5_000)
    expect(spanOf(simulator) / spanOf(floor.simulator)).toBeLessThan(1.05)
  })
})

/** Milliseconds from the first arrival to the end of the last response, as the server saw it. */
function spanOf(simulator: Simulator): number {
  const { firstArrivalAt, lastArrivalAt } = simulator.stats()
  return lastArrivalAt! - firstArrivalAt! + 200
}

function requestsPerSecond(simulator: Simulator): number {
  const { requests, firstArrivalAt, lastArrivalAt } = simulator.stats()
  return ((requests - 1) * 1_000) / (lastArrivalAt! - firstArrivalAt!)
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

  describe('a rate of 50/s', () => {
    it.each(['fixed:50/s', 'sliding:50/s'])(
      'of which the server (%s) refuses none of 600 calls, and gets at least 97 percent of what it allows, on a virtual clock',
      async (limit) => {
        const scenario = { latency: '20ms', limit }
        const { results, simulator } = await onVirtualClock(scenario, 600, { rate: '50/s', concurrency: 20 })

        expect(results.every(({ ok }) => ok)).toBe(true)
        expect(simulator.stats()).toMatchObject({ requests: 600, refused: 0 })
        expect(requestsPerSecond(simulator)).toBeGreaterThanOrEqual(50 * 0.97)
      },
    )

    it.each(['fixed:50/s', 'sliding:50/s'])(
      'on sockets: the server (%s) answers 300 calls, refuses next to none, and gets most of what it allows',
      async (limit) => {
        const { url, simulator } = await serve({ latency: '20ms', limit })

        const results = await fetchAll(products(300), { baseUrl: url, rate: '50/s', concurrency: 20 })

        // A machine that pauses between two requests and their arrival moves them into another window.
        const { refused, requests } = simulator.stats()
        expect(results.every(({ ok }) => ok)).toBe(true)
        expect(refused).toBeLessThan(5)
        expect(requests).toBe(300 + refused)
        expect(requestsPerSecond(simulator)).toBeGreaterThanOrEqual(50 * 0.85)
      },
    )
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

      // 200 calls take 4 s; behind the slow one's 100 calls it would be 6 s.
      expect(fast.stats().requests).toBe(200)
      expect(fast.stats().lastArrivalAt! - slow.stats().firstArrivalAt!).toBeLessThan(5_000)
    })
  })

  describe('a limit that only 429 and Retry-After tell about', () => {
    it('is learned from the first burst: none of 500 calls is lost, and none that comes later is refused', async () => {
      // On a virtual clock: on sockets, a busy machine spreads the first burst over two windows.
      const scenario = { latency: '20ms', limit: 'fixed:50/s' }
      const { results, simulator } = await onVirtualClock(scenario, 500, { concurrency: 100 })

      const { requests, firstArrivalAt, lastArrivalAt } = simulator.stats()
      expect(results.every(({ ok }) => ok)).toBe(true)
      expect(requests / 500).toBeLessThanOrEqual(1.1)
      // The floor is 9 s: ten windows of 50, the first of them at once.
      expect(lastArrivalAt! - firstArrivalAt!).toBeLessThan(9_000 * 1.1)
    })
  })
})
