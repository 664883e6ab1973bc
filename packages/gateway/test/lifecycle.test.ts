import { expect, it, vi } from 'vitest'
import { createGateway } from '../src/index.ts'
import { exchange, fieldsOf, isWhole, ok, openSocket, rawUpstream, startGateway } from './raw-sockets.ts'

const get = (path = '/x', fields = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`

it('drains: ends requests in flight with its connection, and accepts nothing more', async () => {
  const upstream = await rawUpstream(({ head }) => (head.includes('/slow') ? undefined : ok()))
  const { gateway, port } = await startGateway(upstream.url)
  const [caller, idle] = await Promise.all([openSocket(port), openSocket(port)])
  idle.write(get())
  await idle.until(isWhole)
  caller.write(get('/slow'))
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(2))
  const drained = gateway.drain('20s')
  await expect(idle.until(() => false)).rejects.toThrow('the connection ended')
  await expect(openSocket(port)).rejects.toThrow('ECONNREFUSED')
  upstream.seen[1]!.socket.write(ok('late'))
  expect(await caller.until((text) => text.endsWith('late'))).toContain('HTTP/1.1 200 OK')
  await drained
  expect(gateway.figures().upstreams[0]).toMatchObject({ open: 0, ended: 2 })
})

it('cuts requests still in flight when the grace of a drain is over', async () => {
  const upstream = await rawUpstream(() => undefined)
  const { gateway, port } = await startGateway(upstream.url)
  const caller = await openSocket(port)
  caller.write(get())
  await vi.waitFor(() => expect(upstream.seen).toHaveLength(1))
  await gateway.drain(20)
  await expect(caller.until(() => false)).rejects.toThrow('the connection ended')
  await vi.waitFor(() => expect(upstream.sockets.size).toBe(0))
})

it('takes on other upstreams while a request is under way, and keeps the client of one that only changes its rate', async () => {
  const first = await rawUpstream(() => undefined)
  const second = await rawUpstream(() => ok('second'))
  const client = { proxy: 'none', rate: '100/s' } as const
  const { gateway, port } = await startGateway([
    { name: 'a', url: first.url, client },
    { name: 'b', url: second.url, client },
  ])
  const before = gateway.upstreams
  const caller = await openSocket(port)
  caller.write(get('/a/x'))
  await vi.waitFor(() => expect(first.seen).toHaveLength(1))
  gateway.reload([
    { name: 'a', url: second.url, client },
    { name: 'b', url: second.url, client: { ...client, rate: '200/s', concurrency: 10 } },
  ])
  expect(gateway.upstreams[0]!.client).not.toBe(before[0]!.client)
  expect(await exchange(port, get('/a/x'), isWhole)).toContain('second')
  first.seen[0]!.socket.write(ok('first'))
  await caller.until((text) => text.endsWith('first'))
  // Its client was closed with its last call.
  await vi.waitFor(() => expect(first.sockets.size).toBe(0))
  gateway.reload([{ name: 'b', url: second.url, client: { ...client, rate: '300/s', concurrency: 10 } }])
  expect((await exchange(port, get('/a/x'), isWhole)).slice(9, 12)).toBe('404')
  expect(() => gateway.reload([{ name: 'b', url: 'ftp://x' }])).toThrow('only http and https')
  expect(() => gateway.reload([{ name: 'b', url: second.url, client: { ...client, rate: 'often' } }])).toThrow('rate')
  expect((await exchange(port, get('/b/x'), isWhole)).slice(9, 12)).toBe('200')
})

it('keeps the client when only its rate changes', async () => {
  const upstream = await rawUpstream(() => ok())
  const { gateway } = await startGateway(upstream.url, { client: { rate: '10/s', concurrency: 2 } })
  const [{ client }] = gateway.upstreams as [(typeof gateway.upstreams)[number]]
  gateway.reload([{ url: upstream.url, client: { proxy: 'none', rate: '20/s', concurrency: 3 } }])
  expect(gateway.upstreams[0]!.client).toBe(client)
  expect(client.status().concurrency).toBe(3)
})

it('loses no GET when the upstream dies and comes back, and sends no POST twice', async () => {
  let isDying = true
  const upstream = await rawUpstream(({ socket }) => {
    if (!isDying) return ok()
    socket.resetAndDestroy()
    return undefined
  })
  const retry = { base: 50, cap: 50, maxAttempts: 100 }
  const { port } = await startGateway(upstream.url, { client: { retry, breaker: false } })
  const gets = Array.from({ length: 5 }, () => exchange(port, get(), isWhole))
  await vi.waitFor(() => expect(upstream.seen.length).toBeGreaterThan(5))
  const post = await exchange(port, 'POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\na', isWhole)
  isDying = false
  expect((await Promise.all(gets)).map((text) => text.slice(9, 12))).toEqual(Array(5).fill('200'))
  expect(post.slice(9, 12)).toBe('502')
  expect(upstream.seen.filter(({ head }) => head.startsWith('POST'))).toHaveLength(1)
})

it('bounds callers that send no more or read no more', async () => {
  const upstream = await rawUpstream(({ head }) => (head.includes('/big') ? ok('x'.repeat(30_000_000)) : ok()))
  const { gateway, port } = await startGateway(upstream.url, {
    idleTimeout: 200,
    heldBody: 4,
    client: { retry: false },
  })
  for (const fields of ['Content-Length: 3\r\n', 'Content-Length: 30\r\n', 'Transfer-Encoding: chunked\r\n']) {
    const silent = await openSocket(port)
    silent.write(get('/up', fields).replace('GET', 'POST'))
    const text = await silent.until(isWhole)
    expect([text.slice(9, 12), fieldsOf(text).connection]).toEqual(['408', 'close'])
  }
  const lazy = await openSocket(port)
  lazy.pause()
  lazy.write(get('/big'))
  await vi.waitFor(() => expect(gateway.figures().upstreams[0]).toMatchObject({ open: 0, hungUp: 1 }), 10_000)
  await vi.waitFor(() => expect(gateway.upstreams[0]!.client.status().inFlight).toBe(0), 10_000)
})

it('answers early when the upstream does, and lets the caller notice', async () => {
  const upstream = await rawUpstream(() => undefined)
  const { port } = await startGateway(upstream.url, { heldBody: 4 })
  const caller = await openSocket(port)
  caller.write('POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nsome')
  await vi.waitFor(() => expect(upstream.sockets.size).toBe(1))
  const [socket] = [...upstream.sockets]
  socket!.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig')
  const text = await caller.until((all) => all.endsWith('big'))
  expect([text.slice(9, 12), fieldsOf(text).connection]).toEqual(['413', 'close'])
})

it.each([
  [{ upstreams: [] }, 'upstreams: expected a list of at least one upstream'],
  [{ upstreams: [{ url: 'ftp://x' }] }, 'upstreams[0]: only http and https can be called, not ftp'],
  [{ upstreams: [{ url: 'http://u:p@x' }] }, 'upstreams[0]: credentials do not belong in the URL; use auth'],
  [{ upstreams: [{ url: 'http://x?y' }] }, 'upstreams[0]: the URL has a query or a fragment'],
  [{ upstreams: [{ url: 'http://x' }, { url: 'http://y' }] }, 'upstreams[0]: one of several upstreams needs a name'],
  [
    { upstreams: [{ name: 'a/b', url: 'http://x' }] },
    'upstream a/b: a name has letters, digits, and - _ . ~ within it',
  ],
  [{ upstreams: [{ url: 'http://x' }], clientToken: 'a b' }, 'clientToken: expected text of visible ASCII'],
  [{ upstreams: [{ url: 'http://x' }], maxWait: 'long' }, 'maxWait: expected a duration'],
])('refuses %j', (options, message) => {
  expect(() => createGateway(options)).toThrow(message)
})
