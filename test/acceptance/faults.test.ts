import { createServer, type Socket } from 'node:net'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { type Client, ConnectionLostError, createClient } from 'sluice'
import { ManualClock } from 'sluice/testing'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'

let server: RunningSimulator
let client: Client

beforeEach(async () => {
  server = await serveSimulator({ scenario: { latency: 0, dripEvery: '20ms' } })
  client = createClient({
    baseUrl: server.url,
    timeout: '20s',
    maxBody: 1_000_000,
    retry: { maxAttempts: 2, base: 1, cap: 1 },
  })
})

afterEach(async () => {
  await client.close()
  await server.close()
})

describe('a faulty answer fails its own item with its own code', () => {
  it.each([
    ['a body that never ends', 'endless', 'SLUICE_BODY_TOO_LARGE', 1],
    ['a gzip bomb of 200 MB', 'gzip-bomb', 'SLUICE_DECODED_TOO_LARGE', 1],
    ['a body that is cut short', 'truncated', 'SLUICE_BODY_TRUNCATED', 2],
    ['malformed JSON', 'malformed', 'SLUICE_NOT_JSON', 1],
    ['a server that never answers', 'hang', 'SLUICE_ATTEMPT_TIMEOUT', 2],
    ['a server that stops in the middle of the body', 'hang-body', 'SLUICE_ATTEMPT_TIMEOUT', 2],
    ['a reset before the answer', 'reset', 'SLUICE_CONNECTION_LOST', 2],
    ['a reset in the middle of the body', 'reset-body', 'SLUICE_CONNECTION_LOST', 2],
    ['what is no HTTP at all', 'garbage', 'SLUICE_PROTOCOL', 2],
    ['redirects in a circle', 'redirect-loop', 'SLUICE_TOO_MANY_REDIRECTS', 1],
  ])('%s', async (_name, fault, code, attempts) => {
    // Only what hangs is waited out: all others end by themselves, on a slow machine too.
    const timeout = fault.startsWith('hang') ? '500ms' : undefined
    const [faulty, ...others] = await client.all([{ url: `/fault/${fault}`, timeout }, '/products/1', '/products/2'])

    expect(faulty).toMatchObject({ ok: false, error: { code } })
    // A reset right after the request on a reused connection may be the usual race, and costs no attempt, once.
    const counted = faulty?.attempts.filter(({ error }) => !(error instanceof ConnectionLostError && error.idleRace))
    expect(counted).toHaveLength(attempts)
    expect(others.every((result) => result.ok)).toBe(true)
  })

  it('in constant memory, however many of them there are', async () => {
    const before = process.memoryUsage().rss
    let most = 0
    const requests = Array.from({ length: 200 }, (_, index) => `/fault/${index % 2 === 0 ? 'endless' : 'gzip-bomb'}`)

    for await (const _result of client.stream(requests)) most = Math.max(most, process.memoryUsage().rss)

    expect((most - before) / 1e6).toBeLessThan(200)
  })
})

describe('a connection that dies after the request was read', () => {
  it('is met with a second GET, and with no second POST', async () => {
    const requests: string[] = []
    const deadly = createServer((socket: Socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => {
        requests.push(String(data).slice(0, String(data).indexOf(' ')))
        socket.destroy()
      })
    })
    await new Promise<void>((resolve) => deadly.listen(0, '127.0.0.1', resolve))
    const { port } = deadly.address() as { port: number }

    const got = await client.try(`http://127.0.0.1:${port}/`)
    const posted = await client.try({ url: `http://127.0.0.1:${port}/`, method: 'POST', body: 'pay' })

    expect(requests).toEqual(['GET', 'GET', 'POST'])
    expect([got, posted].map((result) => !result.ok && (result.error as { code?: string }).code)).toEqual([
      'SLUICE_CONNECTION_LOST',
      'SLUICE_CONNECTION_LOST',
    ])
    deadly.close()
  })

  it('costs no attempt if it had been idle too long: the usual race on kept-alive connections', async () => {
    const { resolve, promise } = Promise.withResolvers<void>()
    let answered = 0
    const impatient = createServer((socket: Socket) => {
      socket.on('error', () => {})
      socket.on('data', () => {
        // The first request of a connection is answered; at the second it turns out that the server had gone.
        if (socket.bytesWritten > 0) socket.destroy()
        else {
          answered++
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
        }
      })
    })
    impatient.listen(0, '127.0.0.1', resolve)
    await promise
    const { port } = impatient.address() as { port: number }
    // On a clock that stands still, so that a slow machine does not count.
    await using patient = createClient({ retry: { maxAttempts: 1 }, concurrency: 1, clock: new ManualClock() })

    const first = await patient.try(`http://127.0.0.1:${port}/1`)
    const second = await patient.try(`http://127.0.0.1:${port}/2`)

    expect([first.ok, second.ok, answered]).toEqual([true, true, 2])
    expect(second.attempts).toHaveLength(2)
    impatient.close()
  })

  it.each([
    ['GET', {}, 1],
    ['POST', {}, 1],
    ['GET', { maxAttempts: 2 }, 2],
    ['POST', { maxAttempts: 2 }, 1],
    ['POST', { maxAttempts: 2, unsafe: true }, 2],
  ] as const)(
    'costs an attempt of %s with %j if it was reset 200 ms after the request: %d requests',
    async (method, options, expected) => {
      const clock = new ManualClock()
      const seen: string[] = []
      const slow = createServer((socket: Socket) => {
        socket.on('error', () => {})
        socket.on('data', (data) => {
          const [path] = /\/\w+/.exec(String(data))!
          seen.push(path)
          if (path === '/warm') socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
          else void clock.advance(200).then(() => socket.resetAndDestroy())
        })
      })
      await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void slow.close())
      const { port } = slow.address() as { port: number }
      const retry = { maxAttempts: 1, base: 0, cap: 0, ...options }
      await using patient = createClient({ retry, concurrency: 1, clock, baseUrl: `http://127.0.0.1:${port}` })

      await patient.send('/warm')
      const result = await patient.try({ url: '/paid', method })

      expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_CONNECTION_LOST' } })
      expect(seen).toEqual(['/warm', ...Array(expected).fill('/paid')])
    },
  )
})

describe('what cannot be reached', () => {
  it('says so, and that nothing was sent', async () => {
    const result = await client.try('http://127.0.0.1:9/')

    expect(result).toMatchObject({
      ok: false,
      error: {
        code: 'SLUICE_CONNECT',
        sent: 'no',
        message: expect.stringContaining('cannot connect to 127.0.0.1:9: connection refused (ECONNREFUSED)'),
      },
    })
  })

  it('is abandoned after the connect timeout, long before that of the attempt', async () => {
    // A port that listens and accepts nothing more: its queue is full.
    const full = createServer()
    await new Promise<void>((resolve) => full.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, resolve))
    full.close()
    await using hasty = createClient({ connectTimeout: '100ms', retry: false, timeout: '10s', tls: { insecure: true } })
    // TLS against a server that never speaks: the connection is there, but never ready.
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }

    const startedAt = performance.now()
    const result = await hasty.try(`https://127.0.0.1:${port}/`)

    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_CONNECT_TIMEOUT' } })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    silent.close()
  })
})
