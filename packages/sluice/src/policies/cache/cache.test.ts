import { describe, expect, it } from 'vitest'
import type { Client } from '../../client/client.ts'
import { createClient } from '../../client/create-client.ts'
import type { CallResult, Success } from '../../client/result.ts'
import type { ClientOptions } from '../../client/settings.ts'
import type { SluiceEvent } from '../../events/event.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ManualClock } from '../../testing/manual-clock.ts'
import type { ScriptedAnswer, ScriptedApi } from '../../testing/scripted-api.ts'
import { testClient } from '../../testing/test-client.ts'
import { ConnectionLostError } from '../../transport/errors.ts'
import { bearerAuth } from '../auth/index.ts'
import { type Policy, withRequest } from '../custom/policy.ts'
import type { CacheEntry, CacheStore } from './cache-store.ts'
import { memoryCacheStore } from './memory-cache-store.ts'

interface Setup {
  readonly clock: ManualClock
  readonly api: ScriptedApi
  readonly client: Client
  readonly events: SluiceEvent[]
  readonly get: (url: string, headers?: Record<string, string>) => Promise<Success>
}

function setup(
  answer: (request: ApiRequest, count: number) => ScriptedAnswer,
  cache: ClientOptions['cache'],
  options: ClientOptions = {},
): Setup {
  const made = testClient(answer, { cache, ...options })
  const { clock, client } = made
  const get = (url: string, headers = {}): Promise<Success> => clock.runUntilSettled(client.get(url, { headers }))
  return { ...made, get }
}

const json = (body: unknown, headers: Record<string, string> = {}, status = 200): ScriptedAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: status === 304 ? '' : JSON.stringify(body),
})

/** A server with one thing that has a version, and heeds conditions. */
function versioned(headers: Record<string, string> = {}) {
  const state = { version: 1 }
  const answer = (request: ApiRequest): ScriptedAnswer => {
    const etag = `"v${state.version}"`
    const isKnown = request.headers['if-none-match'] === etag
    return json({ version: state.version }, { etag, ...headers }, isKnown ? 304 : 200)
  }
  return { state, answer }
}

/** A `PUT`, a `POST` and the like is answered with 200; everything else as said. */
const unlessUnsafe =
  (answer: (request: ApiRequest, count: number) => ScriptedAnswer, unsafe: ScriptedAnswer = 200) =>
  (request: ApiRequest, count: number): ScriptedAnswer =>
    request.method === 'GET' ? answer(request, count) : unsafe

const brief = ({ status, value, fromCache, attempts }: Success) => [
  status,
  value,
  fromCache,
  attempts.map((attempt) => attempt.status),
]

const typesOf = (events: readonly SluiceEvent[]): string[] =>
  events.map(({ type }) => type).filter((type) => type.startsWith('cache.'))

