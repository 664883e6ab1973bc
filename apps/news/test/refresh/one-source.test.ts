import { inspect } from 'node:util'
import fc from 'fast-check'
import { ConnectError, ConnectionLostError } from 'sluice'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SourceAdapter } from '../../src/model/source.ts'
import { refreshAll } from '../../src/refresh/refresh.ts'
import { type Answer, four, hosts, secrets, World } from './world.ts'

let world: World

beforeEach(() => {
  world = new World()
})

afterEach(() => {
  expect({ pending: world.clock.pending, inFlight: world.inFlight }).toEqual({ pending: 0, inFlight: 0 })
})

const keys = four.map(({ key }) => key)

async function articles(source: string): Promise<number> {
  return (await world.store.count({ sources: [source] })).stories
}

describe('one source', () => {
  const inTime = 1_000
  const refused = { status: 401, body: { status: 'error', code: 'apiKeyInvalid', message: secrets.newsApi } }

  it.each<[string, () => Answer | Error, object]>([
    ['is down', () => new ConnectError('SLUICE_CONNECT', 'nobody is there', undefined), { state: 'failing' }],
    ['is cut off', () => new ConnectionLostError('the connection was lost'), { state: 'failing' }],
    ['fails', () => ({ status: 503 }), { state: 'failing', message: '503 Service Unavailable' }],
    ['refuses the key', () => refused, { state: 'failing', requests: 1 }],
    [
      'is limited',
      () => ({ status: 429, headers: { 'retry-after': '7200' } }),
      { state: 'limited', requests: 1, message: '429 Too Many Requests, again at 02:00 UTC' },
    ],
    ['is malformed', () => ({ body: '{"status":' }), { state: 'failing', requests: 1 }],
    [
      'redirects to no place',
      () => ({ status: 302, headers: { location: `ftp://x.test/?api-key=${secrets.guardian}` } }),
      { state: 'failing', requests: 1, message: 'it redirects to a forbidden address' },
    ],
    ['is something else', () => ({ body: '<html>Hello</html>' }), { state: 'failing', requests: 1 }],
    [
      'hangs',
      () => ({ after: Number.POSITIVE_INFINITY }),
      { state: 'failing', requests: 1, ms: 5_000, message: 'no response in 5.0 s' },
    ],
    [
      'is slow',
      () => ({ after: 30_000 }),
      { state: 'failing', requests: 1, ms: 5_000, message: 'no response in 5.0 s' },
    ],
  ])('that %s affects only itself', async (_name, answer, expected) => {
    for (const key of keys) {
      world = new World()
      const host = hosts[key]
      world.answer = ({ url }) => (url.host === host ? answer() : undefined)
      const { clock, store, clients } = world
      const refresh = refreshAll(four, store, { deadline: '5s', clients })
      await clock.advance(inTime)
      const others = keys.filter((other) => other !== key)
      const full: Record<string, number> = { newsapi: 3, guardian: 3, hn: 30, [keys[3]!]: 2 }
      expect(await Promise.all(others.map(articles))).toEqual(others.map((other) => full[other]))

      const results = await clock.runUntilSettled(refresh)
      expect(clock.now()).toBeLessThanOrEqual(5_000)
      expect(results.filter(({ source }) => source !== key).map(({ state }) => state)).toEqual(['ok', 'ok', 'ok'])
      expect(results.find(({ source }) => source === key)).toMatchObject(expected)
      expect(inspect([results, await store.health()], { depth: 9 })).not.toMatch(/4711/)
      expect(clock.pending).toBe(0)
    }
  })

  it('that redirects in a circle is not said to lead to a forbidden address', async () => {
    world.answer = ({ url }) => (url.host === hosts.hn ? { status: 302, headers: { location: '/loop' } } : undefined)
    const results = await world.refresh()
    expect(results.find(({ source }) => source === 'hn')).toMatchObject({
      state: 'failing',
      message: 'it redirects too often',
    })
  })

  it('that is slow keeps what it delivered before the deadline, and reports the rest', async () => {
    world.answer = ({ url }) => (Number(/\/(\d+)\.json/.exec(url.pathname)?.[1]) > 20 ? { after: 9_000 } : undefined)
    const results = await world.refresh()
    expect(world.clock.now()).toBe(5_000)
    expect(results[2]).toMatchObject({ state: 'ok', added: 20, message: '20 new in 5.0 s, 10 left: out of time' })
  })

  it('that fails for some requests is read for the others', async () => {
    world.answer = ({ url }) => (/\/item\/[12]\.json/.test(url.pathname) ? { status: 500 } : undefined)
    const results = await world.refresh({ deadline: '20s' })
    expect(results[2]).toMatchObject({
      state: 'ok',
      added: 28,
      requests: 35,
      message: expect.stringMatching(/^28 new in .*, 2 requests failed: 500 Internal Server Error$/),
    })
  })

  it('without a key that refuses one request is read for the others', async () => {
    world.answer = ({ url }) => (url.pathname.endsWith('/7.json') ? { status: 401 } : undefined)
    const results = await world.refresh()
    expect(results[2]).toMatchObject({ state: 'ok', added: 29, message: '29 new in 300 ms, 401 Unauthorized' })
  })

  it('that fails for most requests is failing, and what it gave is kept', async () => {
    world.answer = ({ url }) => (Number(/(\d+)\.json$/.exec(url.pathname)?.[1]) > 10 ? { status: 404 } : undefined)
    expect((await world.refresh())[2]).toMatchObject({
      state: 'failing',
      added: 10,
      message: '10 new in 300 ms, 20 requests failed: 404 Not Found',
    })
  })

  it('that is rate-limited in the middle gets no further requests', async () => {
    world.answer = ({ url }) => (url.pathname.includes('/item/') ? { status: 429 } : undefined)
    const results = await world.refresh()
    expect(results[2]).toMatchObject({ state: 'limited', requests: 21, ms: 200 })
    expect(world.askedOf('hacker-news.firebaseio.com')).toHaveLength(21)
  })

  it('whose items are missing says how many', async () => {
    world.answer = ({ url }) => (/\/item\/[1-3]\.json/.test(url.pathname) ? { body: 'null' } : undefined)
    expect((await world.refresh())[2]).toMatchObject({
      state: 'ok',
      missing: 3,
      message: '27 new in 300 ms, 3 missing',
    })
  })

  it('that throws an unexpected error is reported without its message', async () => {
    const broken: SourceAdapter = {
      ...four[3]!,
      read() {
        throw new Error(`oops ${secrets.newsApi}`)
      },
    }
    const results = await world.refresh({}, [four[0]!, broken])
    expect(results).toMatchObject([{ state: 'ok' }, { state: 'failing', message: 'the response could not be read' }])
  })
})

