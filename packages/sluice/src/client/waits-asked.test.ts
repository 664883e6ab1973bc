import { describe, expect, it } from 'vitest'
import type { ApiRequest } from '../http/request.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import type { ScriptedAnswer } from '../testing/scripted-api.ts'
import { type TestClient, testClient } from '../testing/test-client.ts'
import { ConnectError } from '../transport/errors.ts'
import type { Client } from './client.ts'
import type { ClientOptions } from './settings.ts'

const hour = 3_600_000

/** Client of a scripted server that responds in 10 ms. */
function setup(
  answer: (url: URL, count: number, now: number) => ScriptedAnswer,
  options: ClientOptions = {},
): TestClient {
  const clock = new ManualClock()
  const reply = ({ url }: ApiRequest, count: number) => answer(new URL(url), count, clock.now())
  return testClient(reply, { random: () => 0, ...options }, 10, clock)
}

const quota = (remaining: number, reset: number | string, more: Record<string, string> = {}) => ({
  headers: { 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': String(reset), ...more },
})
const codes = (results: Awaited<ReturnType<Client['all']>>) =>
  results.map((result) => (result.ok ? 'ok' : (result.error as { code?: string }).code))

describe('a quota of which nothing is left', () => {
  it.each<[string, ScriptedAnswer]>([
    ['a limit of 0', quota(0, 3_600, { 'x-ratelimit-limit': '0' })],
    ['a reset in the past', quota(0, '1350085394', { 'x-ratelimit-limit': '100' })],
  ])('pauses no call with %s', async (_name, answer) => {
    const { clock, client } = setup(() => answer, { concurrency: 1 })
    const results = await clock.runUntilSettled(client.all(['/1', '/2', '/3', '/4', '/5']))
    expect([codes(results), clock.now()]).toEqual([Array(5).fill('ok'), 50])
  })

  it.each<[string, ScriptedAnswer]>([
    ['a reset in an hour', quota(0, 3_600, { 'x-ratelimit-limit': '100' })],
    ['a reset in 2099', quota(0, '4070908800', { 'x-ratelimit-limit': '100' })],
    ['no limit and no reset', { headers: { 'x-ratelimit-remaining': '0' } }],
  ])('and %s is ignored when the next request is accepted nevertheless', async (_name, answer) => {
    const { clock, client } = setup(() => answer, { concurrency: 1 })
    const results = await clock.runUntilSettled(client.all(['/1', '/2', '/3', '/4', '/5']))
    expect([codes(results), clock.now() < 1_100]).toEqual([Array(5).fill('ok'), true])
  })

  it('is waited for no longer than maxRetryAfter: calls are refused with the date', async () => {
    const { clock, api, client } = setup((_url, count) => quota(2 - count, 3_600), { concurrency: 1 })
    const startedAt = clock.wallTime()
    const results = await clock.runUntilSettled(client.all(['/1', '/2', '/3', '/4']))

    expect(codes(results)).toEqual(['ok', 'ok', 'SLUICE_PAUSED', 'SLUICE_PAUSED'])
    expect(results[3]).toMatchObject({ error: { retryAt: startedAt + hour + 10 } })
    expect(api.seen).toHaveLength(2)
  })

  it('is waited for within maxRetryAfter', async () => {
    const { clock, client } = setup((_url, count, now) => (now < hour / 2 ? quota(2 - count, 1_800) : 200), {
      concurrency: 1,
      retry: { maxRetryAfter: '1h' },
    })
    expect(codes(await clock.runUntilSettled(client.all(['/1', '/2', '/3'])))).toEqual(['ok', 'ok', 'ok'])
    expect(clock.now()).toBeGreaterThanOrEqual(hour / 2)
  })
})

describe('quotas for parts of an API', () => {
  const api = (url: URL): ScriptedAnswer =>
    url.pathname.startsWith('/search')
      ? quota(0, 300, { 'x-ratelimit-limit': '30', 'x-ratelimit-resource': 'search' })
      : quota(4_900, 3_000, { 'x-ratelimit-limit': '5000', 'x-ratelimit-resource': 'core' })

  it('hold only calls to their part', async () => {
    const { clock, client } = setup(api, { deadline: '3s', concurrency: 1 })
    const get = (path: string) => clock.runUntilSettled(client.try(path))
    for (const path of ['/repos/1', '/search/code', '/repos/2', '/users/1']) expect((await get(path)).ok).toBe(true)
    expect(clock.now()).toBe(40)
  })

  it('do not delay later calls to a part with quota left', async () => {
    const { clock, client } = setup(
      (url, count) => (count > 2 ? api(url) : quota(2 - count, 300, { 'x-ratelimit-resource': 'search' })),
      { concurrency: 1 },
    )
    await clock.runUntilSettled(client.all(['/search/code', '/search/code']))
    const startedAt = clock.now()
    const search = client.try('/search/issues')
    const bulk = client.all(['/search/code', '/search/users', '/repos/2', '/repos/3'])
    const repos = await clock.runUntilSettled(Promise.all([client.try('/repos/4'), client.try('/repos/5')]))
    expect(repos.map(({ ok }) => ok)).toEqual([true, true])
    expect(clock.now() - startedAt).toBeLessThan(100)
    expect([(await clock.runUntilSettled(search)).ok, codes(await clock.runUntilSettled(bulk))]).toEqual([
      true,
      ['ok', 'ok', 'ok', 'ok'],
    ])
    expect(clock.now() - startedAt).toBeGreaterThan(299_000)
  })

  it('hold no call to another part after a refusal', async () => {
    const { clock, client } = setup((url) => {
      const answer = api(url)
      return url.pathname.startsWith('/search') ? { ...(answer as object), status: 403 } : answer
    })
    const search = client.try('/search/code', { deadline: '1s' })
    const rest = client.all(['/repos/1', '/repos/2'])
    expect((await clock.runUntilSettled(search)).ok).toBe(false)
    expect(codes(await clock.runUntilSettled(rest))).toEqual(['ok', 'ok'])
    expect(clock.now()).toBeLessThan(1_000)
  })
})

describe('Retry-After', () => {
  it('of a 500 delays only its own call', async () => {
    const { clock, api, client } = setup((url, count) =>
      url.pathname === '/1' && count <= 2 ? { status: 500, headers: { 'retry-after': '5' } } : 200,
    )
    const results = await clock.runUntilSettled(client.all(['/1', '/2', '/3']))
    expect(codes(results)).toEqual(['ok', 'ok', 'ok'])
    expect(api.seen.map(({ at, url }) => [new URL(url).pathname, at])).toEqual([
      ['/1', 0],
      ['/2', 0],
      ['/3', 0],
      ['/1', 5_010],
    ])
  })

  it('with an impossible value costs its call a few attempts, and pauses no other', async () => {
    const { clock, api, client } = setup((url) =>
      url.pathname === '/1' ? { status: 429, headers: { 'retry-after': '99999999999999' } } : 200,
    )
    const results = await clock.runUntilSettled(client.all(['/1', ...Array.from({ length: 20 }, (_, n) => `/x${n}`)]))
    expect(codes(results)).toEqual(['SLUICE_THROTTLED', ...Array(20).fill('ok')])
    expect(api.seen).toHaveLength(24)
    expect(clock.now()).toBe(40)
  })
})

describe('a result that is not ready', () => {
  const pending = (retryAfter?: string): ScriptedAnswer => ({
    status: 202,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  })

  it('is polled with retry.poll until it is ready', async () => {
    const { clock, api, client } = setup((_url, count) => (count <= 50 ? pending('1') : 200), { retry: { poll: true } })
    const result = await clock.runUntilSettled(client.try('/job'))
    expect(result).toMatchObject({ ok: true, status: 200, timing: { backoff: 50_000 } })
    expect([api.seen.length, clock.now()]).toEqual([51, 50_510])
  })

  it('is a success without poll, without Retry-After, and for a POST', async () => {
    const { clock, client } = setup(() => pending('1'))
    const polling = setup((url) => pending(url.pathname === '/bare' ? undefined : '1'), { retry: { poll: true } })
    expect(await clock.runUntilSettled(client.try('/job'))).toMatchObject({ ok: true, status: 202 })
    for (const call of [polling.client.try('/bare'), polling.client.try({ url: '/job', method: 'POST' })]) {
      expect(await polling.clock.runUntilSettled(call)).toMatchObject({ ok: true, status: 202 })
    }
    expect(polling.api.seen).toHaveLength(2)
  })

  it('is polled without Retry-After if retry.on lists its status, with all attempts for each poll', async () => {
    const answers = [pending(), 503, pending(), 200]
    const { clock, api, client } = setup((_url, count) => answers[count - 1]!, {
      retry: { poll: true, on: [202, 503] },
    })
    expect(await clock.runUntilSettled(client.try('/job'))).toMatchObject({ ok: true, status: 200 })
    expect(api.seen.map(({ at }) => at)).toEqual([0, 110, 120, 230])
  })

  it.each<[string, string, ClientOptions, number]>([
    ['an hour', '600', {}, 6 * 600_060],
    ['its deadline', '5', { deadline: '12s' }, 10_030],
    ['a wait that is too long', '700', {}, 10],
  ])('fails in the end: after %s', async (_name, retryAfter, options, endsAt) => {
    const { clock, client } = setup(() => pending(retryAfter), { retry: { poll: true }, ...options })
    const result = await clock.runUntilSettled(client.try('/job'))
    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_PENDING', status: 202 } })
    expect(clock.now()).toBeLessThanOrEqual(endsAt)
  })
})

describe('a host that is dead', () => {
  const refused = new ConnectError('SLUICE_CONNECT', 'cannot connect to a.test: connection refused (ECONNREFUSED)')
  const urls = Array.from({ length: 200 }, (_, index) => `/${index}`)

  it('is abandoned after 30 s where nothing has ever succeeded, with the first error as the cause', async () => {
    let count = 0
    const { clock, client } = setup(() => (count++ === 0 ? refused : new ConnectError('SLUICE_DNS', 'no such name')), {
      random: () => 0.5,
    })
    const results = await clock.runUntilSettled(client.all(urls))

    expect(clock.now()).toBeGreaterThan(29_000)
    expect(clock.now()).toBeLessThan(32_000)
    const last = results.at(-1)!
    expect(last.ok ? undefined : [last.error.message, last.error.cause]).toEqual([
      expect.stringContaining('connection refused'),
      refused,
    ])
  })

  it('is abandoned after 5 minutes once it has worked', async () => {
    const { clock, client } = setup((_url, count) => (count === 1 ? 404 : refused), { random: () => 0.5 })
    await clock.runUntilSettled(client.all(urls))
    expect(clock.now()).toBeGreaterThan(299_000)
    expect(clock.now()).toBeLessThan(303_000)
  })

  it('is abandoned after giveUpAfter, whether it has worked or not', async () => {
    for (const first of [404, refused]) {
      const { clock, client } = setup((_url, count) => (count === 1 ? first : refused), {
        giveUpAfter: '1min',
        random: () => 0.5,
      })
      await clock.runUntilSettled(client.all(urls))
      expect(clock.now()).toBeGreaterThan(59_000)
      expect(clock.now()).toBeLessThan(63_000)
    }
  })
})

it.each([
  ['no number', () => Number.NaN],
  [
    'an error',
    () => {
      throw new Error('no chance')
    },
  ],
])('a source of chance that gives %s delays no run', async (_name, random) => {
  const { clock, client } = setup((_url, count) => (count <= 3 ? 503 : 200), { random })
  expect(codes(await clock.runUntilSettled(client.all(['/1', '/2'])))).toEqual(['ok', 'ok'])
})
