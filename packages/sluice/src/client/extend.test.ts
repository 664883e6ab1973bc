import { describe, expect, expectTypeOf, it } from 'vitest'
import { bearerAuth } from '../policies/auth/bearer-auth.ts'
import { tokenAuth } from '../policies/auth/token-auth.ts'
import type { ScriptedAnswer } from '../testing/scripted-api.ts'
import { testClient } from '../testing/test-client.ts'
import type { ExtendOptions } from './client.ts'
import type { ClientOptions } from './settings.ts'

const setup = (options: ClientOptions = {}, answer: (count: number) => ScriptedAnswer = () => 200) =>
  testClient((_, count) => answer(count), { random: () => 0, ...options })

describe('client.extend', () => {
  it('has defaults of its own: headers and retry options are merged, all others replace', async () => {
    const { clock, api, client } = setup(
      { headers: { 'x-a': '1', 'x-b': '2' }, retry: { maxAttempts: 3, base: 0 } },
      () => 503,
    )
    const extended = client.extend({
      baseUrl: 'https://a.test/v2',
      headers: { 'x-b': undefined, 'x-c': '3' },
      retry: { maxAttempts: 2 },
      auth: bearerAuth('token'),
    })
    const result = await clock.runUntilSettled(extended.try('/items'))
    expect(result.attempts).toHaveLength(2)
    expect(api.seen[0]).toMatchObject({
      url: 'https://a.test/v2/items',
      headers: { 'x-a': '1', 'x-c': '3', authorization: 'Bearer token' },
    })
    expect(api.seen[0]?.headers).not.toHaveProperty('x-b')

    expect((await clock.runUntilSettled(client.try('/items'))).attempts).toHaveLength(3)
    expect(api.seen.at(-1)).toMatchObject({ url: 'https://a.test/items', headers: { 'x-b': '2' } })
    expect(api.seen.at(-1)?.headers).not.toHaveProperty('authorization')
  })

  it('has priority, weight, cost and partition for its requests, those of fetch and functions too', async () => {
    const { clock, api, client } = setup({ concurrency: 1, rate: ['600 tokens/min', '10/s'] })
    const urgent = client.extend({ priority: 5, partition: () => 'one' })
    const plain = client.extend({ partition: () => 'one' })
    const calls = [plain.fetch('/a'), plain.fetch('/b'), urgent.fetch('/c')]
    await clock.runUntilSettled(Promise.all(calls))
    expect(api.seen.map(({ url }) => new URL(url).pathname)).toEqual(['/a', '/c', '/b'])

    const order: string[] = []
    const work = [client, client, client.extend({ priority: 5 })].map((one, index) =>
      one.run(async () => order.push(`${index}`)),
    )
    await clock.runUntilSettled(Promise.all(work))
    expect(order).toEqual(['0', '2', '1'])

    const heavy = await clock.runUntilSettled(client.extend({ weight: 20 }).try('/heavy'))
    expect(heavy).toMatchObject({ ok: false, error: { message: expect.stringContaining('weight') } })

    const costly = client.extend({ partition: () => 'costly', cost: () => ({ tokens: 600 }) })
    const before = clock.now()
    await clock.runUntilSettled(Promise.all([costly.fetch('/1'), costly.fetch('/2')]))
    expect(clock.now() - before).toBeGreaterThan(59_000)

    expect(() => client.extend({ priority: Number.NaN })).toThrow('priority: expected a number')
    expect(() => client.extend({ weight: 0 })).toThrow('weight: expected a number above 0')
  })

  it('shares limits, queue, events and status with the client that it comes from', async () => {
    const { clock, api, client } = setup({ concurrency: 2 })
    const extended = client.extend({ headers: { 'x-user': '7' } }).extend({ timeout: '1s' })
    let started = 0
    client.on(({ type }) => {
      if (type === 'attempt.started') started++
    })
    const urls = ['/1', '/2', '/3', '/4']
    const all = Promise.all([client.all(urls), extended.all(urls)])
    await clock.advance(50)
    expect(extended.status()).toMatchObject({ inFlight: 2 })
    await clock.runUntilSettled(all)
    expect([api.mostInFlight, started, clock.now()]).toEqual([2, 8, 400])
  })

  it('shares the token, unless it has credentials of its own', async () => {
    let fetched = 0
    const auth = tokenAuth({ fetchToken: async () => ({ token: `t${++fetched}` }) })
    const { clock, api, client } = setup({ auth })
    await clock.runUntilSettled(Promise.all([client.get('/1'), client.extend({ timeout: 500 }).get('/2')]))
    expect(fetched).toBe(1)
    expect(api.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer t1', 'Bearer t1'])
  })

  it('is closed alone, and with the client that it comes from', async () => {
    const { clock, client } = setup()
    const [one, other] = [client.extend({}), client.extend({})]
    const calls = [one.try('/1'), other.try('/2'), client.try('/3')]
    await one.close()
    await clock.advance(100)
    const results = await Promise.all(calls)
    expect(results.map((result) => result.ok || result.error.code)).toEqual(['SLUICE_CLOSED', true, true])

    const last = [other.try('/4'), other.stream(['/5']).next()] as const
    await client.close()
    expect(await last[0]).toMatchObject({ error: { code: 'SLUICE_CLOSED' } })
    expect(await other.try('/6')).toMatchObject({ error: { code: 'SLUICE_CLOSED' } })
    expect(clock.pending).toBe(0)
  })

  it.each<[ExtendOptions & Record<string, unknown>, string]>([
    [{ rate: '1/s' }, 'extend: rate belongs to the limits and connections that extended clients share'],
    [{ proxy: 'none' }, 'extend: proxy belongs to the limits'],
    [{ timeot: 1 }, 'there is no option timeot; did you mean "timeout"?'],
    [{ timeout: 'soon' }, 'timeout: expected a duration'],
  ])('refuses %j', (changes, message) => {
    expect(() => setup().client.extend(changes)).toThrow(message)
  })
})

describe('a client', () => {
  it('has a method for HEAD and for OPTIONS', async () => {
    const { clock, api, client } = setup()
    await clock.runUntilSettled(client.head('/x'))
    await clock.runUntilSettled(client.options('/x'))
    expect(api.seen.map(({ method }) => method)).toEqual(['HEAD', 'OPTIONS'])
  })

  it('types the value by readAs, and meta by what the input has', async () => {
    const { clock, client } = setup()
    const text = await clock.runUntilSettled(client.get('/x', { readAs: 'text' }))
    expectTypeOf(text.value).toEqualTypeOf<string>()
    const bytes = await clock.runUntilSettled(client.send('/x', { readAs: 'bytes' }))
    expectTypeOf(bytes.value).toEqualTypeOf<Uint8Array>()
    expectTypeOf((await clock.runUntilSettled(client.get<{ a: 1 }>('/x'))).value).toEqualTypeOf<{ a: 1 }>()

    const results = await clock.runUntilSettled(client.all([{ url: '/x', meta: { row: 7 } }]))
    expectTypeOf(results[0]!.request!.meta).toEqualTypeOf<{ row: number } | undefined>()
    expect([text.value, bytes.value.byteLength, results[0]?.request?.meta]).toEqual(['', 0, { row: 7 }])
  })
})