const weird: readonly (Answer | Error | undefined)[] = [
  undefined,
  { after: Number.POSITIVE_INFINITY },
  { after: 7_000 },
  { status: 401 },
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 503, headers: { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' } },
  { status: 500, after: 900 },
  { status: 304 },
  { status: 204 },
  { status: 302, headers: { location: 'https://elsewhere.test/' } },
  { status: 301, headers: { location: 'javascript:1' } },
  { body: '[null, 1e999, {}]' },
  { body: { response: { results: [null, 7, { webUrl: 9 }] }, articles: [[], 'x'], status: 'ok' } },
  { body: '<rss/>' },
  new ConnectionLostError('the connection was lost'),
]

it('whatever some sources do, the refresh ends in time, reads the others, and leaves nothing behind', async () => {
  const behaviour = fc.tuple(...keys.map(() => fc.array(fc.constantFrom(...weird), { minLength: 1, maxLength: 5 })))
  await fc.assert(
    fc.asyncProperty(behaviour, async (ways) => {
      world = new World()
      world.answer = ({ url }, count) => {
        const way = ways[Object.values(hosts).indexOf(url.host)]
        return way?.[count % way.length]
      }
      const results = await world.refresh({ deadline: '3s' })
      expect(world.clock.now()).toBeLessThanOrEqual(3_000)
      expect({ pending: world.clock.pending, inFlight: world.inFlight }).toEqual({ pending: 0, inFlight: 0 })
      expect(results.map(({ source }) => source)).toEqual(keys)
      for (const [index, way] of ways.entries()) {
        if (way.every((one) => one === undefined)) expect(results[index]).toMatchObject({ state: 'ok' })
      }
      for (const { message, nextAt } of results) {
        expect(message).toMatch(/^\S[ -~]*$/)
        expect(nextAt).toBeGreaterThan(world.clock.wallTime())
      }
      expect(inspect([results, await world.store.health()], { depth: 9 })).not.toMatch(/4711/)
    }),
    { numRuns: 60 },
  )
})
