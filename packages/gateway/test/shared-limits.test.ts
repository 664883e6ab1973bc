import { serveSimulator } from '@sluice/simulator'
import { postgresLimits } from 'sluice/stores/postgres'
import { expect, it, onTestFinished } from 'vitest'
import { openRunDatabase } from '../../../test/postgres/index.ts'
import { createGateway } from '../src/gateway.ts'

it('two gateways on one PostgreSQL send 20/s together, and both are served', async () => {
  const database = await openRunDatabase()
  onTestFinished(() => database.close())
  const api = await serveSimulator({ scenario: { extends: 'products', latency: '5ms' } })
  onTestFinished(() => api.close())
  const answered = [0, 0]
  const open = async () => {
    const sharedLimits = await postgresLimits({ url: database.url, name: 'gateway' })
    const gateway = createGateway({ upstreams: [{ url: api.url, client: { rate: '20/s', sharedLimits } }] })
    return { sharedLimits, gateway, ...(await gateway.listen()) }
  }
  const gateways = await Promise.all([open(), open()])
  // Only once both are there: a slow machine takes its time for that.
  const startedAt = performance.now()
  const serve = async ({ sharedLimits, gateway, url }: (typeof gateways)[number], index: number): Promise<void> => {
    const loop = async (): Promise<void> => {
      while (performance.now() - startedAt < 3_000) {
        const response = await fetch(`${url}/products/1`)
        await response.arrayBuffer()
        expect(response.status).toBe(200)
        answered[index]!++
      }
    }
    await Promise.all(Array.from({ length: 30 }, loop))
    await gateway.drain(0)
    await sharedLimits.close()
  }
  await Promise.all(gateways.map(serve))

  const seconds = (performance.now() - startedAt) / 1_000
  // Each for itself would send twice that.
  expect(answered[0]! + answered[1]!).toBeLessThanOrEqual(1.2 * 20 * seconds + 1)
  expect(Math.min(...answered)).toBeGreaterThan(5)
  expect(api.stats().requests).toBe(answered[0]! + answered[1]!)
})
