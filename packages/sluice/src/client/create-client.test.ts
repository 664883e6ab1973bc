import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ScriptedAnswer } from '../testing/scripted-api.ts'
import { testClient } from '../testing/test-client.ts'
import { ConnectionLostError } from '../transport/errors.ts'
import { createClient } from './create-client.ts'
import type { ResponseError } from './errors.ts'
import type { ClientOptions } from './settings.ts'

const json = (body: string): ScriptedAnswer => ({ headers: { 'content-type': 'application/json' }, body })

describe('a time limit of 0', () => {
  it.each<[string, ClientOptions, { readonly timeout?: number; readonly deadline?: string }]>([
    ['timeout of the client', { timeout: 0 }, {}],
    ['timeout of a request', { timeout: '1s' }, { timeout: 0 }],
    ['deadline of the client', { timeout: 0, deadline: '0' }, {}],
    ['deadline of a call', { timeout: 0, deadline: '1s' }, { deadline: '0s' }],
  ])('is no limit: %s', async (_, options, callOptions) => {
    const { clock, client } = testClient(() => ({ after: 3_600_000 }), options)

    const result = await clock.runUntilSettled(client.try('/slow', callOptions))

    expect(result).toMatchObject({ ok: true, status: 200 })
    expect(clock.now()).toBe(3_600_000)
    expect(clock.pending).toBe(0)
  })

  it('is no limit for the request of a result that is reused', async () => {
    const { clock, client } = testClient(() => ({ after: 3_600_000 }))
    const { request } = await clock.runUntilSettled(client.send({ url: '/slow', timeout: 0 }))

    expect(await clock.runUntilSettled(client.try(request!))).toMatchObject({ ok: true })
  })

  it('is no limit of a run', async () => {
    const { clock, client } = testClient(() => ({ after: 20_000 }))

    expect(await clock.runUntilSettled(client.all(['/1', '/2'], { maxTime: 0, deadline: 0 }))).toMatchObject([
      { ok: true },
      { ok: true },
    ])
  })
})

