import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Client } from '../../client/client.ts'
import { createClient } from '../../client/create-client.ts'

let server: Server | ReturnType<typeof createTcpServer> | undefined
let client: Client | undefined
const sockets = new Set<Socket>()

afterEach(async () => {
  await client?.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server?.close(resolve))
})

async function listen(listening: NonNullable<typeof server>): Promise<string> {
  server = listening
  listening.on('connection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

describe('a permit of an attempt that was abandoned', () => {
  it('is released when the server has noticed: it never sees more than the limit', async () => {
    let [now, most, nth] = [0, 0, 0]
    const baseUrl = await listen(
      createServer((_, response) => {
        most = Math.max(most, ++now)
        response.on('close', () => now--)
        if (++nth % 5 !== 0) setTimeout(() => response.end('{}'), 5)
      }),
    )
    client = createClient({
      baseUrl,
      proxy: 'none',
      concurrency: 10,
      timeout: '200ms',
      breaker: false,
      retry: { base: 1, cap: 2 },
    })
    const results = await client.all(Array.from({ length: 300 }, (_, index) => `/${index}`))
    expect(results.filter(({ ok }) => ok).length).toBeGreaterThan(290)
    expect(most).toBe(10)
  })

  it.each([
    ['never reacts', () => {}],
    [
      'goes on sending',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        const timer = setInterval(() => socket.write('more'), 5)
        socket.on('close', () => clearInterval(timer))
      },
    ],
  ])('is not kept long from a server that %s', async (_, act) => {
    const baseUrl = await listen(
      createTcpServer({ allowHalfOpen: true }, (socket) => socket.once('data', () => act(socket))),
    )
    client = createClient({ baseUrl, proxy: 'none', timeout: '50ms', retry: false })
    const startedAt = performance.now()
    const result = await client.try('/')
    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_ATTEMPT_TIMEOUT' } })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(client.status().inFlight).toBe(0)
  })

  it('ends an aborted call soon, and closes its connection', async () => {
    let isClosed = false
    const baseUrl = await listen(
      createServer((_, response) => {
        response.on('close', () => {
          isClosed = true
        })
      }),
    )
    client = createClient({ baseUrl, proxy: 'none' })
    const abort = new AbortController()
    const call = client.try('/', { signal: abort.signal }).catch((reason) => reason)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const startedAt = performance.now()
    abort.abort('enough')
    expect(await call).toBe('enough')
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    await vi.waitFor(() => expect(isClosed).toBe(true), 1_000)
  })
})
