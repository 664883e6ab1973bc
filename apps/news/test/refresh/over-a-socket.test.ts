import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { undiciTransport } from 'sluice/transport'
import { expect, it, onTestFinished } from 'vitest'
import { refreshAll } from '../../src/refresh/refresh.ts'
import { SourceClients } from '../../src/refresh/source-clients.ts'
import { feed } from '../../src/sources/feed.ts'
import { hackerNews } from '../../src/sources/hacker-news.ts'
import { memoryNewsStore } from '../store/memory-store.ts'

const rss = `<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title>
<item><title>Bread &amp;amp; salt</title><link>/1</link><guid>https://x.test/1</guid></item></channel></rss>`

async function serve(listener: RequestListener): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const connections = (server: Server) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))

it('reads sources over real connections, gives up one that hangs at the deadline, and leaves none open', async () => {
  const modified: (string | undefined)[] = []
  const blog = await serve((request, response) => {
    modified.push(request.headers['if-none-match'])
    const headers = { etag: '"v1"', 'content-type': 'application/rss+xml' }
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304, headers).end()
    else response.writeHead(200, headers).end(rss)
  })
  const news = await serve((request, response) => {
    const id = /item\/(\d+)/.exec(request.url ?? '')?.[1]
    response.setHeader('content-type', 'application/json')
    if (id === undefined) response.end(JSON.stringify([1, 2, 3]))
    else response.end(id === '3' ? 'null' : JSON.stringify({ id: Number(id), type: 'story', title: `Story ${id}` }))
  })
  const silent = await serve(() => {})
  const sources = [
    feed({ url: `${blog.url}/feed.xml` }),
    hackerNews({ baseUrl: `${news.url}/v0` }),
    feed({ url: `${silent.url}/feed.xml` }),
  ]
  const store = memoryNewsStore()
  const transport = undiciTransport({ proxy: 'none' })
  await using clients = new SourceClients(store, { transport })
  const options = { deadline: '1s', clients }

  const begunAt = performance.now()
  const first = await refreshAll(sources, store, options)
  expect(performance.now() - begunAt).toBeLessThan(5_000)
  expect(first).toMatchObject([
    { state: 'ok', added: 1 },
    { state: 'ok', added: 2, missing: 1, requests: 4 },
    { state: 'failing', requests: 1, message: expect.stringMatching(/^no response in /) },
  ])
  expect((await store.stories({ sources: [sources[0]!.key] }))[0]).toMatchObject({
    title: 'Bread & salt',
    url: `${blog.url}/1`,
  })

  const [second] = await refreshAll([sources[0]!], store, { ...options, isForced: true })
  expect(second).toMatchObject({ state: 'unchanged', requests: 1 })
  expect(modified).toEqual([undefined, '"v1"'])

  await clients.close()
  await transport.close()
  await expect.poll(() => Promise.all([blog, news, silent].map(({ server }) => connections(server)))).toEqual([0, 0, 0])
})
