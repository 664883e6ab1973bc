import { createSimulator, simulatorTransport } from '@sluice/simulator'
import { ConnectionLostError } from 'sluice'
import { MemoryStore } from 'sluice/stores'
import { expect, it } from 'vitest'
import { Catalogue } from '../src/index.ts'
import { upTo } from './practice.ts'

/** Number of a products page in a URL; undefined for other URLs. */
function pageIn(url: string): string | undefined {
  const { pathname, searchParams } = new URL(url)
  return pathname.endsWith('/products') ? (searchParams.get('page') ?? '1') : undefined
}

it('all products with a store: after a failure, the same call requests only the missing pages', async () => {
  let isBroken = true
  const pages: string[] = []
  const inner = simulatorTransport(createSimulator({ latency: '1ms' }))
  await using catalogue = new Catalogue({
    baseUrl: 'https://shop.test',
    user: 'ann',
    password: 'practice',
    retry: { base: 1, cap: 5 },
    transport: {
      send: async (request, exchange) => {
        const page = pageIn(request.url)
        if (isBroken && page === '60') throw new ConnectionLostError('cut')
        const answer = await inner.send(request, exchange)
        if (page !== undefined) pages.push(page)
        return answer
      },
      close: () => inner.close(),
    },
  })
  const store = new MemoryStore()
  const all = async (): Promise<number[]> => {
    const ids: number[] = []
    for await (const { id } of catalogue.allProducts({ perPage: 50, concurrency: 4, store })) ids.push(id)
    return ids
  }

  await expect(all()).rejects.toThrow(/^GET \S+page=60\S*: /)
  const before = new Set(pages.splice(0))
  expect(before.size).toBeGreaterThan(40)

  isBroken = false
  expect(await all()).toEqual(upTo(5_000))
  // At most those again that were in flight when page 60 failed.
  expect(new Set([...before, ...pages]).size).toBe(100)
  expect(pages.length).toBeLessThanOrEqual(100 - before.size + 4)
  expect(await store.list()).toEqual([])
})
