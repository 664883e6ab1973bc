import { serveSimulator } from '@sluice/simulator'
import { postgresLimits } from 'sluice/stores/postgres'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../../test/postgres/index.ts'
import { createGateway } from '../src/gateway.ts'

it('two gateways on one PostgreSQL send 20/s together, and both are served', async () => {
  const database = await openDatabase()
  onTestFinished(() => database.close())
  const api = await serveSimulator({ scenario: { extends: 'products', latency: '5ms' } })
  onTestFinished(() => api.close())
  const answered = [0, 0]
  const startedAt = performance.now()
  const serve = async (index: number): Promise<void> => {
    const sharedLimits = await postgresLimits({ url: database.url, name: 'gateway' })
    const gateway = createGateway({ upstreams: [{ url: api.url, client: { rate: '20/s', sharedLimits } }] })
    const { url } = await gateway.listen()
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
  await Promise.all([serve(0), serve(1)])

  const seconds = (performance.now() - startedAt) / 1_000
  // Each for itself would send twice that.
  expect(answered[0]! + answered[1]!).toBeLessThanOrEqual(1.2 * 20 * seconds + 1)
  expect(Math.min(...answered)).toBeGreaterThan(5)
  expect(api.stats().requests).toBe(answered[0]! + answered[1]!)
})
