import { AsyncLocalStorage } from 'node:async_hooks'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Client } from '../../client/client.ts'
import type { CallResult } from '../../client/result.ts'
import type { ClientOptions } from '../../client/settings.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ManualClock } from '../../testing/manual-clock.ts'
import type { ScriptedAnswer } from '../../testing/scripted-api.ts'
import { testClient } from '../../testing/test-client.ts'
import { bearerAuth } from '../auth/index.ts'

type Answer = (request: ApiRequest, count: number) => ScriptedAnswer

const setup = (answer: Answer = () => json('{"n":1}'), options: ClientOptions = {}) =>
  testClient(answer, { coalesce: true, ...options })

const json = (body: string): ScriptedAnswer => ({ headers: { 'content-type': 'application/json' }, body })

const requestsOf = (results: readonly CallResult[]): number =>
  results.flatMap(({ attempts }) => attempts).reduce((sum, { requests }) => sum + requests, 0)

const errorOf = (result: CallResult): string => (result.ok ? 'none' : ((result.error as { code?: string }).code ?? ''))

async function triedAtOnce(clock: ManualClock, client: Client, count: number, url = '/x'): Promise<CallResult[]> {
  return await clock.runUntilSettled(Promise.all(Array.from({ length: count }, () => client.try(url))))
}

