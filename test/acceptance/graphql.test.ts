import { createSimulator, type ScenarioInput, simulatorTransport } from '@sluice/simulator'
import { type ClientOptions, createClient } from 'sluice'
import { ManualClock, scriptedApi, seededRandom } from 'sluice/testing'
import { describe, expect, it } from 'vitest'

/** A client of a GraphQL API, on a virtual clock. */
function graphqlClient(scenario: ScenarioInput, options: ClientOptions = {}) {
  const clock = new ManualClock()
  const simulator = createSimulator(scenario, { clock, random: seededRandom(1) })
  const retry = { graphql: true, ...(options.retry || undefined) }
  const transport = simulatorTransport(simulator)
  const client = createClient({
    baseUrl: 'https://shop.test',
    transport,
    clock,
    random: seededRandom(2),
    ...options,
    retry,
  })
  return { clock, simulator, client }
}

const query = (cost: number, actual = cost, text = '{ shop { name } }') => ({
  url: '/graphql',
  method: 'POST' as const,
  json: { query: text, variables: { cost, actual } },
})

describe('points of a GraphQL API', () => {
  it.each([
    ['that come back by the second (Shopify)', 'token:100 points/s,burst=1000', 'none', '{ shop { name } }'],
    ['that come back by the minute (GitHub)', 'fixed:6000 points/min', 'github', '{ rateLimit { cost remaining } }'],
  ] as const)(
    '%s are used up and hardly a query is refused, though no rate is given',
    async (_name, limit, headers, text) => {
      const { clock, simulator, client } = graphqlClient({ limit, headers, latency: '100ms' })
      const queries = Array.from({ length: 590 }, () => query(50, headers === 'none' ? 30 : 50, text))
      const results = await clock.runUntilSettled(client.all(queries), 3_600_000)
      await client.close()
      const { limits } = simulator.stats()
      const { used, refused } = limits.default!
      expect(results.filter(({ ok }) => !ok)).toEqual([])
      expect(refused).toBeLessThanOrEqual(3)
      // 100 points come back each second, and a bucket or a window of them was there.
      const available = headers === 'none' ? 1_000 + clock.now() / 10 : 6_000 * Math.ceil(clock.now() / 60_000)
      expect(used / available).toBeGreaterThan(0.95)
      expect(results[0]!.attempts[0]!.cost).toEqual({ points: headers === 'none' ? 30 : 50 })
    },
  )

  it('are a rate and a budget of the client too', async () => {
    const { clock, simulator, client } = graphqlClient({ latency: '50ms' }, { rate: '600 points/min', learn: false })
    const run = client.stream(
      Array.from({ length: 100 }, () => query(10)),
      { budget: { points: 900 } },
    )
    const ended = (async () => {
      for await (const _ of run);
    })()
    await clock.runUntilSettled(ended, 3_600_000)
    await client.close()
    // The estimate is a tenth above what queries have cost.
    expect(simulator.stats().requests).toBe(89)
    expect(clock.now()).toBeGreaterThan(25_000)
    expect(run.progress).toMatchObject({ spent: { points: 890 }, budgetLeft: { points: 10 } })
  })

  it('that are never there fail the query at once, with the words of the server', async () => {
    const { clock, simulator, client } = graphqlClient({ limit: 'token:100 points/s,burst=1000' })
    const result = await clock.runUntilSettled(client.try(query(1_001)))
    await client.close()
    expect(simulator.stats().requests).toBe(1)
    expect(result).toMatchObject({ ok: false, status: 200, error: { code: 'SLUICE_CLIENT_ERROR' } })
    if (result.ok || !('detail' in result.error)) throw new Error('there is no detail')
    expect(result.error.message).toContain('200 OK with GraphQL errors')
    expect(result.error.detail).toBe('the query costs more points than the limit ever allows')
  })

  it.each([
    { maximumAvailable: 0, currentlyAvailable: 0, restoreRate: 0 },
    { maximumAvailable: 0.5, currentlyAvailable: 0, restoreRate: 1e-300 },
    { maximumAvailable: 1e300, currentlyAvailable: 0, restoreRate: 1 },
    { maximumAvailable: 1_000, currentlyAvailable: 0, restoreRate: 1 },
  ])('hold nothing up where the server tells nonsense and accepts every query: %j', async (throttleStatus) => {
    const clock = new ManualClock()
    const cost = { requestedQueryCost: 999_999_999_999_999, actualQueryCost: 1, throttleStatus }
    const api = scriptedApi(
      Array.from({ length: 20 }, () => ({ json: { data: {}, extensions: { cost } } })),
      { clock },
    )
    const client = createClient({ transport: api.transport, clock, retry: { graphql: true } })
    const results = await clock.runUntilSettled(
      client.all(Array.from({ length: 20 }, () => 'https://shop.test/')),
      120_000,
    )
    await client.close()
    expect(results.every(({ ok }) => ok)).toBe(true)
  })
})
