import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { CallResult } from 'sluice'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Logged } from './support/access-log.ts'
import { type Nginx, nginxIsMissing, startNginx } from './support/nginx.ts'
import { quickRetry, testClient } from './support/test-client.ts'

const connectionsOf = (seen: readonly Logged[]): number => new Set(seen.map(({ connection }) => connection)).size
const urls = (count: number, path: string): string[] => Array.from({ length: count }, (_, index) => `${path}${index}`)

/** Where in the input the results came from, and how they ended: as short as possible when all is well. */
function summary(results: readonly CallResult[]) {
  const failures = results.filter((result) => !result.ok).map((result) => String(!result.ok && result.error))
  return {
    inOrder: results.every(({ index }, position) => index === position),
    failures,
    attempts: results.reduce((sum, { attempts }) => sum + attempts.length, 0),
  }
}

describe.skipIf(nginxIsMissing).concurrent('connections to nginx', () => {
  let nginx: Nginx

  beforeAll(async () => {
    nginx = await startNginx(
      5,
      ({ root, ports: [main, five, short, none, dead] }) => `
      server {
        listen 127.0.0.1:${main};
        keepalive_requests 100000;
        location /ok { return 200 'ok'; }
        location /closed { return 444; }
        location /bad-gateway { proxy_pass http://127.0.0.1:${dead}; }
        # The answer of the first one comes in pieces, a second apart; the second one loses its patience after the first.
        location /slow/ { alias ${root}/; limit_rate 20k; }
        location /cut/ { proxy_pass http://127.0.0.1:${main}/slow/; proxy_read_timeout 200ms; proxy_buffering off; }
        location /cut-chunked/ { proxy_pass http://127.0.0.1:${main}/slow/; proxy_read_timeout 200ms; proxy_buffering off; sub_filter a b; sub_filter_types *; }
      }
      server { listen 127.0.0.1:${five}; keepalive_requests 5; location / { return 200 'ok'; } }
      server { listen 127.0.0.1:${short}; keepalive_timeout 1s; location / { return 200 'ok'; } }
      server {
        listen 127.0.0.1:${none};
        keepalive_timeout 0;
        location / { return 200 'ok'; }
        location /cut/ { proxy_pass http://127.0.0.1:${main}/slow/; proxy_read_timeout 200ms; proxy_buffering off; }
        location /cut-chunked/ { proxy_pass http://127.0.0.1:${main}/slow/; proxy_read_timeout 200ms; proxy_buffering off; sub_filter a b; sub_filter_types *; }
      }
      server { listen 127.0.0.1:${dead}; return 444; }`,
    )
    writeFileSync(join(nginx.root, 'slow.txt'), 'x'.repeat(100_000))
  })

  afterAll(() => nginx?.dispose())

  it('are used again: no more than there are calls in flight', async () => {
    await using client = testClient({ baseUrl: nginx.origin(), concurrency: 8 })
    const results = await client.all(urls(200, '/ok/reused/'))
    expect(summary(results)).toEqual({ inOrder: true, failures: [], attempts: 200 })
    const seen = await nginx.requests('/ok/reused/')
    expect(seen).toHaveLength(200)
    expect(connectionsOf(seen)).toBe(8)
  })

  it('are one with a concurrency of one', async () => {
    await using client = testClient({ baseUrl: nginx.origin(), concurrency: 1 })
    for (const url of urls(20, '/ok/sequence/')) await client.get(url)
    expect(connectionsOf(await nginx.requests('/ok/sequence/'))).toBe(1)
  })

  it('are replaced in good time when nginx ends each after five requests', async () => {
    await using client = testClient({ baseUrl: nginx.origin(1), concurrency: 4 })
    const results = await client.all(urls(100, '/five/'))
    expect(summary(results)).toEqual({ inOrder: true, failures: [], attempts: 100 })
    const seen = await nginx.requests('/five/')
    expect(seen).toHaveLength(100)
    const perConnection = Map.groupBy(seen, ({ connection }) => connection)
    expect(Math.max(...Array.from(perConnection.values(), ({ length }) => length))).toBe(5)
    expect(perConnection.size).toBeLessThanOrEqual(20 + 4)
  })

  it('are new for each call when nginx keeps none', async () => {
    await using client = testClient({ baseUrl: nginx.origin(3), concurrency: 4 })
    const results = await client.all(urls(40, '/none/'))
    expect(summary(results)).toEqual({ inOrder: true, failures: [], attempts: 40 })
    const seen = await nginx.requests('/none/')
    expect([seen.length, connectionsOf(seen)]).toEqual([40, 40])
  })

  it('that nginx closes at the very moment of the next call fail no call', async () => {
    // Thirty clients, each a little off the second after which nginx closes.
    const pauses = Array.from({ length: 30 }, (_, index) => 985 + index)
    const results = await Promise.all(
      pauses.map(async (length) => {
        await using client = testClient({ baseUrl: nginx.origin(2), retry: { ...quickRetry, maxAttempts: 1 } })
        const results: CallResult[] = []
        for (let round = 0; round < 6; round++) {
          if (round > 0) await pause(length)
          results.push(await client.try(`/race/${length}/${round}`))
        }
        return results
      }),
    )
    expect(summary(results.flat()).failures).toEqual([])
    const seen = await nginx.requests('/race/')
    expect(new Set(seen.map(({ uri }) => uri)).size).toBe(180)
  })

  it('closed without a response make a GET try four times, and a POST once', async () => {
    await using client = testClient({ baseUrl: nginx.origin() })
    const get = await client.try('/closed/get')
    expect(get).toMatchObject({ ok: false, error: { code: 'SLUICE_CONNECTION_LOST', sent: 'maybe' } })
    expect(get.attempts.map(({ verdict }) => verdict)).toEqual(Array(4).fill('transient'))
    const post = await client.try({ url: '/closed/post', body: 'order' })
    expect(post).toMatchObject({ ok: false, error: { code: 'SLUICE_CONNECTION_LOST', sent: 'maybe' } })
    await client.try({ url: '/closed/keyed', body: 'order', headers: { 'idempotency-key': '7' } })
    const seen = await nginx.requests('/closed/')
    expect(seen.map(({ method, uri, status }) => `${method} ${uri} ${status}`)).toEqual([
      ...Array(4).fill('GET /closed/get 444'),
      'POST /closed/post 444',
      ...Array(4).fill('POST /closed/keyed 444'),
    ])
  })

  it('that were kept, and are closed without a response, are replaced at once and free of charge; a POST is not retried', async () => {
    await using client = testClient({ baseUrl: nginx.origin(), concurrency: 1 })
    await client.get('/ok')
    const get = await client.try('/closed-kept/get')
    expect(get.attempts).toHaveLength(1 + 4)
    await client.get('/ok')
    const post = await client.try({ url: '/closed-kept/post', body: 'order' })
    expect(post).toMatchObject({ ok: false, error: { code: 'SLUICE_CONNECTION_LOST' } })
    expect(await nginx.requests('/closed-kept/get')).toHaveLength(5)
    expect(await nginx.requests('/closed-kept/post')).toHaveLength(1)
  })

  it('of a proxy to a server that is not there are a 502, which is tried four times', async () => {
    await using client = testClient({ baseUrl: nginx.origin() })
    const result = await client.try('/bad-gateway/get')
    expect(result).toMatchObject({
      ok: false,
      status: 502,
      error: { code: 'SLUICE_SERVER_ERROR', summary: '502 Bad Gateway' },
    })
    expect(await client.try({ url: '/bad-gateway/post', body: 'order' })).toMatchObject({ ok: false, status: 502 })
    const seen = (await nginx.requests('/bad-gateway/')).filter(({ port }) => port === nginx.ports[0])
    expect(seen.map(({ method, status }) => `${method} ${status}`)).toEqual([...Array(4).fill('GET 502'), 'POST 502'])
  })

  it.each([
    [
      'with its length announced',
      0,
      '/cut/slow.txt',
      / after \d+ of 100000 bytes: 127.0.0.1:\d+ closed the connection$/,
    ],
    ['in chunks', 0, '/cut-chunked/slow.txt', / after \d+ bytes: 127.0.0.1:\d+ closed the connection$/],
    ['with its length announced, on a connection meant to be closed', 3, '/cut/slow.txt', / after \d+ of 100000 bytes/],
    ['in chunks, on a connection meant to be closed', 3, '/cut-chunked/slow.txt', / after \d+ bytes/],
  ])(
    'that break off in the middle of a body %s are noticed, and it is asked for again',
    async (_, port, path, message) => {
      await using client = testClient({ baseUrl: nginx.origin(port), retry: { maxAttempts: 2, base: 1 } })
      const result = await client.try(`${path}?${port}`)
      expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_BODY_TRUNCATED', status: 200 } })
      expect(!result.ok && result.error.summary).toMatch(message)
      expect(await nginx.requests(`${path}?${port}`)).toHaveLength(2)
    },
  )
})

