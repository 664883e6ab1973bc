import { describe, expect, it } from 'vitest'
import type { Client } from '../../client/client.ts'
import type { ClientOptions } from '../../client/settings.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ManualClock } from '../../testing/manual-clock.ts'
import type { ScriptedAnswer, ScriptedApi } from '../../testing/scripted-api.ts'
import { type TestClient, testClient } from '../../testing/test-client.ts'
import { apiKeyAuth } from './api-key-auth.ts'
import type { Auth } from './auth.ts'
import { basicAuth } from './basic-auth.ts'
import { bearerAuth } from './bearer-auth.ts'
import { tokenAuth } from './token-auth.ts'
import type { TokenContext } from './token-source.ts'

interface Setup {
  readonly clock: ManualClock
  readonly api: ScriptedApi
  readonly client: Client
}

/** 100 ms for each answer. */
const setup = (
  auth: Auth,
  answer?: (request: ApiRequest, count: number) => ScriptedAnswer,
  options: ClientOptions = {},
): TestClient => testClient(answer, { auth, ...options })

/** A token server at `/token`, whose n-th token is `t<n>`, and an API that takes those that `isValid`. */
function issuing(
  isValid: (token: string, now: number) => boolean,
  { expiresIn, ...options }: ClientOptions & { readonly expiresIn?: number } = {},
): Setup & { readonly contexts: TokenContext[]; readonly tokenRequests: () => number } {
  const contexts: TokenContext[] = []
  let issued = 0
  const auth = tokenAuth({
    async fetchToken(context) {
      contexts.push(context as TokenContext)
      const { value } = await context.send<{ token: string }>({ url: '/token', method: 'POST', json: { s: 1 } })
      return {
        token: value.token,
        ...(expiresIn === undefined ? undefined : { expiresIn }),
        refresh: `r-${value.token}`,
      }
    },
  })
  const made = setup(
    auth,
    ({ url, headers }) => {
      if (url.endsWith('/token')) {
        issued++
        return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: `t${issued}` }) }
      }
      return isValid(headers.authorization?.replace('Bearer ', '') ?? '', made.clock.now()) ? 200 : 401
    },
    options,
  )
  const tokenRequests = (): number => made.api.seen.filter(({ url }) => url.endsWith('/token')).length
  return { ...made, contexts, tokenRequests }
}