describe('coalesce', () => {
  it('sends calls for the same thing at the same time once, and gives each its own value', async () => {
    const { clock, api, client, events } = setup()

    const results = await triedAtOnce(clock, client, 3)

    expect(api.seen).toHaveLength(1)
    expect(results.map(({ ok, attempts }) => [ok, attempts.length])).toEqual([
      [true, 1],
      [true, 0],
      [true, 0],
    ])
    const [first, second, third] = results as { value: { n: number }; headers: Record<string, string> }[]
    expect(second).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' }, value: { n: 1 } })
    first!.value.n = 2
    second!.headers['x-mine'] = 'yes'
    expect(third).toMatchObject({ value: { n: 1 } })
    expect(third!.headers).not.toHaveProperty('x-mine')
    expect(events.filter(({ type }) => type === 'call.joined')).toHaveLength(2)
    expect(events.filter(({ type }) => type === 'call.settled')).toHaveLength(3)
    expect(clock.pending).toBe(0)
  })

  it('gives bytes of their own to those who ask for bytes', async () => {
    const { clock, client } = setup(() => ({ body: 'abc' }))
    const spec = { url: '/x', readAs: 'bytes' } as const
    const [first, second] = await clock.runUntilSettled(
      Promise.all([client.send<Uint8Array>(spec), client.send<Uint8Array>(spec)]),
    )
    first.value[0] = 0
    expect(Buffer.from(second.value).toString()).toBe('abc')
  })

  it('is off by default', async () => {
    const { clock, api, client } = setup(undefined, { coalesce: undefined })
    await triedAtOnce(clock, client, 3)
    expect(api.seen).toHaveLength(3)
  })

  it('keeps nothing: who comes after the response asks again', async () => {
    const { clock, api, client } = setup()
    await triedAtOnce(clock, client, 2)
    await triedAtOnce(clock, client, 2)
    expect(api.seen).toHaveLength(2)
  })

  it('leaves apart what may do something, and what is not the same', async () => {
    const { clock, api, client } = setup()
    const same = [client.post('/x', { json: 1 }), client.post('/x', { json: 1 })]
    const others = [client.get('/x'), client.get('/x', { headers: { accept: 'text/csv' } }), client.get('/y')]
    await clock.runUntilSettled(Promise.all([...same, ...others]))
    expect(api.seen).toHaveLength(5)
  })

  it('joins calls that were given an idempotency key each', async () => {
    const { clock, api, client } = setup(undefined, { idempotencyKey: true })
    await triedAtOnce(clock, client, 3)
    expect(api.seen).toHaveLength(1)
  })

  it('leaves callers apart whose tokens are not the same', async () => {
    const context = new AsyncLocalStorage<string>()
    const { clock, api, client } = setup(({ headers }) => json(`"${headers.authorization}"`), {
      auth: bearerAuth(() => context.getStore() ?? 'none'),
      concurrency: 1,
    })
    const users = ['ada', 'bob', 'ada', 'bob']
    const results = await clock.runUntilSettled(
      Promise.all(users.map((user) => context.run(user, () => client.get('/x')))),
    )
    expect(results.map(({ value }) => value)).toEqual(users.map((user) => `Bearer ${user}`))
    expect(api.seen).toHaveLength(2)
  })

  it('gives no response to those who joined, if it went out with another token than they had', async () => {
    let token = 'ada'
    const { clock, api, client } = setup(({ headers }) => json(`"${headers.authorization}"`), {
      auth: bearerAuth(() => token),
      concurrency: 1,
    })
    const first = client.get('/first')
    const calls = [client.get('/x'), client.get('/x')]
    clock.timer(50, () => {
      token = 'bob'
    })
    clock.timer(150, () => {
      token = 'ada'
    })
    await clock.runUntilSettled(Promise.all([first, ...calls]))
    const results = await Promise.all(calls)
    expect(results.map(({ value, attempts }) => [value, attempts.length])).toEqual([
      ['Bearer bob', 1],
      ['Bearer ada', 1],
    ])
    expect(api.seen).toHaveLength(3)
    expect(client.status()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('takes one permit and one of the rate for all', async () => {
    const { clock, client } = setup(undefined, { concurrency: 1, rate: '1/s' })
    await triedAtOnce(clock, client, 50)
    expect(clock.now()).toBe(100)
    await clock.runUntilSettled(client.get('/y'))
    // A second after the one request (and what the way may vary by), not after fifty.
    expect(clock.now()).toBe(1_150)
  })

  it('shares failures, and counts the attempts of all once', async () => {
    const { clock, api, client } = setup(() => 503)
    const results = await triedAtOnce(clock, client, 3)
    expect(results.map(errorOf)).toEqual(Array(3).fill('SLUICE_SERVER_ERROR'))
    expect(api.seen).toHaveLength(4)
    expect(requestsOf(results)).toBe(4)
  })

  it('tells each where its time went, and the parts add up', async () => {
    const { clock, client } = setup((_, count) => (count === 1 ? 503 : 200))
    const first = client.try('/x')
    await clock.advance(150)
    const results = await clock.runUntilSettled(Promise.all([first, client.try('/x')]))
    expect(results.map(({ timing }) => timing)).toEqual([
      { queued: 0, backoff: 250, connect: 0, firstByte: 200, body: 0, total: 450 },
      { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 300, total: 300 },
    ])
  })
})

describe('a joined call', () => {
  it('leaves at its own deadline, and the others get their answer', async () => {
    const { clock, api, client } = setup()
    const all = [client.try('/x', { deadline: 40 }), client.try('/x'), client.try('/x', { deadline: 70 })]
    const ends: number[] = []
    for (const one of all) one.then(() => ends.push(clock.now()))

    const results = await clock.runUntilSettled(Promise.all(all))

    expect(results.map(errorOf)).toEqual(['SLUICE_DEADLINE', 'none', 'SLUICE_DEADLINE'])
    expect(ends).toEqual([40, 70, 100])
    expect(api.seen).toHaveLength(1)
    expect(requestsOf(results)).toBe(1)
    expect(results[1]!.timing).toEqual({ queued: 0, backoff: 0, connect: 0, firstByte: 100, body: 0, total: 100 })
    expect(clock.pending).toBe(0)
  })

  it('that has inherited the request of one who left tells no more time than it has taken', async () => {
    const { clock, client } = setup()
    const first = client.try('/x', { deadline: 60 })
    await clock.advance(50)
    const [, second] = await clock.runUntilSettled(Promise.all([first, client.try('/x')]))
    expect(second.attempts).toMatchObject([{ number: 1, verdict: 'success', duration: 100, requests: 1 }])
    expect(second.timing).toEqual({ queued: 0, backoff: 0, connect: 0, firstByte: 50, body: 0, total: 50 })
  })

  it('is waited for as long as the latest deadline of them all', async () => {
    const { clock, api, client } = setup((_, count) => (count === 1 ? 503 : 200), { retry: { base: 2_000 } })
    // Alone, it would not be sent again: the second attempt would begin after its deadline.
    const [first, second] = [client.try('/x', { deadline: 500 }), client.try('/x', { deadline: 5_000 })]
    const results = await clock.runUntilSettled(Promise.all([first, second]))
    expect(results.map(errorOf)).toEqual(['SLUICE_DEADLINE', 'none'])
    expect(api.seen.map(({ at }) => at)).toEqual([0, 1_100])
  })

  it('alone is refused at once if it would miss its deadline, as without joining', async () => {
    const { clock, client } = setup(undefined, { rate: '1/min' })
    await clock.runUntilSettled(client.get('/first'))
    const result = await clock.runUntilSettled(client.try('/x', { deadline: 1_000 }))
    expect([errorOf(result), clock.now()]).toEqual(['SLUICE_WOULD_MISS_DEADLINE', 100])
  })

  it('takes the request back when it leaves as the last one', async () => {
    const { clock, api, client } = setup()
    const controllers = [new AbortController(), new AbortController()]
    const all = controllers.map(({ signal }) => client.try('/x', { signal }).catch((reason: unknown) => reason))
    await clock.advance(10)
    controllers[0]!.abort('first')
    await clock.advance(10)
    expect(api.inFlight).toBe(1)
    controllers[1]!.abort('second')
    expect(await clock.runUntilSettled(Promise.all(all))).toEqual(['first', 'second'])
    expect([api.inFlight, clock.now(), clock.pending]).toEqual([0, 20, 0])
  })

  it('does not join what is being taken back', async () => {
    const { clock, api, client } = setup()
    const controller = new AbortController()
    const gone = client.try('/x', { signal: controller.signal }).catch(() => 'gone')
    await clock.advance(10)
    controller.abort()
    const result = await clock.runUntilSettled(client.try('/x'))
    expect([await gone, result.ok, api.seen.length]).toEqual(['gone', true, 2])
  })

  it('ends with the client', async () => {
    const { clock, client } = setup()
    const all = [client.try('/x'), client.try('/x')]
    await clock.advance(10)
    await client.close()
    const results = await clock.runUntilSettled(Promise.all(all))
    expect(results.map(errorOf)).toEqual(['SLUICE_CLOSED', 'SLUICE_CLOSED'])
    expect(clock.pending).toBe(0)
  })
})

describe('a run', () => {
  it('sends one request for an item that its list contains many times', async () => {
    const { clock, api, client } = setup(undefined, { concurrency: 4 })
    const urls = Array.from({ length: 400 }, (_, index) => `/${Math.floor(index / 100)}`)
    const results = await clock.runUntilSettled(client.all(urls))
    expect(results.filter(({ ok }) => ok)).toHaveLength(400)
    expect(api.seen.length).toBe(requestsOf(results))
    expect(api.seen.length).toBeLessThan(10)
  })

  it('gets past any number of the same: who has joined takes no place in a line', async () => {
    const { clock, api, client } = setup(undefined, { concurrency: 4 })
    const urls = [...Array.from({ length: 50 }, () => '/x'), '/y']
    await clock.runUntilSettled(client.all(urls))
    expect(api.seen.map(({ url, at }) => [new URL(url).pathname, at])).toEqual([
      ['/x', 0],
      ['/y', 0],
    ])
  })

  it('delays no others of its host while those who joined wait for their answer', async () => {
    const answer: Answer = ({ url }) => (url.endsWith('/x') ? { after: 20_000 } : 200)
    const { clock, api, client } = setup(answer, { rate: '1/s' })
    const urls = ['/w', ...Array.from({ length: 10 }, () => '/x'), '/y']
    await clock.runUntilSettled(client.all(urls))
    expect(api.seen.map(({ url }) => new URL(url).pathname)).toEqual(['/w', '/x', '/y'])
    expect(api.seen[2]!.at).toBeLessThan(3_000)
  })

  it('that is stopped lets requests in flight finish, for all who joined it', async () => {
    const { clock, api, client } = setup()
    const run = client.stream(['/x', '/x', '/x'])
    const results: CallResult[] = []
    const reading = (async () => {
      for await (const result of run) results.push(result)
    })()
    await clock.advance(10)
    expect(run.progress.inFlight).toBe(3)
    run.stop()
    await clock.runUntilSettled(reading)
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true])
    expect([api.seen.length, clock.now(), clock.pending]).toEqual([1, 100, 0])
  })

  it('that is stopped sends nothing again for those who joined', async () => {
    const { clock, api, client } = setup(() => 503)
    const run = client.stream(['/x', '/x'])
    const results: CallResult[] = []
    const reading = (async () => {
      for await (const result of run) results.push(result)
    })()
    await clock.advance(10)
    run.stop()
    await clock.runUntilSettled(reading)
    expect(results.map(errorOf)).toEqual(['SLUICE_UNFINISHED', 'SLUICE_UNFINISHED'])
    expect(api.seen).toHaveLength(1)
  })

  it('does not delay a single call for the same, while it is held back itself', async () => {
    const { clock, client } = setup(undefined, { concurrency: 1 })
    const urls = Array.from({ length: 200 }, (_, index) => `/${index}`)
    const run = client.stream(urls)
    await clock.runUntilSettled(run.next())
    await clock.advance(60_000)
    // Nobody reads the run, and whatever it would send next is kept aside.
    for (let index = 60; index < 80; index++) {
      const result = await clock.runUntilSettled(client.try(`/${index}`, { deadline: 1_000 }))
      expect(result.ok).toBe(true)
    }
    await run.return()
  })
})

describe('whatever comes and goes', () => {
  it('each call gets one result, what was sent is counted once, and nothing is left', async () => {
    const call = fc.record({
      at: fc.integer({ min: 0, max: 400 }),
      url: fc.constantFrom('/a', '/b'),
      deadline: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { maxLength: 25 }),
        fc.integer({ min: 1, max: 3 }),
        async (calls, concurrency) => {
          const { clock, api, client } = setup((_, count) => (count % 3 === 0 ? 503 : 200), { concurrency })
          const pending: Promise<CallResult>[] = []
          for (const { at, url, deadline } of calls) {
            clock.timer(at, () => pending.push(client.try(url, { deadline })))
          }
          await clock.advance(400)
          const results = await clock.runUntilSettled(Promise.all(pending))
          expect(results).toHaveLength(calls.length)
          expect(requestsOf(results)).toBe(api.seen.length)
          for (const { timing } of results) {
            const { total, ...parts } = timing
            expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total)
          }
          await client.close()
          expect([api.inFlight, clock.pending]).toEqual([0, 0])
        },
      ),
      { numRuns: 150 },
    )
  })
})
