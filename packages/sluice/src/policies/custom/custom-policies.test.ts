import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createClient } from '../../client/create-client.ts'
import type { ClientOptions } from '../../client/settings.ts'
import type { SluiceEvent } from '../../events/event.ts'
import type { ApiRequest } from '../../http/request.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { ScriptedAnswer } from '../../testing/scripted-api.ts'
import { type TestClient, testClient } from '../../testing/test-client.ts'
import { sleep } from '../../time/sleep.ts'
import { PolicyError } from '../errors.ts'
import { type Policy, withRequest } from './policy.ts'

function setup(
  options: (clock: ManualClock) => ClientOptions,
  answer?: (request: ApiRequest, count: number) => ScriptedAnswer,
): TestClient {
  const clock = new ManualClock()
  return testClient(answer, options(clock), 100, clock)
}

/** Notes what it sees on the way in and out. */
function witness(name: string, seen: string[]): Policy {
  return {
    name,
    async run(context, next) {
      seen.push(`${name} ${context.number} ${context.request.url}`)
      const outcome = await next(context)
      seen.push(`${name} ${outcome.kind === 'response' ? outcome.response.status : outcome.kind}`)
      return outcome
    },
  }
}

describe('custom policies', () => {
  it('see the call once in perCall, and each request that is sent in perAttempt', async () => {
    const seen: string[] = []
    const { clock, client } = setup(
      () => ({ perCall: [witness('call', seen)], perAttempt: [witness('out', seen)] }),
      ({ url }, count) => {
        if (count === 1) return 503
        return url.endsWith('/y') ? 200 : { status: 302, headers: { location: '/y' } }
      },
    )

    await clock.runUntilSettled(client.get('/x'))

    expect(seen).toEqual([
      'call 1 https://a.test/x',
      'out 1 https://a.test/x',
      'out 503',
      'out 2 https://a.test/x',
      'out 302',
      'out 2 https://a.test/y',
      'out 200',
      'call 200',
    ])
  })

  it('run in the order of their list, the first outermost', async () => {
    const seen: string[] = []
    const { clock, client } = setup(() => ({ perAttempt: [witness('a', seen), witness('b', seen)] }))

    await clock.runUntilSettled(client.get('/x'))

    expect(seen.map((line) => line.slice(0, 5))).toEqual(['a 1 h', 'b 1 h', 'b 200', 'a 200'])
  })

  it('can sign each request, and no other policy or event sees the signature', async () => {
    const sign: Policy = {
      name: 'sign',
      run(context, next) {
        const { method, url } = context.request
        const signature = createHmac('sha256', 'k3y').update(`${method} ${url} ${context.number}`).digest('hex')
        return withRequest(context, { headers: { 'X-Signature': signature } }, next)
      },
    }
    const { clock, api, client } = setup(
      () => ({ perAttempt: [sign] }),
      (_, count) => (count === 1 ? 503 : 200),
    )
    const events: SluiceEvent[] = []
    client.on((event) => events.push(event))

    const result = await clock.runUntilSettled(client.get('/x'))

    const signatures = api.seen.map(({ headers }) => headers['x-signature'])
    expect(signatures.map((signature) => signature?.length)).toEqual([64, 64])
    expect(signatures[0]).not.toBe(signatures[1])
    expect(JSON.stringify([result, events])).not.toMatch(/x-signature/i)
  })

  it('around the call may change the request for all its attempts, and a key makes a POST repeatable', async () => {
    const keyed: Policy = {
      name: 'keyed',
      run: (context, next) => withRequest(context, { headers: { 'idempotency-key': 'k' } }, next),
    }
    const { clock, api, client } = setup(
      () => ({ perCall: [keyed] }),
      (_, count) => (count < 3 ? 503 : 200),
    )

    const { attempts, request } = await clock.runUntilSettled(client.post('/x', { json: 1 }))

    expect(attempts).toHaveLength(3)
    expect(api.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['k', 'k', 'k'])
    expect(request.headers['idempotency-key']).toBeUndefined()
  })

  it('that do not restore the request cannot change it for outer policies', async () => {
    const forgetful: Policy = {
      name: 'forgetful',
      run(context, next) {
        return next({ ...context.request, url: 'https://a.test/changed' })
      },
    }
    const { clock, api, client } = setup(() => ({ perAttempt: [forgetful] }))
    const urls: string[] = []
    client.on((event) => {
      if (event.type === 'attempt.settled') urls.push(event.request.url)
    })

    await clock.runUntilSettled(client.get('/x'))

    expect([api.seen[0]?.url, ...urls]).toEqual(['https://a.test/changed', 'https://a.test/x'])
  })

  it('work for the items of a run too, within its limits', async () => {
    const seen: string[] = []
    const { clock, api, client } = setup(() => ({ concurrency: 2, perAttempt: [witness('out', seen)] }))

    const results = await clock.runUntilSettled(client.all(['/1', '/2', '/3', '/4']))

    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(seen).toHaveLength(8)
    expect(api.mostInFlight).toBe(2)
  })
})