describe.skipIf(nginxIsMissing)('an nginx that is started anew', () => {
  let nginx: Nginx

  beforeAll(async () => {
    nginx = await startNginx(
      1,
      ({ ports: [main] }) => `server { listen 127.0.0.1:${main}; location / { return 200 'ok'; } }`,
    )
  })

  afterAll(() => nginx?.dispose())

  it('fails no GET while it reads its configuration again, which closes what is idle', async () => {
    await using client = testClient({ baseUrl: nginx.origin(), concurrency: 8, rate: '1000/s' })
    const running = client.all(urls(1_500, '/reload/'))
    for (let times = 0; times < 6; times++) {
      await pause(200)
      nginx.reload()
    }
    expect(summary(await running)).toMatchObject({ inOrder: true, failures: [] })
    const seen = await nginx.requests('/reload/')
    expect(new Set(seen.map(({ uri }) => uri)).size).toBe(1_500)
  })

  it('fails no GET while it is away for a moment', async () => {
    const retry = { maxAttempts: 8, base: 200 }
    await using client = testClient({ baseUrl: nginx.origin(), concurrency: 8, rate: '1000/s', retry })
    const running = client.all(urls(1_000, '/restart/'))
    await pause(200)
    await nginx.stop()
    await pause(200)
    await nginx.start()
    const results = await running
    expect(summary(results)).toMatchObject({ inOrder: true, failures: [] })
    expect(summary(results).attempts).toBeGreaterThan(1_000)
  })
})