describe("cache: 'revalidate'", () => {
  it('revalidates each time, and returns the stored response after a 304', async () => {
    const { state, answer } = versioned({ 'cache-control': 'max-age=3600' })
    const { api, get, events } = setup(answer, 'revalidate')

    expect(brief(await get('/x'))).toEqual([200, { version: 1 }, undefined, [200]])
    expect(brief(await get('/x'))).toEqual([200, { version: 1 }, 'revalidated', [304]])
    state.version = 2
    expect(brief(await get('/x'))).toEqual([200, { version: 2 }, undefined, [200]])
    expect(brief(await get('/x'))).toEqual([200, { version: 2 }, 'revalidated', [304]])

    expect(api.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"', '"v1"', '"v2"'])
    expect(typesOf(events)).toEqual(['cache.stored', 'cache.revalidated', 'cache.stored', 'cache.revalidated'])
  })

  it('revalidates by Last-Modified if there is no ETag', async () => {
    const date = 'Thu, 01 Jan 2026 00:00:00 GMT'
    const answer = ({ headers }: ApiRequest) =>
      json(1, { 'last-modified': date }, headers['if-modified-since'] === date ? 304 : 200)
    const { get } = setup(answer, 'revalidate')
    await get('/x')
    expect(brief(await get('/x'))).toEqual([200, 1, 'revalidated', [304]])
  })

  it('gives each caller its own copy of value, headers and bytes', async () => {
    const { answer } = versioned()
    const { clock, client, get } = setup(answer, 'revalidate')
    const first = await clock.runUntilSettled(client.get<Uint8Array>('/x', { readAs: 'bytes' }))
    first.value.fill(0)
    const second = await clock.runUntilSettled(client.get<Uint8Array>('/x', { readAs: 'bytes' }))
    second.value.fill(0)
    const third = await get('/x')
    expect(third.value).toEqual({ version: 1 })
  })

  it('sends the same validators with a retry', async () => {
    const { answer } = versioned()
    const { api, get } = setup((request, count) => (count === 2 ? 503 : answer(request)), 'revalidate')
    await get('/x')
    expect(brief(await get('/x'))).toEqual([200, { version: 1 }, 'revalidated', [503, 304]])
    expect(api.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"', '"v1"'])
  })

  it('repeats the request without validators if a 304 has another ETag', async () => {
    const { api, get } = setup(
      (_, count) => (count === 2 ? json(2, { etag: '"b"' }, 304) : json(count, { etag: '"a"' })),
      'revalidate',
    )
    await get('/x')
    const second = await get('/x')
    expect(brief(second)).toEqual([200, 3, undefined, [304, 200]])
    expect(second.attempts.map(({ number }) => number)).toEqual([1, 2])
    expect(api.seen[2]!.headers).not.toHaveProperty('if-none-match')
  })

  it('ignores requests with conditional headers of their own', async () => {
    const { answer } = versioned()
    const { get } = setup(answer, 'revalidate')
    await get('/x')
    expect(brief(await get('/x', { 'if-none-match': '"v1"' }))).toEqual([304, undefined, undefined, [304]])
  })

  it('is never stale: a failure is a failure', async () => {
    const { answer } = versioned({ 'cache-control': 'max-age=3600, stale-if-error=3600' })
    const { clock, client, get } = setup((request, count) => (count === 1 ? answer(request) : 500), 'revalidate')
    await get('/x')
    const result = await clock.runUntilSettled(client.try('/x'))
    expect([result.ok, result.status, result.attempts.length]).toEqual([false, 500, 4])
  })

  it('sends no validators to the target of a redirect, and stores nothing from there', async () => {
    const moved = { status: 302, headers: { location: '/other' } }
    const { api, get } = setup((request, count) => {
      if (request.url.endsWith('/other')) return json('other', { etag: '"a"' })
      return count === 1 ? json('own', { etag: '"a"' }) : moved
    }, 'revalidate')
    await get('/x')
    expect(brief(await get('/x'))).toEqual([200, 'other', undefined, [200]])
    expect(brief(await get('/x'))).toEqual([200, 'other', undefined, [200]])
    expect(api.seen.map(({ url, headers }) => [new URL(url).pathname, headers['if-none-match']])).toEqual([
      ['/x', undefined],
      ['/x', '"a"'],
      ['/other', undefined],
      ['/x', undefined],
      ['/other', undefined],
    ])
  })

  it('serves a run like single calls', async () => {
    const { answer } = versioned()
    const { clock, client } = setup(answer, 'revalidate')
    const urls = ['/1', '/2', '/3']
    await clock.runUntilSettled(client.all(urls))
    const results = await clock.runUntilSettled(client.all(urls))
    expect(results.map((result) => result.ok && result.fromCache)).toEqual(Array(3).fill('revalidated'))
  })
})

describe("cache: 'http'", () => {
  it('returns a fresh answer without a request: no attempt, no permit, no rate, no time', async () => {
    const { clock, api, client, get, events } = setup(() => json(1, { 'cache-control': 'max-age=60' }), 'http', {
      rate: '1/min',
    })
    await get('/x')
    await clock.advance(30_000)
    client.pause()
    const result = await get('/x')

    expect(brief(result)).toEqual([200, 1, 'fresh', []])
    expect(result.headers.age).toBe('30')
    expect(result.timing.total).toBe(0)
    expect([api.seen.length, clock.now()]).toEqual([1, 30_100])
    expect(events.find(({ type }) => type === 'cache.hit')).toMatchObject({ how: 'fresh', age: 30, at: 30_100 })
  })

  it('revalidates a stale response, and a 304 makes it fresh again', async () => {
    const { answer } = versioned({ 'cache-control': 'max-age=60' })
    const { clock, api, get } = setup(answer, 'http')
    await get('/x')
    // Its age counts from when it was asked for: 100 ms before it came.
    await clock.advance(59_899)
    expect(brief(await get('/x'))[2]).toBe('fresh')
    await clock.advance(1)
    expect(brief(await get('/x'))).toEqual([200, { version: 1 }, 'revalidated', [304]])
    await clock.advance(59_000)
    expect(brief(await get('/x'))[2]).toBe('fresh')
    expect(api.seen).toHaveLength(2)
  })

  it('does not count the time in the queue as age', async () => {
    const { clock, client } = setup(() => json(1, { 'cache-control': 'max-age=60' }), 'http', { rate: '1/min' })
    const all = [client.get('/first'), client.get('/x'), client.get('/y')]
    await clock.runUntilSettled(Promise.all(all))
    const result = await clock.runUntilSettled(client.get('/y'))
    expect([result.fromCache, result.headers.age]).toEqual(['fresh', '0'])
  })

  it('stores no response that must not be stored', async () => {
    const { api, get } = setup(() => json(1, { 'cache-control': 'no-store, max-age=60', etag: '"a"' }), 'http')
    await get('/x')
    await get('/x')
    expect(api.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined])
  })

  it('removes an entry when a newer answer must not be stored', async () => {
    const { clock, api, client, get } = setup(
      (_, count) => (count === 2 ? 404 : json(count, { 'cache-control': 'max-age=0', etag: '"a"' })),
      'http',
    )
    await get('/x')
    expect((await clock.runUntilSettled(client.try('/x'))).status).toBe(404)
    await get('/x')
    expect(api.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"a"', undefined])
  })

  it('tells requests apart by the headers that the server names', async () => {
    const headers = { 'cache-control': 'max-age=60', vary: 'Accept-Language' }
    const { api, get } = setup((request) => json(request.headers['accept-language'] ?? 'none', headers), 'http')
    const values: unknown[] = []
    for (const language of ['de', 'fr', 'de', 'fr'])
      values.push((await get('/x', { 'accept-language': language })).value)
    values.push((await get('/x')).value, (await get('/x', { 'x-request-id': '1' })).value)
    expect(values).toEqual(['de', 'fr', 'de', 'fr', 'none', 'none'])
    expect(api.seen).toHaveLength(3)
  })

  it('does not reuse a response for other credentials', async () => {
    const { api, get } = setup(
      (request) => json(request.headers.authorization, { 'cache-control': 'max-age=60' }),
      'http',
    )
    const first = await get('/me', { authorization: 'Bearer one' })
    const second = await get('/me', { authorization: 'Bearer two' })
    const again = await get('/me', { authorization: 'Bearer one' })
    expect([first.value, second.value, again.value]).toEqual(['Bearer one', 'Bearer two', 'Bearer one'])
    expect([again.fromCache, api.seen.length]).toEqual(['fresh', 2])
  })

  it('does not reuse a response for a client with other headers', async () => {
    const store = memoryCacheStore()
    const answer = (request: ApiRequest) => json(request.headers['x-session'], { 'cache-control': 'max-age=60' })
    const one = setup(answer, { mode: 'http', store }, { headers: { 'x-session': '1' } })
    const two = setup(answer, { mode: 'http', store }, { headers: { 'x-session': '2' } })
    await one.get('/me')
    expect(brief(await two.get('/me'))).toEqual([200, '2', undefined, [200]])
    const same = setup(answer, { mode: 'http', store }, { headers: { 'x-session': '1' } })
    expect(brief(await same.get('/me'))).toEqual([200, '1', 'fresh', []])
  })

  it('does not reuse a response between clients with credentials outside of headers', async () => {
    const store = memoryCacheStore()
    const answer = (request: ApiRequest) => json(request.url, { 'cache-control': 'max-age=60' })
    const asked = async (token: string | undefined) => {
      const auth = token === undefined ? undefined : bearerAuth(token)
      const { get, api } = setup(answer, { mode: 'http', store }, { auth })
      await get('/x')
      await get('/x')
      return api.seen.length
    }
    expect([await asked('ada'), await asked('bob'), await asked(undefined)]).toEqual([1, 1, 1])
  })

  it('does not reuse a response after the token has changed', async () => {
    let token = 'ada'
    const auth = bearerAuth(() => token)
    const answer = (request: ApiRequest) => json(request.url, { 'cache-control': 'max-age=60' })
    const { get, api } = setup(answer, 'http', { auth })
    for (const now of ['ada', 'ada', 'bob', 'ada']) {
      token = now
      await get('/x')
    }
    expect(api.seen).toHaveLength(2)
  })

  it('does not reuse a response for another request header, unless the header is independent of the user', async () => {
    const { api, get } = setup((request) => json(request.headers['x-user'], { 'cache-control': 'max-age=60' }), 'http')
    const values: unknown[] = []
    for (const user of ['ada', 'bob', 'ada']) {
      values.push((await get('/me', { 'x-user': user, 'x-request-id': `${values.length}` })).value)
    }
    expect([values, api.seen.length]).toEqual([['ada', 'bob', 'ada'], 2])
  })

  it('stores no response to a request whose token changed before it was sent', async () => {
    let token = 'ada'
    const { clock, client, api, get } = setup(
      (request) => json(request.headers.authorization, { 'cache-control': 'max-age=60', etag: '"1"' }),
      'http',
      { auth: bearerAuth(() => token), concurrency: 1 },
    )
    const first = client.get('/first')
    const waiting = client.get('/me')
    clock.timer(50, () => {
      token = 'bob'
    })
    await clock.runUntilSettled(Promise.all([first, waiting]))
    expect((await waiting).value).toBe('Bearer bob')
    token = 'ada'
    expect(brief(await get('/me'))).toEqual([200, 'Bearer ada', undefined, [200]])
    token = 'bob'
    expect(brief(await get('/me'))).toEqual([200, 'Bearer bob', undefined, [200]])
    expect(api.seen).toHaveLength(4)
  })

  it('ignores a 304 to a request with another token', async () => {
    let token = 'ada'
    const { clock, client, get } = setup(
      ({ headers }) => json(headers.authorization, { etag: '"1"' }, headers['if-none-match'] === '"1"' ? 304 : 200),
      'revalidate',
      { auth: bearerAuth(() => token), concurrency: 1 },
    )
    await get('/me')
    const calls = [client.get('/first'), client.get('/me')]
    clock.timer(50, () => {
      token = 'bob'
    })
    await clock.runUntilSettled(Promise.all(calls))
    expect((await calls[1])!.value).toBe('Bearer bob')
  })

  it('stores no response to a request with credentials of a custom policy', async () => {
    let user = 'ada'
    const asUser: Policy = {
      name: 'as user',
      run: (attempt, next) => withRequest(attempt, { headers: { authorization: user } }, next),
    }
    const answer = (request: ApiRequest) => json(request.headers.authorization, { 'cache-control': 'max-age=60' })
    const { get } = setup(answer, 'http', { perCall: [asUser] })
    const values = [(await get('/me')).value]
    user = 'bob'
    values.push((await get('/me')).value)
    expect(values).toEqual(['ada', 'bob'])
  })

  it('stores no credential of a header or URL', async () => {
    const kept: string[] = []
    const store: CacheStore = {
      get: () => undefined,
      set: (key, { facts, body }) => {
        kept.push(key, facts, Buffer.from(body).toString())
      },
      delete: () => {},
    }
    const { get } = setup(() => json(1, { 'cache-control': 'max-age=60', vary: 'x-api-key' }), { mode: 'http', store })
    await get('/me?api_key=s3cr3t-1', { authorization: 'Bearer s3cr3t-2', 'x-api-key': 's3cr3t-3' })
    expect(kept).toHaveLength(6)
    expect(kept.join('\n')).not.toMatch(/s3cr3t|me\?/)
  })
})

describe('what changes something', () => {
  const fresh = (_: ApiRequest, count: number): ScriptedAnswer => json(count, { 'cache-control': 'max-age=3600' })

  it.each(['PUT', 'POST', 'PATCH', 'DELETE', 'PURGE'])(
    'makes %s forget what is kept of its URL, for everybody',
    async (method) => {
      const { clock, client, get } = setup(unlessUnsafe(fresh), 'http')
      await get('/x', { authorization: 'a' })
      await get('/x', { authorization: 'b' })
      await clock.runUntilSettled(client.send({ url: '/x', method }))
      expect((await get('/x', { authorization: 'a' })).value).toBe(4)
      expect((await get('/x', { authorization: 'b' })).value).toBe(5)
    },
  )

  it.each<[string, number, Record<string, string>, boolean]>([
    ['the Location it is told', 201, { location: '/y' }, true],
    ['the Content-Location it is told', 200, { 'content-location': 'https://a.test/y#part' }, true],
    ['nothing of another origin', 201, { location: 'https://b.test/y' }, false],
    ['nothing if it is refused', 403, { location: '/y' }, false],
  ])('forgets %s', async (_, status, headers, isForgotten) => {
    const { clock, client, get } = setup(unlessUnsafe(fresh, { status, headers }), 'http')
    await get('/y')
    await get('https://b.test/y')
    await clock.runUntilSettled(client.try({ url: '/x', method: 'POST' }))
    expect((await get('/y')).fromCache).toBe(isForgotten ? undefined : 'fresh')
    expect((await get('https://b.test/y')).fromCache).toBe('fresh')
  })

  it('prevents the storing of answers requested before it', async () => {
    const { clock, client, get } = setup(
      unlessUnsafe((_, count) => ({ ...(json(count, { 'cache-control': 'max-age=60' }) as object), after: 500 })),
      'http',
    )
    const reading = client.get('/x')
    await clock.advance(100)
    await clock.runUntilSettled(client.put('/x'))
    await clock.runUntilSettled(reading)
    expect((await get('/x')).fromCache).toBeUndefined()
  })

  it('leaves what it only reads', async () => {
    const { clock, client, get } = setup(unlessUnsafe(fresh), 'http')
    await get('/x')
    await clock.runUntilSettled(client.send({ url: '/x', method: 'HEAD' }))
    await clock.runUntilSettled(client.send({ url: '/x', method: 'OPTIONS' }))
    expect((await get('/x')).fromCache).toBe('fresh')
  })
})

describe('stale-if-error', () => {
  const trouble: [string, ScriptedAnswer][] = [
    ['503', 503],
    ['500', 500],
    ['a lost connection', new ConnectionLostError('cut')],
  ]
  it.each(trouble)('uses a stale response after %s, with the attempts made', async (_, bad) => {
    const headers = { 'cache-control': 'max-age=60, stale-if-error=600' }
    const { clock, get, events } = setup((__, count) => (count === 1 ? json(1, headers) : bad), 'http')
    await get('/x')
    await clock.advance(100_000)
    const result = await get('/x')
    expect([result.status, result.value, result.fromCache, result.attempts.length]).toEqual([200, 1, 'stale', 4])
    expect(Number(result.headers.age)).toBeGreaterThanOrEqual(100)
    expect(events.find(({ type }) => type === 'cache.hit')).toMatchObject({ how: 'stale' })
  })

  it.each([404, 429, 501])('does not hide a %d', async (status) => {
    const headers = { 'cache-control': 'max-age=0, stale-if-error=600' }
    const { clock, client, get } = setup((_, count) => (count === 1 ? json(1, headers) : status), 'http', {
      retry: false,
    })
    await get('/x')
    expect((await clock.runUntilSettled(client.try('/x'))).status).toBe(status)
  })

  it('returns no stale response to a cancelled call', async () => {
    const headers = { 'cache-control': 'max-age=0, stale-if-error=600' }
    const { clock, client, get } = setup(() => json(1, headers), 'http')
    await get('/x')
    const result = await clock.runUntilSettled(client.try('/x', { deadline: 50 }))
    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_DEADLINE' } })
  })
})

describe('stale-while-revalidate', () => {
  const headers = { 'cache-control': 'max-age=1, stale-while-revalidate=60' }

  it('returns a stale response at once, and revalidates in the background, one request at a time', async () => {
    const { clock, api, client, get, events } = setup((_, count) => json(count, headers), 'http')
    await get('/x')
    await clock.advance(10_000)
    const results = await Promise.all([client.get('/x'), client.get('/x'), client.get('/x')])
    expect(results.map(brief)).toEqual(Array(3).fill([200, 1, 'stale', []]))
    await clock.advance(200)
    expect(api.seen).toHaveLength(2)
    expect(brief(await get('/x'))).toEqual([200, 2, 'fresh', []])
    // It is in no result, but it is told.
    expect(events.filter(({ type }) => type === 'attempt.settled')).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  it('revalidates again at the next call if the background request failed', async () => {
    const { clock, api, get } = setup((_, count) => (count === 2 ? 404 : json(count, headers)), 'http')
    await get('/x')
    await clock.advance(10_000)
    expect((await get('/x')).fromCache).toBe('stale')
    await clock.advance(200)
    expect(brief(await get('/x'))).toEqual([200, 3, undefined, [200]])
    expect(api.seen).toHaveLength(3)
  })

  it('ends with the client', async () => {
    const { clock, api, client, get } = setup((_, count) => json(count, headers), 'http')
    await get('/x')
    await clock.advance(10_000)
    await get('/x')
    await clock.advance(50)
    expect(api.inFlight).toBe(1)
    await client.close()
    await clock.advance(0)
    expect([api.inFlight, clock.pending]).toEqual([0, 0])
  })
})

describe('a store that', () => {
  const answer = (_: ApiRequest, count: number): ScriptedAnswer => json(count, { 'cache-control': 'max-age=60' })
  const fail = (): never => {
    throw new Error('disk')
  }
  const broken: [string, CacheStore][] = [
    ['throws', { get: fail, set: fail, delete: fail }],
    [
      'rejects',
      {
        get: () => Promise.reject(new Error('disk')),
        set: () => Promise.reject(new Error('disk')),
        delete: () => Promise.reject(new Error('disk')),
      },
    ],
    ['never answers', { get: () => new Promise(() => {}), set: () => new Promise(() => {}), delete: () => {} }],
  ]
  it.each(broken)('%s does not fail calls, and emits cache.failed', async (_, store) => {
    const { clock, client, get, events } = setup(unlessUnsafe(answer), { mode: 'http', store })
    expect(brief(await get('/x'))).toEqual([200, 1, undefined, [200]])
    expect(brief(await get('/x'))).toEqual([200, 2, undefined, [200]])
    await clock.runUntilSettled(client.put('/x'))
    expect(events.filter(({ type }) => type === 'cache.failed').length).toBeGreaterThanOrEqual(2)
    expect(clock.pending).toBe(0)
  })

  const nonsense: [string, unknown][] = [
    ['no JSON', { facts: '{', body: new Uint8Array() }],
    ['something else', { facts: '[1]', body: new Uint8Array() }],
    ['null', { facts: 'null', body: new Uint8Array() }],
    ['a part', { facts: '{"generation":"a","varies":[],"status":200}', body: new Uint8Array() }],
    ['no body', { facts: '{"generation":"a","varies":[],"status":200,"headers":{},"requestTime":0,"responseTime":0}' }],
    ['no entry', 7],
  ]
  it.each(nonsense)('returns %s has nothing', async (_, entry) => {
    const store = { get: () => entry as CacheEntry, set() {}, delete() {} }
    const { get } = setup(answer, { mode: 'http', store })
    expect(brief(await get('/x'))).toEqual([200, 1, undefined, [200]])
  })

  it('answers later is waited for, and found to have it', async () => {
    const entries = new Map<string, CacheEntry>()
    const store: CacheStore = {
      get: async (key) => entries.get(key),
      set: async (key, entry) => void entries.set(key, entry),
      delete: async (key) => void entries.delete(key),
    }
    const { get } = setup(answer, { mode: 'http', store })
    await get('/x')
    expect((await get('/x')).fromCache).toBe('fresh')
  })
})

describe('with coalesce', () => {
  it('calls at the same time are one that validates', async () => {
    const { answer } = versioned()
    const { clock, api, client, get } = setup(answer, 'revalidate', { coalesce: true })
    await get('/x')
    const results = await clock.runUntilSettled(Promise.all([client.get('/x'), client.get('/x')]))
    expect(results.map(brief)).toEqual([
      [200, { version: 1 }, 'revalidated', [304]],
      [200, { version: 1 }, 'revalidated', []],
    ])
    expect(api.seen).toHaveLength(2)
  })
})

describe('the option', () => {
  it.each<[unknown, string]>([
    ['always', 'cache: expected one of revalidate, http'],
    [true, 'cache: expected one of revalidate, http'],
    [{}, 'cache.mode: expected one of revalidate, http'],
    [{ mode: 'http', maxBytes: 0 }, 'cache.maxBytes: expected a whole number from 1 up'],
    [{ mode: 'http', store: {} }, 'cache.store: expected a store with get, set and delete'],
    [
      { mode: 'http', store: { ...memoryCacheStore(), secret: new Uint8Array(8) } },
      'cache.store.secret: expected at least',
    ],
    [{ mode: 'http', store: memoryCacheStore(), maxBytes: 5 }, 'cache.maxBytes: not allowed together with cache.store'],
  ])('%o is refused', (cache, message) => {
    expect(() => createClient({ cache: cache as never })).toThrow(message)
  })

  it('left out keeps nothing', async () => {
    const { api, get } = setup(() => json(1, { 'cache-control': 'max-age=60' }), undefined)
    const results: CallResult[] = [await get('/x'), await get('/x')]
    expect(results.map((result) => 'fromCache' in result)).toEqual([false, false])
    expect(api.seen).toHaveLength(2)
  })
})
