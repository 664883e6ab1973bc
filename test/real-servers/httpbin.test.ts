import type { CallResult, Client } from 'sluice'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Httpbin, httpbinServers, startHttpbin } from './support/httpbin.ts'
import { quickRetry, testClient } from './support/test-client.ts'

/** Request as httpbin reports it. */
interface Echo {
  readonly args: Record<string, string | string[]>
  readonly data: string
  readonly form: Record<string, string>
  readonly headers: Record<string, string>
  readonly json: unknown
  readonly url: string
}

const failures = (results: readonly CallResult[]): string[] =>
  results.filter((result) => !result.ok).map((result) => String(!result.ok && result.error))

describe.skipIf(httpbinServers.length === 0)('httpbin', () => {
  describe.concurrent.each(httpbinServers)('on %s', (server) => {
    let httpbin: Httpbin
    let client: Client

    beforeAll(async () => {
      httpbin = await startHttpbin(server)
      client = testClient({ baseUrl: httpbin.origin })
    })

    afterAll(async () => {
      await client?.close()
      await httpbin?.dispose()
    })

    /** How often it has logged a request for this path. */
    const times = (path: string): number => httpbin.log.split(` ${path} HTTP/`).length - 1

    it.each([
      ['418', '/status/418', 1],
      ['404 Not Found', '/status/404', 1],
      ['500 Internal Server Error', '/status/500', 4],
      ['503 Service Unavailable', '/status/503', 4],
      ['501 Not Implemented', '/status/501', 1],
    ])('answers %s, and %s is requested %i times', async (summary, path, count) => {
      expect(await client.try(path)).toMatchObject({ ok: false, error: { summary } })
      await vi.waitFor(() => expect(times(path)).toBe(count), 5_000)
    })

    it('answers 200 and 204 with success', async () => {
      expect(await client.get('/status/200')).toMatchObject({ status: 200, value: undefined })
      expect(await client.get('/status/204')).toMatchObject({ status: 204, value: undefined })
    })

    it('answers now this, now that, and all are done in the end', async () => {
      await using patient = testClient({
        baseUrl: httpbin.origin,
        retry: { ...quickRetry, maxAttempts: 30 },
        // Two of three answers are failures here, for which the breaker would rightly give the server a rest.
        breaker: false,
      })
      const results = await patient.all(Array(60).fill('/status/200,503,500'))
      expect(failures(results)).toEqual([])
      const attempts = results.reduce((sum, result) => sum + result.attempts.length, 0)
      expect(attempts).toBeGreaterThan(60)
      await vi.waitFor(() => expect(times('/status/200,503,500')).toBe(attempts), 5_000)
    })

    it('takes longer than the timeout, each time', async () => {
      await using hasty = testClient({
        baseUrl: httpbin.origin,
        timeout: '300ms',
        retry: { ...quickRetry, maxAttempts: 2 },
      })
      const result = await hasty.try('/delay/1')
      expect(result).toMatchObject({
        ok: false,
        error: { code: 'SLUICE_ATTEMPT_TIMEOUT', summary: 'no complete response within the timeout of 300 ms' },
        attempts: [{ verdict: 'transient' }, { verdict: 'transient' }],
      })
      expect(result.timing.total).toBeGreaterThanOrEqual(600)
      expect(result.timing.total).toBeLessThan(1_900)
    })

    it('takes longer than the deadline, once', async () => {
      const result = await client.try('/delay/2', { deadline: 250 })
      expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_DEADLINE' } })
      expect(result.timing.total).toBeLessThan(1_900)
    })

    it('drips, and the whole of it is waited for', async () => {
      const { value, timing } = await client.get<Uint8Array>('/drip?duration=0.4&numbytes=8&code=203')
      expect(Buffer.from(value).toString()).toBe('********')
      expect(timing.body).toBeGreaterThan(250)
    })

    it('lets in whoever knows the password, or has a token', async () => {
      const withUser = httpbin.origin.replace('//', '//some%20one:p%40ss@')
      expect(await client.get(`${withUser}/basic-auth/some%20one/p%40ss`)).toMatchObject({
        value: { authenticated: true, user: 'some one' },
      })
      expect(await client.try('/basic-auth/some%20one/p%40ss')).toMatchObject({
        ok: false,
        status: 401,
        attempts: [{}],
      })
      await using bearer = testClient({ baseUrl: httpbin.origin, headers: { Authorization: 'Bearer t0ken' } })
      expect(await bearer.get('/bearer')).toMatchObject({ value: { authenticated: true, token: 't0ken' } })
      expect(await client.try('/bearer')).toMatchObject({ ok: false, status: 401, attempts: [{}] })
    })

    it.each(['gzip', 'deflate', 'brotli'])('packs with %s', async (coding) => {
      const { headers, value } = await client.get<Record<string, unknown>>(`/${coding}`)
      expect(headers['content-encoding']).toBe(coding === 'brotli' ? 'br' : coding)
      expect(value).toMatchObject({
        method: 'GET',
        [coding === 'gzip' ? 'gzipped' : coding === 'deflate' ? 'deflated' : coding]: true,
      })
    })

    it('streams lines of JSON, which are text if so asked and no JSON as a whole, whatever their type says', async () => {
      const { headers, value } = await client.get<string>('/stream/20', { readAs: 'text' })
      expect(headers['content-type']).toBe('application/json')
      const lines = value.trimEnd().split('\n')
      expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual(
        Array.from({ length: 20 }, (_, id) => id),
      )
      expect(await client.try('/stream/20')).toMatchObject({
        ok: false,
        status: 200,
        error: { code: 'SLUICE_NOT_JSON' },
      })
    })

    it('redirects, relative and absolute, and to wherever we like', async () => {
      expect((await client.get<Echo>('/redirect/3')).value.url).toBe(`${httpbin.origin}/get`)
      expect((await client.get<Echo>('/relative-redirect/5')).value.url).toBe(`${httpbin.origin}/get`)
      expect((await client.get<Echo>('/absolute-redirect/2')).value.url).toBe(`${httpbin.origin}/get`)
      expect(await client.try('/redirect/6')).toMatchObject({ ok: false, error: { code: 'SLUICE_TOO_MANY_REDIRECTS' } })
      const { value } = await client.get<Echo>('/redirect-to', { query: { url: '/get?q=1&q=2#part' } })
      expect(value.args).toEqual({ q: ['1', '2'] })
      const put = { url: '/redirect-to?url=/put&status_code=307', method: 'PUT', json: { a: 1 } }
      expect((await client.send<Echo>(put)).value.json).toEqual({ a: 1 })
    })

    it('hands cookies to the caller, and gets none back, for there is no jar', async () => {
      const { headers, value } = await client.get<{ cookies: unknown }>('/cookies/set?a=1&b=two')
      expect(value.cookies).toEqual({})
      expect(headers['set-cookie']).toBeUndefined()
      await using still = testClient({ baseUrl: httpbin.origin, maxRedirects: 0 })
      const redirect = await still.get('/cookies/set?a=1&b=two')
      expect(redirect.headers['set-cookie']?.split('\n').toSorted()).toEqual(['a=1; Path=/', 'b=two; Path=/'])
    })

    it('sees the headers we mean it to see, and nothing of the machine', async () => {
      const { value } = await client.get<{ headers: Record<string, string> }>('/headers', {
        headers: { 'X-Some': ' spaces around ', Accept: 'text/x', 'User-Agent': undefined, 'x-latin': 'caf\u00e9' },
      })
      expect(value.headers).toEqual({
        Host: httpbin.origin.slice(7),
        Connection: 'keep-alive',
        'X-Some': 'spaces around',
        'X-Latin': 'caf\u00e9',
        Accept: 'text/x',
        'Accept-Encoding': 'gzip, deflate, br, zstd',
      })
    })

    it.each(['post', 'put', 'patch', 'delete'] as const)('gets JSON, text and bytes with %s', async (method) => {
      const json = { text: 'ünï', list: [1, null, { a: true }] }
      expect((await client[method]<Echo>(`/${method}`, { json })).value).toMatchObject({
        json,
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': String(Buffer.byteLength(JSON.stringify(json))),
        },
      })
      expect((await client[method]<Echo>(`/${method}`, { body: 'plain ünï' })).value.data).toBe('plain ünï')
      const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      const { data } = (await client[method]<Echo>(`/${method}`, { body: bytes })).value
      expect(data).toBe(`data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`)
      const form = { body: 'a=1&b=x+y', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
      expect((await client[method]<Echo>(`/${method}`, form)).value.form).toEqual({ a: '1', b: 'x y' })
      const empty = (await client[method]<Echo>(`/${method}`)).value
      expect([empty.data, empty.headers['Content-Length'] ?? '0']).toEqual(['', '0'])
    })

    it('gets the query as it was meant', async () => {
      const { value } = await client.get<Echo>('/get?a=1', {
        query: { b: ['x', 'y&z'], c: 'ü +%', d: undefined, e: null, f: 0, g: false },
      })
      expect(value.args).toEqual({ a: '1', b: ['x', 'y&z'], c: 'ü +%', f: '0', g: 'false' })
    })

    it('gives bytes, text, HTML and XML as what they are', async () => {
      const { value: bytes } = await client.get<Uint8Array>('/bytes/1024?seed=7')
      expect(bytes.byteLength).toBe(1_024)
      expect(Buffer.from((await client.get<Uint8Array>('/bytes/1024?seed=7')).value).equals(bytes)).toBe(true)
      expect((await client.get<Uint8Array>('/stream-bytes/50000?chunk_size=999')).value.byteLength).toBe(50_000)
      expect((await client.get('/encoding/utf8')).value).toBeTypeOf('string') // Debian has taken the famous text out.
      expect((await client.get('/html')).value).toContain('Herman Melville - Moby-Dick')
      expect((await client.get('/xml')).value).toContain('<slideshow')
    })

    it('returns the requested headers, once or many times', async () => {
      const { headers } = await client.get('/response-headers?X-One=1&X-Two=a&X-Two=b&Retry-After=3600')
      expect(headers).toMatchObject({ 'x-one': '1', 'x-two': 'a, b', 'retry-after': '3600' })
    })

    it('answers 304 to the entity tag it has named, and 412 to another', async () => {
      const { headers } = await client.get('/etag/abc')
      expect(await client.get('/etag/abc', { headers: { 'if-none-match': headers.etag } })).toMatchObject({
        status: 304,
      })
      expect(await client.try({ url: '/etag/abc', headers: { 'if-match': 'other' } })).toMatchObject({
        ok: false,
        status: 412,
      })
    })

    it('serves many calls, and each gets its own answer', async () => {
      const requests = Array.from({ length: 150 }, (_, n) => ({ id: n, url: `/anything/${n}`, query: { n } }))
      const results = await client.all<Echo>(requests)
      expect(failures(results)).toEqual([])
      expect(results.map((result) => result.ok && result.value.args.n)).toEqual(requests.map(({ id }) => String(id)))
    })
  })
})
