import { type RunningSimulator, type ServeOptions, serveSimulator } from '@sluice/simulator'
import { type Client, type ClientOptions, createClient } from 'sluice'
import { afterEach, describe, expect, it } from 'vitest'

let api: RunningSimulator
let client: Client

async function start(served: ServeOptions, options: ClientOptions = {}): Promise<void> {
  api = await serveSimulator({ tls: true, http2: true, ...served })
  client = createClient({
    baseUrl: api.url,
    http2: true,
    tls: { ca: api.ca },
    proxy: 'none',
    concurrency: 50,
    retry: { maxAttempts: 2, base: 1, cap: 1 },
    ...options,
  })
}

afterEach(async () => {
  await client.close()
  await api.close()
})

const products = (count: number) => Array.from({ length: count }, (_, index) => `/products/${index + 1}`)

describe('calls over HTTP/2', () => {
  it('share one connection: 200 calls, 50 at once', async () => {
    await start({ scenario: { latency: '20ms' } })

    const results = await client.all(products(200))

    expect(results.filter(({ ok }) => ok)).toHaveLength(200)
    expect(api.stats()).toMatchObject({ connections: 1, streams: 200, requests: 200, largestAtOnce: 50, inFlight: 0 })
  })

  it('share one connection where the server sets no limit: 150 at once', async () => {
    await start({ scenario: { latency: '1s' } }, { concurrency: 150 })

    const results = await client.all(products(150))

    expect(results.filter(({ ok }) => ok)).toHaveLength(150)
    expect(api.stats()).toMatchObject({ connections: 1, streams: 150, largestAtOnce: 150 })
  })

  it('one after another never meet a limit of one at once: a response is over before the next call begins', async () => {
    await start({ scenario: { latency: 0, limit: 'concurrent:1' } }, { concurrency: 1 })

    const results = await client.all(products(100))

    expect(results.every(({ ok, attempts }) => ok && attempts.length === 1)).toBe(true)
    expect(api.stats()).toMatchObject({ connections: 1, refused: 0, largestAtOnce: 1 })
  })

  it.each(['GET', 'POST'])(
    'survive a server that says goodbye after 60 streams, and no %s is sent twice',
    async (method) => {
      await start({ scenario: { latency: '20ms', keepAlive: '5s,requests=60' } })
      // An endpoint that counts how often it is asked for each key.
      const requests = Array.from({ length: 200 }, (_, index) => ({ method, url: `/flaky/0/call-${index}` }))

      const results = await client.all(requests)

      const asked = results.map((result) => result.ok && (result.value as { asked: number }).asked)
      expect(asked).toEqual(Array.from({ length: 200 }, () => 1))
      expect(api.stats()).toMatchObject({ requests: 200, aborted: 0, mostRepeated: { times: 1 } })
      // A connection carries 60 calls, and what was on its way to it beside: at most 109.
      expect(api.stats().connections).toBeGreaterThanOrEqual(2)
      expect(api.stats().connections).toBeLessThanOrEqual(8)
    },
  )

  it('continue when one among them is reset, cut short, or abandoned', async () => {
    await start({ scenario: { latency: '50ms' } }, { timeout: '1s', retry: false })

    const faults = ['/fault/reset', '/fault/truncated', '/fault/hang']
    const results = await client.all([...faults, ...products(40)])

    const [reset, truncated, hanging, ...others] = results.map((result) => result.ok || codeOf(result.error))
    expect([reset, truncated, hanging]).toEqual([
      'SLUICE_CONNECTION_LOST',
      'SLUICE_BODY_TRUNCATED',
      'SLUICE_ATTEMPT_TIMEOUT',
    ])
    expect(others.every((ok) => ok === true)).toBe(true)
    expect(api.stats().connections).toBe(1)
    await expect.poll(() => api.stats().aborted).toBe(1)
  })

  it('are calls over HTTP/1.1 where the server speaks nothing else', async () => {
    await start({ scenario: { latency: '200ms' }, http2: false }, { concurrency: 10 })

    const results = await client.all(products(30))

    expect(results.filter(({ ok }) => ok)).toHaveLength(30)
    expect(api.stats()).toMatchObject({ streams: 0, connections: 10, largestAtOnce: 10 })
  })
})

describe('calls over TLS', () => {
  it('speak HTTP/1.1 by default, on as many connections as are at once', async () => {
    await start({ scenario: { latency: '200ms' } }, { http2: false, concurrency: 10 })

    const results = await client.all(products(30))

    expect(results.filter(({ ok }) => ok)).toHaveLength(30)
    expect(api.stats()).toMatchObject({ streams: 0, connections: 10, largestAtOnce: 10 })
  })

  it.each([true, false])(
    'fail at once where the certificate is not trusted, and say so (HTTP/2: %s)',
    async (http2) => {
      await start({}, { http2, tls: {} })

      const result = await client.try('/products/1')

      expect(!result.ok && result.error).toMatchObject({
        code: 'SLUICE_TLS',
        summary: `cannot connect to 127.0.0.1:${api.port}: the certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)`,
      })
      expect(result.attempts).toHaveLength(1)
      expect(api.stats().requests).toBe(0)
    },
  )
})

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