describe('credentials that are known', () => {
  it.each([
    ['a bearer token', bearerAuth('s3cr3t'), { authorization: 'Bearer s3cr3t' }],
    ['a bearer token of the moment', bearerAuth(() => 's3cr3t'), { authorization: 'Bearer s3cr3t' }],
    ['a user and a password', basicAuth('ada', 'pä:ss'), { authorization: 'Basic YWRhOnDDpDpzcw==' }],
    ['a key in a header', apiKeyAuth({ header: 'X-Api-Key', key: 'k3y' }), { 'x-api-key': 'k3y' }],
  ])('are sent: %s', async (_, auth, headers) => {
    const { clock, api, client } = setup(auth)

    await clock.runUntilSettled(client.get('/x'))

    expect(api.seen[0]?.headers).toMatchObject(headers)
  })

  it.each([
    ['/x', 'https://a.test/x?api_key=k%20%26y'],
    ['/x?a=1', 'https://a.test/x?a=1&api_key=k%20%26y'],
    ['/x?api_key=mine', 'https://a.test/x?api_key=mine'],
  ])('are sent in the query of %s, unless it is there', async (url, sent) => {
    const { clock, api, client } = setup(apiKeyAuth({ query: 'api_key', key: 'k &y' }))

    await clock.runUntilSettled(client.get(url))

    expect(api.seen[0]?.url).toBe(sent)
  })

  it('replace no header that the request or the client sets', async () => {
    const own = { headers: { Authorization: 'Own a' } }
    const { clock, api, client } = setup(bearerAuth('t'), undefined)
    const other = setup(bearerAuth('t'), undefined, own)

    await clock.runUntilSettled(client.get('/x', own))
    await other.clock.runUntilSettled(other.client.get('/x'))

    expect([api.seen[0]?.headers.authorization, other.api.seen[0]?.headers.authorization]).toEqual(['Own a', 'Own a'])
  })

  it('are read when the request leaves, not when it is given', async () => {
    let token = 'old'
    const { clock, api, client } = setup(
      bearerAuth(() => token),
      undefined,
      { concurrency: 1 },
    )

    const calls = Promise.all([client.get('/1'), client.get('/2')])
    await clock.advance(50)
    token = 'new'
    await clock.runUntilSettled(calls)

    expect(api.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new'])
  })

  it('stay with the origin of the call when a redirect leads elsewhere, and are there again when it leads back', async () => {
    const { clock, api, client } = setup(bearerAuth('t'), ({ url }) => {
      if (url === 'https://a.test/1') return { status: 302, headers: { location: '/2' } }
      if (url === 'https://a.test/2') return { status: 302, headers: { location: 'https://b.test/3' } }
      if (url === 'https://b.test/3') return { status: 302, headers: { location: 'https://a.test/4' } }
      return 200
    })

    await clock.runUntilSettled(client.get('/1'))

    expect(api.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer t',
      'Bearer t',
      undefined,
      'Bearer t',
    ])
  })

  it('do not go where an own policy leads the request', async () => {
    const { clock, api, client } = setup(bearerAuth('t'), undefined, {
      perAttempt: [
        {
          name: 'elsewhere',
          run(attempt, next) {
            return next({ ...attempt.request, url: 'https://a.test.evil.test/x' })
          },
        },
      ],
    })

    await clock.runUntilSettled(client.get('/x'))

    expect(api.seen[0]?.headers.authorization).toBeUndefined()
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('s3cr3t')
      },
      'no token: the function given to bearerAuth threw Error (see cause)',
    ],
    [
      'gives no text',
      () => undefined,
      'no token: the function given to bearerAuth returned no text that a header can contain',
    ],
    [
      'gives a line break',
      () => 'a\r\nb',
      'no token: the function given to bearerAuth returned no text that a header can contain',
    ],
    [
      'gives a promise',
      async () => 't',
      'no token: the function given to bearerAuth returned no text that a header can contain; use tokenAuth for an asynchronous function',
    ],
  ])('fail the call when the function %s', async (_, token, message) => {
    const { clock, api, client } = setup(bearerAuth(token as () => string))

    expect(await clock.runUntilSettled(client.try('/x'))).toMatchObject({
      error: { code: 'SLUICE_AUTH', summary: message },
    })
    expect([api.seen.length, clock.pending]).toEqual([0, 0])
  })
})

