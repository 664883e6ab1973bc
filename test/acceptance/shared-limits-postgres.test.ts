import { simulatorTransport } from '@sluice/simulator'
import { createClient } from 'sluice'
import { postgresLimits } from 'sluice/stores/postgres'
import { describe, expect, it } from 'vitest'
import { busiest } from '../../lab/arrivals.ts'
import { openRunDatabase } from '../postgres/index.ts'

const lasting = 3_500

/** When requests of four clients arrived that have nothing in common but a database, in real time. */
async function arrivalsOfFour(rate: number): Promise<number[]> {
  const database = await openRunDatabase()
  const arrivals: number[] = []
  const ends = performance.now() + lasting
  const work = async (): Promise<void> => {
    const onError = (error: unknown): void => expect.unreachable(String(error))
    const sharedLimits = await postgresLimits({ url: database.url, onError })
    const inner = simulatorTransport({ latency: '10ms' })
    const transport = {
      send: (...sent: Parameters<typeof inner.send>) => {
        arrivals.push(performance.now())
        return inner.send(...sent)
      },
      close: () => inner.close(),
    }
    const concurrency = Math.max(20, rate / 5)
    const client = createClient({
      baseUrl: 'https://api.test',
      transport,
      rate: `${rate}/s`,
      concurrency,
      sharedLimits,
    })
    const products = function* () {
      for (let item = 0; performance.now() < ends; item++) yield `/products/${1 + (item % 500)}`
    }
    for await (const { ok } of client.stream(products(), { readAhead: 10 })) expect(ok).toBe(true)
    await client.close()
    await sharedLimits.close()
  }
  await Promise.all(Array.from({ length: 4 }, work))
  await database.close()
  return arrivals
}

describe('four clients with one rate in a database', () => {
  it.each([100, 1_000])('of %i/s never send more in any second, and use nearly all of it', async (rate) => {
    const arrivals = await arrivalsOfFour(rate)
    const from = arrivals[0]! + 1_000
    const used = arrivals.filter((at) => at >= from && at < from + 2_000).length / (2 * rate)
    const seen = arrivals.map((at) => ({ at }))
    expect(busiest(seen, 1_000)).toBeLessThanOrEqual(rate + 1)
    // This machine may do something else for a while: then permits pass unused.
    expect(used).toBeGreaterThanOrEqual(0.85)
  })
})
