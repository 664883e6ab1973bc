import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createGateway } from '../src/index.ts'
import { ok, openSocket, rawUpstream, startGateway } from './raw-sockets.ts'

const get = (path: string, fields = '', method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`
const statusesOf = (text: string): string[] => text.match(/(?<=HTTP\/1\.1 )\d{3}/g) ?? []

it('sends no request while one that came before it on its connection is not answered', async () => {
  const upstream = await rawUpstream(() => undefined)
  const { port } = await startGateway(upstream.url)
  const caller = await openSocket(port)
  caller.write(`${get('/change', 'Content-Length: 2\r\n', 'POST')}ab${get('/read')}`)
  const other = await openSocket(port)
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(1))
  other.write(get('/other'))
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(2))
  expect(upstream.seen[1]!.head).toContain('/other')
  upstream.seen[0]!.socket.write(ok())
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(3))
  upstream.seen[2]!.socket.write(ok('read'))
  expect(await caller.until((text) => text.endsWith('read'))).toMatch(/ok.*read$/s)
})

it('answers a hundred and fifty requests that are sent ahead in their order', async () => {
  const upstream = await rawUpstream(({ head }) => ok(`<${head.split(' ')[1]}>`))
  const { port } = await startGateway(upstream.url)
  const caller = await openSocket(port)
  const paths = Array.from({ length: 150 }, (_, index) => `/${index}`)
  caller.write(paths.map((path) => get(path)).join(''))
  const text = await caller.until((all) => all.endsWith('</149>'))
  expect(text.match(/(?<=<)\/\d+(?=>)/g)).toEqual(paths)
})

it('reads no more from a connection on which a hundred requests wait', async () => {
  const upstream = await rawUpstream(() => undefined)
  const gateway = createGateway({ upstreams: [{ url: upstream.url, client: { proxy: 'none' } }] })
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    gateway.handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await gateway.drain(0)
    server.close()
  })
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {})
  onTestFinished(() => void caller.destroy())
  const request = get('/x', `X-Long: ${'x'.repeat(8_000)}\r\n`)
  for (let index = 0; index < 2_000; index++) caller.write(request)
  await vi.waitFor(() => expect(requests).toBeGreaterThan(100), 20_000)
  // An answer makes room for one; what is read at once has 64 KiB.
  for (const count of [1, 2, 3]) {
    await vi.waitFor(() => expect(upstream.seen).toHaveLength(count), 20_000)
    upstream.seen[count - 1]!.socket.write(ok())
  }
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(4), 20_000)
  expect(requests).toBeLessThan(200)
  expect(caller.writableLength).toBeGreaterThan(0)
})

it('sends nothing of what a caller has sent ahead once that has hung up', async () => {
  const upstream = await rawUpstream(() => undefined)
  const { gateway, port } = await startGateway(upstream.url)
  const caller = await openSocket(port)
  caller.write(get('/1') + get('/2') + get('/3'))
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(1))
  caller.destroy()
  await vi.waitFor(() => expect(upstream.sockets.size).toBe(0))
  await vi.waitFor(() => expect(gateway.figures().upstreams[0]).toMatchObject({ open: 0, ended: 1, hungUp: 1 }))
  await gateway.drain()
  expect(upstream.seen).toHaveLength(1)
})

it.each([
  ['bytes that are no request', 'no request\r\n\r\n', ['200', '400']],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n', ['200', '405']],
  ['a request whose body is broken', `${get('/b', 'Transfer-Encoding: chunked\r\n', 'POST')}zz\r\n`, ['200', '400']],
])('answers a request before it refuses what stands behind it: %s', async (_, behind, statuses) => {
  const upstream = await rawUpstream(() => undefined)
  const { port } = await startGateway(upstream.url)
  const caller = await openSocket(port)
  caller.write(get('/a') + behind)
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(1))
  // In two pieces: the refusal does not come in between.
  upstream.seen[0]!.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf')
  await caller.until((text) => text.endsWith('half'))
  upstream.seen[0]!.socket.write('rest')
  const text = await caller.until((all) => all.endsWith('}\n'))
  expect(text).toContain('\r\n\r\nhalfrest')
  expect(statusesOf(text)).toEqual(statuses)
  expect(upstream.seen).toHaveLength(1)
})
