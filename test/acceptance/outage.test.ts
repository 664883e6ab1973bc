import { createSimulator, type ScenarioOptions, type Simulator, simulatorTransport } from '@sluice/simulator'
import { type Client, type ClientOptions, createClient, type SluiceEvent } from 'sluice'
import { ManualClock, seededRandom } from 'sluice/testing'
import { describe, expect, it } from 'vitest'

interface Setup {
  readonly clock: ManualClock
  readonly api: Simulator
  readonly client: Client
  readonly events: SluiceEvent[]
}

function setup(scenario: ScenarioOptions, options: ClientOptions = {}): Setup {
  const clock = new ManualClock()
  const api = createSimulator({ latency: '20ms', ...scenario }, { clock })
  const transport = simulatorTransport(api, { clock })
  const client = createClient({ clock, transport, random: seededRandom(7), baseUrl: 'http://api.test', ...options })
  const events: SluiceEvent[] = []
  client.on((event) => events.push(event))
  return { clock, api, client, events }
}

const paths = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `/products/${(index % 5_000) + 1}`)

/** When the breaker was open: from the event to the moment at which it may probe. */
function openTimes(events: readonly SluiceEvent[]): { readonly from: number; readonly until: number }[] {
  return events.flatMap((event) =>
    event.type === 'breaker.changed' && event.to === 'open' ? [{ from: event.at, until: event.until! }] : [],
  )
}

describe('a server that is down', () => {
  it('is sent nothing while the breaker is open, though 1,000 calls wait', async () => {
    const { clock, api, client, events } = setup({ outages: '0s-60s' }, { giveUpAfter: '5min' })

    const results = await clock.runUntilSettled(client.all(paths(1_000)))

    const during = openTimes(events).flatMap(({ from, until }) =>
      api.arrivals.filter(({ at }) => at > from && at < until),
    )
    expect(openTimes(events).length).toBeGreaterThan(3)
    expect(during).toEqual([])
    expect(results.every(({ ok }) => ok)).toBe(true)
  })

  it('costs at most 1.2 requests per item over a long outage, with five attempts allowed', async () => {
    const { clock, api, client } = setup({ outages: '10s-250s' }, { retry: { maxAttempts: 5 }, concurrency: 20 })

    const results = await clock.runUntilSettled(client.all(paths(20_000)))

    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(api.stats().requests / 20_000).toBeLessThanOrEqual(1.2)
  })

  it('is found again within one probe interval', async () => {
    const { clock, client, events } = setup({ outages: '1s-100s' })

    await clock.runUntilSettled(client.all(paths(10_000)))

    const closed = events.find(
      (event) => event.type === 'breaker.changed' && event.to === 'closed' && event.at > 100_000,
    )
    // Open for at most a minute, and a fifth of that for the spread.
    expect(closed!.at).toBeLessThan(100_000 + 72_000 + 100)
  })

  it('refuses single calls at once, with the time of the next probe', async () => {
    const { clock, api, client } = setup({ outages: '0s-60s' }, { retry: false })
    for (let call = 0; call < 10; call++) await clock.runUntilSettled(client.try('/products/1'))
    const before = { requests: api.stats().requests, now: clock.now() }

    const result = await clock.runUntilSettled(client.try('/products/1'))

    expect(result).toMatchObject({
      ok: false,
      attempts: [],
      error: { code: 'SLUICE_CIRCUIT_OPEN', retryAt: expect.any(Number) },
    })
    expect(clock.now()).toBe(before.now)
    expect(api.stats().requests).toBe(before.requests)
  })

  it('is abandoned after five minutes: what is left of a run fails, and the run ends', async () => {
    const { clock, client } = setup({ outages: '0s-36000s' })

    const results = await clock.runUntilSettled(client.all(paths(1_000)))

    expect(clock.now()).toBeLessThan(400_000)
    expect(
      results.filter((result) => !result.ok && 'code' in result.error && result.error.code === 'SLUICE_CIRCUIT_OPEN')
        .length,
    ).toBeGreaterThan(900)
  })

  it('delays no other host', async () => {
    const { clock, client } = setup({})
    const dead = createSimulator({ outages: '0s-3600s' }, { clock })
    const fine = createSimulator({ latency: '20ms' }, { clock })
    await client.close()
    const transport = simulatorTransport({ 'http://dead.test': dead, 'http://fine.test': fine }, { clock })
    const both = createClient({ clock, transport, random: seededRandom(3), concurrency: 10 })
    const requests = paths(500).flatMap((path) => [`http://dead.test${path}`, `http://fine.test${path}`])

    const work = both.all(requests)
    await clock.advance(5_000)

    expect(fine.stats().requests).toBe(500)
    await both.close()
    await work
  })
})

describe('failures here and there', () => {
  it('never exhaust what may be spent on retries: 5 % of 20,000 calls are all done', async () => {
    const { clock, client } = setup({ faults: '503:5%' }, { concurrency: 20 })

    const results = await clock.runUntilSettled(client.all(paths(20_000)))

    expect(results.filter(({ ok }) => !ok).length).toBeLessThanOrEqual(2)
  })
})

describe('concurrency that is found', () => {
  it('comes near the capacity of the server, and stays there', async () => {
    const { clock, api, client, events } = setup({ latency: '50ms', capacity: 16 }, { concurrency: 'auto' })

    await clock.runUntilSettled(client.all(paths(6_000)))

    // 16 at once and 50 ms each: 320 per second, 18.75 s for all.
    expect(clock.now()).toBeLessThan(18_750 * 1.1)
    expect(api.stats().requests).toBe(6_000)
    expect(events.some(({ type }) => type === 'concurrency.changed')).toBe(true)
    expect(client.status().concurrency).toBeLessThan(64)
  })
  it('stops nobody and learns no rate when a server refuses the eleventh at once, and says nothing else', async () => {
    const scenario = { latency: '100ms', limit: 'concurrent:10', refusal: { retryAfter: 'none' as const } }
    const { clock, api, client, events } = setup(scenario, { concurrency: 'auto' })

    const results = await clock.runUntilSettled(client.all(paths(2_000)))

    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(api.stats().requests).toBeLessThan(2_000 * 1.03)
    expect(events.filter(({ type }) => type === 'partition.paused' || type === 'limit.learned')).toEqual([])
  })

  it('learns the rate of a server that refuses even one at a time, and says nothing else', async () => {
    const scenario = { latency: '4ms', limit: 'token:50/s,burst=10', refusal: { retryAfter: 'none' as const } }
    const { clock, api, client, events } = setup(scenario, { concurrency: 'auto' })

    const results = await clock.runUntilSettled(client.all(paths(2_000)))

    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(clock.now()).toBeLessThan(40_000 * 1.1)
    expect(api.stats().requests).toBeLessThan(2_000 * 1.01)
    expect(events.some(({ type }) => type === 'limit.learned')).toBe(true)
  })
})
