import { serveSimulator } from '@sluice/simulator'
import { describe, expect, it } from 'vitest'
import { Catalogue } from '../src/catalogue.ts'

describe('over HTTP/2', () => {
  it('all products come over one connection, ten pages at once, also when the server says goodbye in between', async () => {
    await using server = await served({ keepAlive: '5s,requests=40' })
    const { url, ca } = server
    await using catalogue = new Catalogue({ baseUrl: url, user: 'ada', password: 'practice', tls: { ca: ca! } })

    const ids: number[] = []
    for await (const { id } of catalogue.allProducts({ perPage: 50, concurrency: 10 })) ids.push(id)

    expect(ids).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1))
    const { streams, connections, largestAtOnce, paths } = server.stats()
    // The login and 100 pages, on the minimum number of connections with 40 streams each.
    expect(streams).toBe(101)
    expect(connections).toBeLessThanOrEqual(5)
    expect(largestAtOnce).toBeLessThanOrEqual(10)
    expect(paths['/catalogue/login']).toBe(1)
  })

  it('one connection is enough for all', async () => {
    await using server = await served({})
    const { url, ca } = server
    await using catalogue = new Catalogue({ baseUrl: url, user: 'ada', password: 'practice', tls: { ca: ca! } })

    const pages = await Promise.all(Array.from({ length: 10 }, (_, index) => catalogue.products({ page: index + 1 })))

    expect(pages.map(({ page }) => page)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(server.stats()).toMatchObject({ streams: 11, connections: 1 })
  })
})

async function served(scenario: object) {
  const server = await serveSimulator({ scenario: { latency: '10ms', ...scenario }, tls: true, http2: true })
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() })
}