describe('a token that is fetched', () => {
  it('is fetched once, before the first call, and kept', async () => {
    const { clock, api, client, contexts } = issuing((token) => token === 't1')

    const result = await clock.runUntilSettled(client.get('/x'))
    await clock.runUntilSettled(client.all(['/1', '/2', '/3']))

    expect(api.seen.map(({ url }) => url.slice(14))).toEqual(['/token', '/x', '/1', '/2', '/3'])
    expect(contexts[0]).toMatchObject({ reason: 'first', previous: undefined })
    expect(result.timing).toMatchObject({ queued: 100, firstByte: 100, total: 200 })
    expect(result.attempts).toMatchObject([{ requests: 1, queued: 100, duration: 100 }])
  })

  it('holds no permit while it is fetched: a client with one does not lock itself up', async () => {
    const { clock, client, tokenRequests } = issuing((token) => token !== 't1', { concurrency: 1, rate: '100/s' })

    const results = await clock.runUntilSettled(Promise.all([client.try('/1'), client.try('/2')]))

    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(tokenRequests()).toBe(2)
  })

  it('that is refused is replaced once, and the request is retried, admitted and counted', async () => {
    const { clock, api, client, contexts } = issuing((token) => token === 't2')

    const result = await clock.runUntilSettled(client.get('/x'))

    expect(api.seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer t1',
      undefined,
      'Bearer t2',
    ])
    expect(contexts[1]).toMatchObject({ reason: 'refused', previous: { token: 't1', refresh: 'r-t1' } })
    expect(result.attempts).toMatchObject([{ number: 1, requests: 2, queued: 200, duration: 200, status: 200 }])
  })

  it('counts against the rate each time: a request for a token, one that is refused, and one more', async () => {
    const { clock, api, client } = issuing((token) => token === 't2', { rate: '1/s', pacing: 'strict' })

    await clock.runUntilSettled(client.get('/x'))

    const gaps = api.seen.slice(1).map(({ at }, index) => at - api.seen[index]!.at)
    expect(gaps.every((gap) => gap >= 1_000)).toBe(true)
  })

  it('is fetched once however many calls it is refused for, and each meets one 401 at most', async () => {
    let valid = 't1'
    const { clock, client, tokenRequests } = issuing((token) => token === valid, { concurrency: 50 })
    await clock.runUntilSettled(client.get('/first'))

    const run = client.all(Array.from({ length: 500 }, (_, index) => `/${index}`))
    await clock.advance(250)
    valid = 't2'
    const results = await clock.runUntilSettled(run)

    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(tokenRequests()).toBe(2)
    const requests = results.map(({ attempts }) => attempts.map((attempt) => attempt.requests))
    expect(requests.every((counts) => counts.length === 1 && counts[0]! <= 2)).toBe(true)
    // Those in flight when it ended, and those that went while the new one was on its way.
    expect(requests.filter(([count]) => count === 2).length).toBeLessThanOrEqual(100)
  })

  it('is not fetched for a call that was sent with an older one: the call is retried with the newer one', async () => {
    let valid = 't1'
    const { clock, api, client, tokenRequests } = issuing((token) => token === valid)
    await clock.runUntilSettled(client.get('/first'))
    const early = client.get('/early')
    await clock.advance(60)
    valid = 't2'
    const late = client.get('/late')

    await clock.runUntilSettled(Promise.all([early, late]))

    expect(tokenRequests()).toBe(2)
    expect(api.seen.filter(({ url }) => url.endsWith('/late')).length).toBeLessThanOrEqual(2)
  })

  it('a second 401 with a fresh one is the answer', async () => {
    const { clock, client, tokenRequests } = issuing(() => false)

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(result).toMatchObject({ ok: false, status: 401, error: { code: 'SLUICE_CLIENT_ERROR' } })
    expect(result.attempts).toMatchObject([{ requests: 2 }])
    expect(tokenRequests()).toBe(2)
  })

  it('is not fetched again and again for a server that refuses every one', async () => {
    const { clock, client, tokenRequests } = issuing(() => false, { concurrency: 5 })

    const results = await clock.runUntilSettled(client.all(Array.from({ length: 100 }, (_, index) => `/${index}`)))

    expect(results.every(({ ok, status }) => !ok && status === 401)).toBe(true)
    // 3 s of refusals: one at the beginning, and one a second in place of what was refused.
    expect(clock.now()).toBeLessThan(4_000)
    expect(tokenRequests()).toBeLessThanOrEqual(5)
  })

  it('is fetched before it expires, once, while calls wait', async () => {
    const { clock, api, client, contexts } = issuing(() => true, { expiresIn: 60_000 })
    await clock.runUntilSettled(client.get('/first'))

    await clock.advance(53_800) // 53.9 s after it was had
    await clock.runUntilSettled(client.get('/early'))
    await clock.advance(100) // 54.1 s: a tenth of its time is left
    await clock.runUntilSettled(Promise.all([client.get('/late'), client.get('/later')]))

    expect(api.seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer t1',
      'Bearer t1',
      undefined,
      'Bearer t2',
      'Bearer t2',
    ])
    expect(contexts[1]).toMatchObject({ reason: 'expired', previous: { token: 't1', refresh: 'r-t1' } })
  })

  it.each([
    [undefined, 3_600_000, 3_569_999, 3_570_001],
    ['1min', 3_600_000, 3_539_999, 3_540_001],
    ['1h', 10_000, 4_999, 5_001],
  ])(
    'with refreshBefore %s and a time of %d ms is used for %d ms, and not for %d',
    async (refreshBefore, expiresIn, used, stale) => {
      let fetched = 0
      const auth = tokenAuth({ fetchToken: async () => ({ token: `t${++fetched}`, expiresIn }), refreshBefore })
      const { clock, client } = setup(auth, () => ({ after: 0 }))
      await clock.runUntilSettled(client.get('/x'))

      await clock.advance(used)
      await clock.runUntilSettled(client.get('/x'))
      expect(fetched).toBe(1)
      await clock.advance(stale - used)
      await clock.runUntilSettled(client.get('/x'))
      expect(fetched).toBe(2)
    },
  )

  it('that is still valid serves when the next cannot be had', async () => {
    let fetched = 0
    const fetchToken = async (): Promise<{ token: string; expiresIn: number }> => {
      if (++fetched > 1) throw new Error('down')
      return { token: 't', expiresIn: 10_000 }
    }
    const { clock, client } = setup(tokenAuth({ fetchToken }), () => ({ after: 0 }))
    await clock.runUntilSettled(client.get('/x'))

    await clock.advance(9_500)
    expect(await clock.runUntilSettled(client.try('/x'))).toMatchObject({ ok: true })
    expect(await clock.runUntilSettled(client.try('/x'))).toMatchObject({ ok: true })
    expect(fetched).toBe(2)
    await clock.advance(1_000)
    expect(await clock.runUntilSettled(client.try('/x'))).toMatchObject({ error: { code: 'SLUICE_AUTH' } })
    expect(fetched).toBe(3)
  })

  it('is sent with another scheme, or none, in another header', async () => {
    const fetchToken = async (): Promise<{ token: string }> => ({ token: 't' })
    const seen: unknown[] = []
    for (const options of [{ scheme: 'Token' }, { scheme: '', header: 'X-Session' }]) {
      const { clock, api, client } = setup(tokenAuth({ fetchToken, ...options }))
      await clock.runUntilSettled(client.get('/x'))
      seen.push(api.seen[0]?.headers.authorization ?? api.seen[0]?.headers['x-session'])
    }
    expect(seen).toEqual(['Token t', 't'])
  })

  it('is not fetched for a request that brings its own', async () => {
    const { clock, client, tokenRequests } = issuing(() => false)

    const result = await clock.runUntilSettled(client.try({ url: '/x', headers: { authorization: 'Own a' } }))

    expect(result).toMatchObject({ status: 401, attempts: [{ requests: 1 }] })
    expect(tokenRequests()).toBe(0)
  })

  it('is requested ahead of the calls in the queue', async () => {
    let valid = 't1'
    const { clock, api, client } = issuing((token) => token === valid, { concurrency: 1 })
    await clock.runUntilSettled(client.get('/first'))
    valid = 't2'

    await clock.runUntilSettled(Promise.all(['/1', '/2', '/3'].map((url) => client.get(url))))

    expect(api.seen.slice(2).map(({ url }) => url.slice(14))).toEqual(['/1', '/2', '/token', '/3', '/1', '/2', '/3'])
  })

  it('serves a POST that was refused too: a 401 was not acted on', async () => {
    const { clock, client } = issuing((token) => token === 't2')

    expect(await clock.runUntilSettled(client.post('/x', { json: 1 }))).toMatchObject({ attempts: [{ requests: 2 }] })
  })
})
