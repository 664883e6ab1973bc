import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createClient } from '../../client/create-client.ts'

describe('a cache, on a socket', () => {
  it('gives the body again that a compressed answer had, when a 304 confirms it', async () => {
    const seen: (string | undefined)[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers['if-none-match'])
      if (request.headers['if-none-match'] === 'W/"a"') {
        response.writeHead(304, { etag: '"a"', 'x-round': String(seen.length) }).end()
        return
      }
      response.writeHead(200, { etag: 'W/"a"', 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(gzipSync('{"name":"pen"}'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const client = createClient({ baseUrl: `http://127.0.0.1:${port}`, proxy: 'none', cache: 'revalidate' })
    try {
      const first = await client.get('/pen')
      const second = await client.get('/pen')
      const third = await client.get('/pen')

      expect([first, second, third].map(({ status, value, fromCache }) => [status, value, fromCache])).toEqual([
        [200, { name: 'pen' }, undefined],
        [200, { name: 'pen' }, 'revalidated'],
        [200, { name: 'pen' }, 'revalidated'],
      ])
      expect(third.headers['x-round']).toBe('3')
      expect(seen).toEqual([undefined, 'W/"a"', 'W/"a"'])
    } finally {
      await client.close()
      server.closeAllConnections()
      server.close()
    }
  })
})