describe('a custom policy that fails', () => {
  const sync: Policy = {
    name: 'broken',
    run() {
      throw new TypeError('no such thing')
    },
  }
  const late: Policy = {
    name: 'broken',
    async run(context, next) {
      await next(context)
      throw new TypeError('no such thing')
    },
  }
  const nothing = { name: 'broken', run: async () => undefined } as unknown as Policy
  const giving = (outcome: unknown): Policy => ({ name: 'broken', run: async () => outcome }) as unknown as Policy
  const answering = (response: unknown): Policy => giving({ kind: 'response', response })
  const changing = (change: unknown): Policy => ({
    name: 'broken',
    run(_context, next) {
      return next(change as ApiRequest)
    },
  })
  const noResponse = (problem: string): string => `the policy broken returned an invalid response: ${problem}`
  const twice: Policy = {
    name: 'broken',
    async run(context, next) {
      await next(context)
      return await next(context)
    },
  }

  const cases = [
    ['throws at once', sync, 'the policy broken threw: no such thing'],
    ['throws later', late, 'the policy broken threw: no such thing'],
    ['gives nothing', nothing, 'the policy broken returned no outcome: return the result of next()'],
    ['gives a word', giving('ok'), 'the policy broken returned no outcome: return the result of next()'],
    ['gives a response without anything', answering(undefined), noResponse('expected a response, got undefined')],
    [
      'gives a status that is none',
      answering({ status: Number.NaN, headers: {}, body: new Uint8Array() }),
      noResponse('expected a status from 100 to 999, got NaN'),
    ],
    [
      'gives no headers',
      answering({ status: 200, headers: null, body: new Uint8Array() }),
      noResponse('expected headers as an object, got null'),
    ],
    [
      'gives a header that is a number',
      answering({ status: 200, headers: { a: 1 }, body: new Uint8Array() }),
      noResponse('expected text as the header a, got 1'),
    ],
    [
      'gives a body of text',
      answering({ status: 200, headers: {}, body: 'text' }),
      noResponse('expected a body of bytes (Uint8Array), got string'),
    ],
    [
      'gives a failure without an error',
      giving({ kind: 'failure' }),
      'the policy broken returned a failure: undefined',
    ],
    [
      'gives a failure of its own',
      giving({ kind: 'rejected', error: new Error('no') }),
      'the policy broken returned a failure: no',
    ],
    ['sends nothing', changing(null), /^the policy broken changed the request: /],
    ['sends to no URL', changing({ method: 'GET', url: 'x', headers: {} }), /^the policy broken changed the request: /],
    [
      'sends to another scheme',
      changing({ method: 'GET', url: 'ftp://a', headers: {} }),
      /its url is neither http nor https$/,
    ],
    ['goes on twice', twice, 'the policy broken called next() twice, but the limits count one request'],
  ] as const

  it.each([
    ...cases.map((one) => ['perCall', ...one] as const),
    ...cases.map((one) => ['perAttempt', ...one] as const),
  ])('in %s and %s ends its call with an error that names it', async (option, _, policy, message) => {
    const { clock, client } = setup(() => ({ concurrency: 1, [option]: [policy] }))

    const results = await clock.runUntilSettled(client.all(['/1', '/2', '/3']))

    for (const result of results) {
      expect(result.ok ? undefined : result.error).toBeInstanceOf(PolicyError)
      expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_POLICY', policy: 'broken' } })
      expect(result.ok ? '' : result.error.summary).toMatch(message)
    }
    expect(client.status()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(clock.pending).toBe(0)
  })

  it('keeps what was thrown as the cause', async () => {
    const { clock, client } = setup(() => ({ perCall: [sync] }))

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(result).toMatchObject({ ok: false, error: { cause: new TypeError('no such thing') } })
  })

  it('releases its permit only when its inner call is cancelled', async () => {
    const hasty: Policy = {
      name: 'hasty',
      async run(context, next) {
        void next(context)
        throw new Error('in a hurry')
      },
    }
    const { clock, api, client } = setup(() => ({ concurrency: 1, perAttempt: [hasty] }))

    const results = await clock.runUntilSettled(client.all(['/1', '/2', '/3']))

    expect(results.map((result) => !result.ok && result.error.summary)).toEqual(
      new Array(3).fill('the policy hasty threw: in a hurry'),
    )
    expect([api.mostInFlight, api.inFlight, clock.now()]).toEqual([1, 0, 0])
  })

  it('may end early, and its inner call is cancelled', async () => {
    const { clock, api, client } = setup((clock) => ({
      perCall: [
        {
          name: 'impatient',
          async run(context, next) {
            const answer = next(context)
            const isUp = sleep(50, { clock, signal: context.call.signal }).then(
              () => ({ kind: 'cancelled', reason: new Error('50 ms') }) as const,
            )
            return await Promise.race([answer, isUp])
          },
        },
      ],
    }))

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(result).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_CANCELLED', name: 'AbortError', summary: 'cancelled: 50 ms' },
      timing: { total: 50 },
    })
    expect(api.inFlight).toBe(0)
  })

  it('ends as cancelled when it waits with the signal, and its call is cancelled', async () => {
    const { clock, client } = setup((clock) => ({
      deadline: '2s',
      perAttempt: [
        {
          name: 'slow',
          async run({ signal }, next) {
            await sleep('1min', { clock, signal })
            return await next()
          },
        },
      ],
    }))

    expect(await clock.runUntilSettled(client.try('/x'))).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_DEADLINE' },
      timing: { total: 2_000 },
    })
    expect(clock.pending).toBe(0)
  })

  it('may assign another request to its context, as before there was one', async () => {
    const { clock, api, client } = setup(() => ({
      perCall: [
        {
          name: 'assigns',
          run(context, next) {
            Object.assign(context, { request: { ...context.request, url: 'https://a.test/changed' } })
            return next(context)
          },
        },
      ],
    }))
    await clock.runUntilSettled(client.get('/x'))
    expect(api.seen[0]?.url).toBe('https://a.test/changed')
  })

  it('changes neither the limits nor the identity of a request', async () => {
    const greedy: Policy = {
      name: 'greedy',
      run(context, next) {
        return next({ ...context.request, weight: Number.NaN, partition: 'other', priority: 9, id: 'other' })
      },
    }
    const { clock, client } = setup(() => ({ perCall: [greedy], rate: '10/s' }))
    const sent: ApiRequest[] = []
    client.on((event) => {
      if (event.type === 'attempt.started') sent.push(event.request)
    })

    await clock.runUntilSettled(client.all(['/1', '/2', '/3']))

    expect(sent.map(({ weight, partition, id }) => [weight, partition, id])).toEqual(
      [1, 2, 3].map((number) => [1, 'https://a.test', `https://a.test/${number}`]),
    )
  })

  it('fails its call after five minutes without an inner call', async () => {
    const { clock, client } = setup(() => ({ concurrency: 1, perCall: [deaf] }))

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_POLICY', policy: 'deaf' } })
    expect([clock.now(), clock.pending]).toEqual([301_000, 0])
  })

  const deaf: Policy = { name: 'deaf', run: () => new Promise(() => {}) }

  it.each([
    ['perCall', { deadline: '1s' }, 'SLUICE_DEADLINE', 2_000],
    ['perAttempt', { deadline: '1s' }, 'SLUICE_DEADLINE', 2_000],
    ['perAttempt', { timeout: '1s', retry: false }, 'SLUICE_ATTEMPT_TIMEOUT', 2_000],
  ] as const)(
    'in %s and deaf to its cancellation is waited for no longer than a second (%o)',
    async (option, limits, code, at) => {
      const { clock, client } = setup(() => ({ ...limits, concurrency: 1, [option]: [deaf] }))

      const result = await clock.runUntilSettled(client.try('/x'))

      expect(result).toMatchObject({ ok: false, error: { code } })
      expect([clock.now(), clock.pending, client.status().inFlight]).toEqual([at, 0, 0])
    },
  )

  it.each([
    [{ perCall: {} }, 'perCall: expected a list of policies, got {} (object)'],
    [{ perCall: [deaf, {}] }, 'perCall[1]: expected a policy with a name and run(context, next)'],
    [{ perAttempt: [{ name: '', run() {} }] }, 'perAttempt[0]: expected a policy with a name and run(context, next)'],
    [{ perAttempt: [null] }, 'perAttempt[0]: expected a policy with a name and run(context, next)'],
  ])('is refused when it is none: %j', (options, message) => {
    expect(() => createClient(options as unknown as ClientOptions)).toThrow(message)
  })
})