describe('a call', () => {
  it('gives the parsed value, the status, the headers, the attempts, and where its time went', async () => {
    const { clock, client } = testClient(() => json('{"name":"pen"}'))

    const result = await clock.runUntilSettled(client.get('/products/1'))

    expect(result).toMatchObject({
      ok: true,
      index: 0,
      id: 'https://a.test/products/1',
      status: 200,
      value: { name: 'pen' },
    })
    const times = { startedAfter: 0, queued: 0, connect: 0, firstByte: 100, duration: 100 }
    expect(result.attempts).toEqual([{ number: 1, verdict: 'success', status: 200, ...times, requests: 1 }])
    expect(result.timing).toEqual({ queued: 0, backoff: 0, connect: 0, firstByte: 100, body: 0, total: 100 })
  })

  it('throws from send, and returns a failure from try', async () => {
    const { clock, client } = testClient(() => 404)

    await expect(clock.runUntilSettled(client.send('/x'))).rejects.toMatchObject({
      name: 'ClientError',
      code: 'SLUICE_CLIENT_ERROR',
      message: 'GET https://a.test/x: 404 Not Found after 1 attempt',
      summary: '404 Not Found',
      status: 404,
    })
    expect(await clock.runUntilSettled(client.try('/x'))).toMatchObject({ ok: false, status: 404 })
  })

  it('has the problem details of the server, but not in its message or where errors are printed', async () => {
    const headers = { 'content-type': 'application/problem+json' }
    const { clock, client } = testClient(() => ({ status: 422, headers, body: '{"title":"No","detail":"why"}' }))

    const error = await clock.runUntilSettled(client.send('/x')).catch((error: unknown) => error)
    expect((error as ResponseError).problem).toEqual({ title: 'No', detail: 'why' })
    expect(inspect(error)).not.toContain('why')
    expect(JSON.stringify(error)).not.toContain('why')
  })

  it('sends get, post, put, patch and delete with the headers of the client and of the call', async () => {
    const { clock, api, client } = testClient(() => 200, { headers: { Authorization: 'Bearer t', 'X-A': '1' } })

    await clock.runUntilSettled(client.get('/a', { query: { q: 'x y' }, headers: { 'X-A': '2' } }))
    await clock.runUntilSettled(client.post('/a', { json: { n: 1 } }))
    await clock.runUntilSettled(client.put('/a', { body: 'b', headers: { Authorization: undefined } }))
    await clock.runUntilSettled(client.patch('/a'))
    await clock.runUntilSettled(client.delete('/a'))

    expect(api.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET https://a.test/a?q=x%20y',
      'POST https://a.test/a',
      'PUT https://a.test/a',
      'PATCH https://a.test/a',
      'DELETE https://a.test/a',
    ])
    expect(api.seen[0]?.headers).toMatchObject({ authorization: 'Bearer t', 'x-a': '2', 'user-agent': 'sluice/0.1' })
    expect(api.seen[1]?.headers).toMatchObject({ 'content-type': 'application/json' })
    expect(api.seen[2]?.headers.authorization).toBeUndefined()
  })

  it('retries after temporary failures, and reports the verdict of each attempt', async () => {
    const { clock, api, client } = testClient((_, count) => (count < 3 ? 503 : 200))

    const result = await clock.runUntilSettled(client.get('/x'))

    expect(api.seen.map(({ at }) => at)).toEqual([0, 350, 950])
    expect(result.attempts.map(({ verdict }) => verdict)).toEqual(['transient', 'transient', 'success'])
    expect(result.timing).toMatchObject({ backoff: 750, firstByte: 300, total: 1_050 })
  })

  it('sends a POST once when its connection dies, and a GET four times', async () => {
    const { clock, api, client } = testClient(() => new ConnectionLostError('reset'))

    await clock.runUntilSettled(client.try({ url: '/x', method: 'POST', body: 'b' }))
    expect(api.seen).toHaveLength(1)

    await clock.runUntilSettled(client.try('/x'))
    expect(api.seen).toHaveLength(5)
  })

  it('retries a POST with an idempotency key, the same for all attempts', async () => {
    const { clock, api, client } = testClient((_, count) => (count < 3 ? 503 : 200), { idempotencyKey: true })

    await clock.runUntilSettled(client.post('/x'))
    await clock.runUntilSettled(client.post('/x'))

    const keys = api.seen.map(({ headers }) => headers['idempotency-key'])
    expect(new Set(keys.slice(0, 3)).size).toBe(1)
    expect(keys[3]).not.toBe(keys[0])
  })

  it('is retried after the timeout of an attempt', async () => {
    const { clock, api, client } = testClient((_, count) => ({ after: count === 1 ? 60_000 : 10 }), { timeout: '1s' })

    const result = await clock.runUntilSettled(client.get('/x'))

    expect(result.attempts[0]?.error).toMatchObject({
      code: 'SLUICE_ATTEMPT_TIMEOUT',
      message: 'no complete response within the timeout of 1.0 s',
      sent: 'maybe',
    })
    expect(api.seen.map(({ at }) => at)).toEqual([0, 1_250])
  })

  it('counts the time of a failure in the phase in which it failed', async () => {
    const { clock, client } = testClient(() => ({ after: 60_000 }), { timeout: '1s', retry: false })

    const { timing } = await clock.runUntilSettled(client.try('/x'))

    expect(timing).toEqual({ queued: 0, backoff: 0, connect: 0, firstByte: 1_000, body: 0, total: 1_000 })
  })

  it('ends at its deadline, which covers all waits and attempts, with the last error as cause', async () => {
    const { clock, client } = testClient(
      () => 503,
      { deadline: '1s', retry: { maxAttempts: 99, base: '400ms', cap: '400ms' } },
      250,
    )

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(clock.now()).toBe(1_000)
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_DEADLINE', summary: 'not done within its deadline of 1.0 s', cause: { status: 503 } },
    })
  })

  it('does not start a wait that would miss the deadline', async () => {
    const { clock, client } = testClient(() => ({ status: 429, headers: { 'retry-after': '60' } }), { deadline: '10s' })

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(clock.now()).toBe(100)
    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_THROTTLED' } })
  })

  it('fails with the date when Retry-After exceeds maxRetryAfter', async () => {
    const { clock, client } = testClient(() => ({ status: 429, headers: { 'retry-after': '86400' } }))

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(result).toMatchObject({
      ok: false,
      error: {
        summary: '429 Too Many Requests, retry at 2026-01-02T00:00:00.100Z',
        retryAt: Date.UTC(2026, 0, 2) + 100,
      },
    })
  })

  it('pauses all calls of its partition for the whole Retry-After, and no others', async () => {
    const { clock, api, client } = testClient((request, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '5' } } : request.url.length,
    )
    const calls = [client.try('/refused')]
    await clock.advance(200)

    calls.push(client.try('/later'), client.try('https://b.test/other'))
    await clock.runUntilSettled(Promise.all(calls))

    const at = (path: string) => api.seen.filter(({ url }) => url.endsWith(path)).map((seen) => seen.at)
    expect(at('/other')[0]).toBe(200)
    expect(at('/later')[0]).toBe(5_100)
    expect(at('/refused')[1]).toBe(5_225)
  })

  it('refuses later calls after a Retry-After that is too long, with its date, and sends no request', async () => {
    const { clock, api, client } = testClient(() => ({ status: 429, headers: { 'retry-after': '86400' } }))
    await clock.runUntilSettled(client.try('/first'))

    const results = await clock.runUntilSettled(client.all(Array.from({ length: 50 }, (_, index) => `/${index}`)))

    expect(api.seen).toHaveLength(1)
    expect(results[0]).toMatchObject({
      ok: false,
      attempts: [],
      error: { code: 'SLUICE_PAUSED', retryAt: Date.UTC(2026, 0, 2) + 100 },
    })
  })

  it('is not retried when a POST was processed and only the redirect target fails', async () => {
    const { clock, api, client } = testClient((request) =>
      request.method === 'POST' ? { status: 303, headers: { location: 'https://b.test/done' } } : 503,
    )

    await clock.runUntilSettled(client.try({ url: '/pay', method: 'POST', body: 'b' }))

    expect(api.seen.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })

  it('returns a redirect as a success with maxRedirects 0', async () => {
    const { clock, client } = testClient(() => ({ status: 302, headers: { location: '/y' } }), { maxRedirects: 0 })

    expect(await clock.runUntilSettled(client.try('/x'))).toMatchObject({ ok: true, status: 302 })
  })

  it('is not retried after a fault of the transport', async () => {
    const { clock, api, client } = testClient(() => new TypeError('a bug'))

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(api.seen).toHaveLength(1)
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_TRANSPORT_FAULT', summary: 'the transport failed: a bug' },
    })
  })

  it('holds no permit while it waits for a retry', async () => {
    const { clock, api, client } = testClient((request) => (request.url.endsWith('/bad') ? 503 : 200), {
      concurrency: 1,
      retry: { maxAttempts: 2, base: '10s', cap: '10s' },
    })

    const calls = [client.try('/bad'), ...Array.from({ length: 10 }, () => client.try('/good'))]
    await clock.runUntilSettled(Promise.all(calls))

    expect(api.seen.slice(0, 11).map(({ at }) => at)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000])
  })

  it('follows redirects, each hop within the limits of its own partition', async () => {
    const { clock, api, client } = testClient(
      (request) =>
        request.url.startsWith('https://a.test') ? { status: 302, headers: { location: 'https://b.test/y' } } : 200,
      { concurrency: 1 },
    )

    const result = await clock.runUntilSettled(client.get('/x', { headers: { authorization: 'secret' } }))

    expect(result.attempts).toMatchObject([{ requests: 2 }])
    expect(api.seen.map(({ url }) => url)).toEqual(['https://a.test/x', 'https://b.test/y'])
    expect(api.seen[1]?.headers.authorization).toBeUndefined()
    expect(result.timing.total).toBe(200)
  })

  it('gives up after too many redirects', async () => {
    const { clock, api, client } = testClient((_, count) => ({ status: 302, headers: { location: `/${count}` } }))

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(api.seen).toHaveLength(6)
    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_TOO_MANY_REDIRECTS' } })
  })

  it('fails with SLUICE_NOT_JSON when the body is not JSON although its content type is', async () => {
    const { clock, client } = testClient(() => json('{"name":'))

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(result).toMatchObject({ ok: false, status: 200, error: { code: 'SLUICE_NOT_JSON' } })
  })

  it.each([
    ['application/json', '[1]', 'auto', [1]],
    ['application/problem+json; charset=utf-8', '{}', 'auto', {}],
    ['text/plain', '[1]', 'auto', '[1]'],
    ['text/plain', '[1]', 'json', [1]],
    ['application/json', '[1]', 'text', '[1]'],
    ['application/octet-stream', 'ab', 'auto', new Uint8Array([97, 98])],
    ['application/json', '', 'auto', undefined],
  ] as const)('reads a body of type %s, %j, as %s', async (type, body, readAs, value) => {
    const { clock, client } = testClient(() => ({ headers: { 'content-type': type }, body }))

    const result = await clock.runUntilSettled(client.get('/x', { readAs }))

    expect(result.value).toEqual(value)
  })

  it('returns a failure for an invalid request', async () => {
    const { clock, api, client } = testClient(() => 200)

    const result = await clock.runUntilSettled(client.try('ftp://a.test/x?token=abc'))

    expect(result).toMatchObject({
      ok: false,
      id: 'ftp://a.test/x?token=***',
      attempts: [],
      error: { code: 'SLUICE_BAD_INPUT' },
    })
    expect(api.seen).toHaveLength(0)
  })
})

