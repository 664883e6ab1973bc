import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { type Client, createClient, type PaginateOptions } from 'sluice'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let server: RunningSimulator
let client: Client

beforeEach(async () => {
  server = await serveSimulator({ scenario: { latency: '5ms' } })
  client = createClient({ baseUrl: server.url, concurrency: 50, proxy: 'none' })
})

afterEach(async () => {
  await client.close()
  await server.close()
})

interface Product {
  readonly id: number
}

const productCount = 5_000

describe('the 5,000 products of the simulator, 50 on a page', () => {
  it.each<[string, string, PaginateOptions, number]>([
    [
      'by the total of the first page',
      '/products',
      { style: 'page', size: 50, sizeParam: 'per_page', total: 'total' },
      10,
    ],
    ['by their links', '/products?per_page=50', { style: 'link' }, 1],
    ['by page after page', '/products?per_page=50', { style: 'page' }, 1],
  ])('come in order %s, and each page is requested once', async (_, path, style, atOnce) => {
    const ids: number[] = []
    for await (const { id } of client.paginate<Product>(path, { ...style, items: 'items', concurrency: 10 }))
      ids.push(id)

    expect(ids).toEqual(Array.from({ length: productCount }, (_, index) => index + 1))
    const { requests, mostRepeated, largestAtOnce } = server.simulator.stats()
    // Without a total the end is an empty page.
    expect(requests).toBe(style.style === 'page' && style.total === undefined ? 101 : 100)
    expect(mostRepeated?.times).toBe(1)
    expect(largestAtOnce).toBe(atOnce)
  })
})