describe('aborting a call', () => {
  it.each([
    ['in flight', 50],
    ['between attempts', 150],
  ])('rejects at once with the caller’s own reason while it is %s', async (_where, after) => {
    const { clock, api, client } = testClient(() => 503)
    const controller = new AbortController()
    const call = client.try('/x', { signal: controller.signal })
    const outcome = call.catch((reason) => reason)
    await clock.advance(after)

    controller.abort('changed my mind')

    expect(await outcome).toBe('changed my mind')
    await clock.advance(0)
    expect(api.inFlight).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('rejects at once while it is queued, and leaks no permit', async () => {
    const { clock, api, client } = testClient(() => 200, { concurrency: 1 })
    const controller = new AbortController()
    const first = client.get('/1')
    const second = client.get('/2', { signal: controller.signal }).catch((reason) => reason)
    const third = client.get('/3')
    await clock.advance(10)

    controller.abort('changed my mind')

    expect(await second).toBe('changed my mind')
    await clock.runUntilSettled(Promise.all([first, third]))
    expect(api.seen.map(({ url }) => url)).toEqual(['https://a.test/1', 'https://a.test/3'])
  })

  it('sends nothing when the signal was aborted before', async () => {
    const { api, client } = testClient(() => 200)

    await expect(client.get('/x', { signal: AbortSignal.abort('too late') })).rejects.toBe('too late')
    expect(api.seen).toHaveLength(0)
  })
})

describe('a client', () => {
  it('admits no call while it is paused, and continues afterwards', async () => {
    const { clock, api, client } = testClient(() => 200)
    client.pause()
    const call = client.get('/x')
    await clock.advance(60_000)
    expect(api.seen).toHaveLength(0)
    expect(client.status()).toMatchObject({ isPaused: true, waiting: 1, heldBy: new Set(['pause']) })

    client.resume()

    await clock.runUntilSettled(call)
    expect(api.seen[0]?.at).toBe(60_000)
  })

  it('changes its concurrency at once, without cancelling calls in flight', async () => {
    const { clock, api, client } = testClient(() => 200, { concurrency: 4 })
    const calls = Promise.all(Array.from({ length: 12 }, (_, index) => client.get(`/${index}`)))
    await clock.advance(50)

    client.setConcurrency(1)

    await clock.runUntilSettled(calls)
    expect(api.seen.map(({ at }) => at)).toEqual([0, 0, 0, 0, 100, 200, 300, 400, 500, 600, 700, 800])
  })

  it('rejects waiting and later calls when it is closed, and leaves no timer', async () => {
    const { clock, api, client } = testClient(() => 200, { concurrency: 1, rate: '1/min' })
    const calls = [client.try('/1'), client.try('/2')]
    await clock.advance(10)

    await client.close()

    const results = await Promise.all([...calls, client.try('/3')])
    expect(results.map((result) => !result.ok && result.error)).toMatchObject([
      { code: 'SLUICE_CLOSED' },
      { code: 'SLUICE_CLOSED' },
      { code: 'SLUICE_CLOSED' },
    ])
    await clock.advance(0)
    expect(api.seen).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('emits events to listeners in order', async () => {
    const { clock, client } = testClient((_, count) => (count === 1 ? 503 : 200))
    const told: string[] = []
    client.on((event) => told.push(event.type))

    await clock.runUntilSettled(client.get('/x'))

    expect(told).toEqual([
      'call.started',
      'attempt.started',
      'attempt.settled',
      'retry.scheduled',
      'attempt.started',
      'attempt.settled',
      'call.settled',
    ])
  })

  it('is not disturbed by a listener that throws', async () => {
    const { clock, client } = testClient(() => 200)
    client.on(() => {
      throw new Error('a bug elsewhere')
    })

    expect(await clock.runUntilSettled(client.get('/x'))).toMatchObject({ ok: true })
  })

  it.each([
    [{ concurrency: 0 }, 'concurrency: expected a whole number from 1 up, got 0 (number)'],
    [
      { rate: 'fast' },
      "rate: expected a rate such as '10/s', '100/min', '500/day', '5/15s' or '200000 tokens/min', got \"fast\" (string)",
    ],
    [{ timeout: -1 }, 'timeout: expected a duration'],
    [{ baseUrl: 'a.test' }, 'baseUrl: expected an absolute URL such as https://api.example, got "a.test" (string)'],
    [{ headers: { 'X-A': 'a\r\nb' } }, 'the value of header x-a contains a character that headers do not allow'],
  ])('refuses %j when it is made', (options, message) => {
    expect(() => createClient(options as ClientOptions)).toThrow(message)
  })

  it('treats undefined options as missing', () => {
    expect(() => createClient({ concurrency: undefined, retry: undefined, rate: undefined })).not.toThrow()
  })
})
