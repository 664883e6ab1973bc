import { describe, expect, it } from 'vitest'
import { SettingsError } from '../../errors/settings-error.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ScriptedAnswer } from '../../testing/scripted-api.ts'
import { type TestClient, testClient } from '../../testing/test-client.ts'
import type { CallResult } from '../result.ts'
import type { ClientOptions } from '../settings.ts'
import type { Progress } from './progress.ts'

const setup = (options: ClientOptions = {}, answer?: (request: ApiRequest) => ScriptedAnswer): TestClient =>
  testClient(answer, options)

const paths = (count: number): string[] => Array.from({ length: count }, (_, index) => `/${index}`)
const numberOf = (request: ApiRequest): number => Number(request.url.split('/').at(-1))

async function collect(results: AsyncIterable<CallResult>): Promise<CallResult[]> {
  const collected: CallResult[] = []
  for await (const result of results) collected.push(result)
  return collected
}

describe('the concurrency of a run', () => {
  it('is its own, below that of the client, which other runs use meanwhile', async () => {
    const { clock, api, client } = setup({ concurrency: 10 })
    const slow = collect(client.stream(paths(12), { concurrency: 3 }))
    await clock.advance(50)
    expect(api.inFlight).toBe(3)
    const other = collect(client.stream(paths(7)))
    await clock.advance(10)
    expect(api.inFlight).toBe(10)
    expect(await clock.runUntilSettled(Promise.all([slow, other]))).toMatchObject({
      0: { length: 12 },
      1: { length: 7 },
    })
    expect(clock.now()).toBe(400)
  })

  it('counts calls that wait for their next attempt, so that a failing run does not grow', async () => {
    const { clock, api, client } = setup({ retry: { base: 1_000 }, breaker: false }, () => 503)
    const run = collect(client.stream(paths(20), { concurrency: 2 }))
    await clock.advance(200)
    expect(api.seen).toHaveLength(2)
    await clock.runUntilSettled(run)
  })

  it.each([0, -1, 1.5, Number.NaN, '3', 'auto'])('is refused if it is %j', (concurrency) => {
    const { client } = setup()
    expect(() => client.stream([], { concurrency: concurrency as number })).toThrow('concurrency: expected a whole')
  })
})

describe('a run that was left', () => {
  it('stays at its end if it is read again', async () => {
    const { clock, client } = setup({ concurrency: 2 })
    const results = client.stream(paths(10))
    await clock.runUntilSettled(
      (async () => {
        for await (const _ of results) break
      })(),
    )
    expect(await clock.runUntilSettled(results.next())).toEqual({ done: true, value: undefined })
  })
})

describe('an item that is known to be bad', () => {
  it('fails with its own error and id, in its place, and is never sent', async () => {
    const { clock, api, client } = setup()
    const error = new SettingsError('line 2: no JSON', 'SLUICE_BAD_INPUT')
    const results = await clock.runUntilSettled(
      collect(client.stream(['/0', { id: 'line 2', error }, { request: '/2' }], { ordered: true })),
    )
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(results[1]).toMatchObject({ index: 1, id: 'line 2', error, attempts: [] })
    expect(api.seen).toHaveLength(2)
  })

  it('counts as a failure', async () => {
    const { clock, client } = setup()
    const run = client.stream([{ id: 'a', error: new SettingsError('no URL') }, '/1'], { failFast: true })
    await clock.runUntilSettled(collect(run))
    expect(run.progress).toMatchObject({ failed: 1 })
    expect(run.stopReason).toBe('1 failure reached failFast')
  })
})

describe('an item with an index of its own', () => {
  it('keeps it in its result, and its place in the order', async () => {
    const { clock, client } = setup()
    const items = [7, 3, 12].map((index) => ({ request: `/${index}`, index }))
    const results = await clock.runUntilSettled(collect(client.stream(items, { ordered: true })))
    expect(results.map(({ index, ok }) => [index, ok])).toEqual([7, 3, 12].map((index) => [index, true]))
  })
})

describe('all', () => {
  it('gives one result for each input, in their order, with every index once', async () => {
    const { clock, api, client } = setup({ concurrency: 20 }, (request) => ({ after: 100 - (numberOf(request) % 7) }))

    const results = await clock.runUntilSettled(client.all(paths(500)))

    expect(results.map(({ index }) => index)).toEqual(Array.from({ length: 500 }, (_, index) => index))
    expect(api.mostInFlight).toBe(20)
  })

  it('makes 500 calls of 200 ms, 20 at once, in 5 s', async () => {
    const { clock, client } = setup({ concurrency: 20 }, () => ({ after: 200 }))

    await clock.runUntilSettled(client.all(paths(500)))

    expect(clock.now()).toBe(5_000)
  })

  it('does not throw for an item: what fails, and what is no request, is a failure in its place', async () => {
    const { clock, client } = setup({}, (request) => (numberOf(request) === 1 ? 404 : 200))

    const results = await clock.runUntilSettled(client.all(['/0', '/1', 'ftp://x', { url: '/3', id: 'three' }]))

    expect(results.map(({ ok, id }) => [ok, id])).toEqual([
      [true, 'https://a.test/0'],
      [false, 'https://a.test/1'],
      [false, 'ftp://x'],
      [true, 'three'],
    ])
  })

  it('has a result for every item of a list that was stopped, in its place', async () => {
    const { clock, client } = setup({ concurrency: 2 }, () => 404)

    const results = await clock.runUntilSettled(client.all(paths(100), { failFast: true }))

    expect(results.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(results[99]).toMatchObject({ ok: false, id: '/99', attempts: [], error: { code: 'SLUICE_UNFINISHED' } })
  })

  it('gives an empty array for no input', async () => {
    const { clock, client } = setup()

    expect(await clock.runUntilSettled(client.all([]))).toEqual([])
  })

  it('refuses a bare string, which is a mistake', async () => {
    const { client } = setup()

    await expect(client.all('https://a.test/' as unknown as string[])).rejects.toThrow(
      'requests: expected a list of requests',
    )
  })

  it('rejects at once with the signal’s reason when aborted, and leaves nothing in flight', async () => {
    const { clock, api, client } = setup()
    const controller = new AbortController()
    const outcome = client.all(paths(100), { signal: controller.signal }).catch((reason) => reason)
    await clock.advance(250)

    controller.abort('enough')

    expect(await outcome).toBe('enough')
    await clock.advance(0)
    expect(api.inFlight).toBe(0)
    expect(clock.pending).toBe(0)
  })
})

describe('stream', () => {
  it('hands over results as they arrive, or in the order of the input', async () => {
    const { clock, client } = setup({ concurrency: 3 }, (request) => ({ after: [300, 100, 200][numberOf(request)]! }))

    const asTheyCome = await clock.runUntilSettled(collect(client.stream(paths(3))))
    const inOrder = await clock.runUntilSettled(collect(client.stream(paths(3), { ordered: true })))

    expect(asTheyCome.map(({ index }) => index)).toEqual([1, 2, 0])
    expect(inOrder.map(({ index }) => index)).toEqual([0, 1, 2])
  })

  it('reads its source as it is needed: one ahead of requests in flight', async () => {
    const { clock, client } = setup({ concurrency: 5 })
    let read = 0
    function* endless(): Generator<string> {
      for (;;) yield `/${read++}`
    }

    const run = client.stream(endless())
    expect(read).toBe(0)
    const first = run.next()
    await clock.advance(50)
    expect(read).toBe(6)

    await clock.runUntilSettled(first)
    await run.return()
  })

  it('reads an asynchronous source one by one, and gives it back when left', async () => {
    const { clock, client } = setup({ concurrency: 2 })
    let isClosed = false
    async function* source(): AsyncGenerator<string> {
      try {
        for (let index = 0; ; index++) yield `/${index}`
      } finally {
        isClosed = true
      }
    }

    const work = (async () => {
      for await (const result of client.stream(source())) if (result.index === 3) break
    })()
    await clock.runUntilSettled(work)
    await clock.advance(0)

    expect(isClosed).toBe(true)
  })

  it('cancels requests in flight when its reader leaves the loop', async () => {
    const { clock, api, client } = setup({ concurrency: 4 }, (request) => ({
      after: numberOf(request) === 0 ? 10 : 10_000,
    }))

    const work = (async () => {
      for await (const _result of client.stream(paths(100))) break
    })()
    await clock.runUntilSettled(work)
    await clock.advance(0)

    expect(api.inFlight).toBe(0)
    expect(client.status()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(clock.pending).toBe(0)
  })

  it('sends nothing for an item that its source gives after its reader has left', async () => {
    const { clock, api, client } = setup()
    let give = (_item: IteratorResult<string>): void => {}
    const source = { next: () => new Promise<IteratorResult<string>>((resolve) => (give = resolve)) }
    const run = client.stream({ [Symbol.asyncIterator]: () => source })
    const first = run.next()

    await run.return()
    give({ done: false, value: '/0' })
    await clock.advance(1_000)

    expect(await first).toEqual({ done: true, value: undefined })
    expect(api.seen).toEqual([])
  })

  it('begins no more calls while its reader is behind, and continues when it has caught up', async () => {
    const { clock, api, client } = setup({ concurrency: 10 })
    const run = client.stream(paths(1_000), { readAhead: 50 })

    await clock.runUntilSettled(run.next())
    await clock.advance(60_000)
    const whileStalled = api.seen.length
    const rest = await clock.runUntilSettled(collect(run))

    expect(whileStalled).toBeLessThanOrEqual(1 + 64 + 10)
    expect(rest).toHaveLength(999)
    expect(api.seen).toHaveLength(1_000)
  })

  it('shares a client fairly with another stream', async () => {
    const { clock, client } = setup({ concurrency: 2 })
    const done = { first: 0, second: 0 }
    const count = async (name: 'first' | 'second') => {
      for await (const _result of client.stream(paths(100))) done[name]++
    }

    const work = Promise.all([count('first'), count('second')])
    await clock.advance(5_000)

    expect(done.first + done.second).toBe(100)
    expect(Math.abs(done.first - done.second)).toBeLessThanOrEqual(4)
    await clock.runUntilSettled(work)
  })

  it('does not let a paused host delay others, as far as it reads ahead', async () => {
    const { clock, api, client } = setup({ concurrency: 5 }, (request) =>
      request.url.startsWith('https://slow') ? { status: 429, headers: { 'retry-after': '60' } } : 200,
    )
    const requests = [...Array.from({ length: 200 }, (_, n) => `https://slow.test/${n}`), ...paths(100)]

    const work = collect(client.stream(requests, { signal: AbortSignal.timeout(60_000) }))
    work.catch(() => {})
    await clock.advance(10_000)

    expect(api.seen.filter(({ url }) => url.startsWith('https://a.test'))).toHaveLength(100)
    await client.close()
    await work
  })

  it('is not delayed by one item that is stuck, even in order, until its window is full', async () => {
    const { clock, api, client } = setup({ concurrency: 10, timeout: '1h' }, (request) => ({
      after: numberOf(request) === 0 ? 60_000 : 10,
    }))

    const work = collect(client.stream(paths(500), { ordered: true }))
    await clock.advance(5_000)

    expect(api.seen).toHaveLength(500)
    await clock.runUntilSettled(work)
  })

  it('finishes and hands over what it has begun before it throws what its source threw', async () => {
    const { clock, client } = setup({ concurrency: 2 })
    function* source(): Generator<string> {
      yield '/0'
      yield '/1'
      yield '/2'
      throw new Error('line 4 is not a request')
    }
    const got: number[] = []

    const work = (async () => {
      for await (const { index } of client.stream(source())) got.push(index)
    })()

    await expect(clock.runUntilSettled(work)).rejects.toThrow('line 4 is not a request')
    expect(got).toEqual([0, 1, 2])
  })

  it('stops at the first failure when asked to: requests in flight finish, what waits is left unfinished', async () => {
    const { clock, api, client } = setup({ concurrency: 2 }, (request) =>
      numberOf(request) === 1 ? 404 : { after: numberOf(request) === 0 ? 300 : 100 },
    )

    const run = client.stream(paths(10), { failFast: true })
    const results = await clock.runUntilSettled(collect(run))

    expect(results.map((result) => [result.index, result.ok || (result.error as { code?: string }).code])).toEqual([
      [1, 'SLUICE_CLIENT_ERROR'],
      [3, 'SLUICE_UNFINISHED'],
      [2, true],
      [0, true],
    ])
    expect(api.seen).toHaveLength(3)
    expect(run.stopReason).toBe('1 failure reached failFast')
  })

  it('stops at a share of failures, but not before 50 are done', async () => {
    const { clock, api, client } = setup({ concurrency: 1 }, (request) => (numberOf(request) % 10 === 0 ? 404 : 200))

    await clock.runUntilSettled(collect(client.stream(paths(1_000), { maxFailures: '5%' })))

    expect(api.seen.length).toBeGreaterThanOrEqual(50)
    expect(api.seen.length).toBeLessThan(65)
  })

  it('stops when its time is up, and gives requests in flight two seconds, or the grace that is given', async () => {
    const { clock, api, client } = setup({ concurrency: 2, timeout: '1h' }, (request) => ({
      after: numberOf(request) === 1 ? 3_600_000 : 400,
    }))

    const results = await clock.runUntilSettled(collect(client.stream(paths(100), { maxTime: '1s' })))

    expect(clock.now()).toBe(3_000)
    const { clock: other, client: patient } = setup({ concurrency: 2, timeout: '1h' }, () => ({ after: 3_600_000 }))
    await other.runUntilSettled(collect(patient.stream(paths(9), { maxTime: '1s', grace: '500ms' })))
    expect(other.now()).toBe(1_500)
    expect(results.filter(({ ok }) => ok)).toHaveLength(3)
    expect(results.find(({ index }) => index === 1)).toMatchObject({ ok: false, error: { code: 'SLUICE_UNFINISHED' } })
    expect(api.inFlight).toBe(0)
  })

  it('does not wait for the next attempt of a call when it is stopped', async () => {
    const { clock, api, client } = setup({ concurrency: 2 }, () => 503)
    const run = client.stream(paths(2))
    const work = collect(run)
    await clock.advance(50)

    run.stop('Ctrl-C')

    const results = await clock.runUntilSettled(work)
    expect(clock.now()).toBe(100)
    expect(api.seen).toHaveLength(2)
    expect(results.map((result) => !result.ok && result.error.summary)).toEqual([
      'not finished: Ctrl-C',
      'not finished: Ctrl-C',
    ])
  })

  it('tells its progress once a second and at the end: counts, rate, and the time left', async () => {
    const { clock, client } = setup({ concurrency: 10 })
    const told: Progress[] = []

    await clock.runUntilSettled(collect(client.stream(paths(200), { onProgress: (progress) => told.push(progress) })))

    expect(told).toHaveLength(3)
    expect(told[0]).toMatchObject({ total: 200, done: 90, inFlight: 10, elapsed: 1_000 })
    expect(told[2]).toMatchObject({
      done: 200,
      succeeded: 200,
      inFlight: 0,
      elapsed: 2_000,
      rate: 100,
      left: { low: 0, high: 0 },
    })
  })
})

describe('a run that is held', () => {
  it('starts no attempt, neither a first one nor a retry, until nothing holds it', async () => {
    let isHeld = false
    const { clock, api, client } = setup({ concurrency: 2 }, () => (api.seen.length === 1 ? 503 : 200))
    const run = client.stream(paths(6))
    run.holdWhile(() => isHeld)
    const all = collect(run)
    await clock.advance(5)
    isHeld = true
    await clock.advance(20_000)
    expect(api.seen).toHaveLength(2)
    isHeld = false
    run.wake()
    expect((await clock.runUntilSettled(all)).filter(({ ok }) => ok)).toHaveLength(6)
    expect(api.seen).toHaveLength(7)
  })

  it('gives its calls the time for which they were held, beyond their deadline, and no more', async () => {
    let isHeld = false
    const { clock, api, client } = setup({ concurrency: 2 }, (request) => (numberOf(request) === 5 ? 503 : 200))
    const run = client.stream(paths(6), { deadline: '5s' })
    run.holdWhile(() => isHeld)
    const all = collect(run)
    await clock.advance(5)
    isHeld = true
    await clock.advance(20_000)
    expect(api.seen).toHaveLength(2)
    isHeld = false
    run.addTime(20_000)
    run.wake()
    const results = await clock.runUntilSettled(all)
    expect(results.filter(({ ok }) => ok)).toHaveLength(5)
    expect(clock.now()).toBeLessThan(26_000)
  })

  it('drops items that are not in flight', async () => {
    const { clock, api, client } = setup({ concurrency: 2 })
    const run = client.stream(paths(5))
    const all = collect(run)
    await clock.advance(5)
    run.drop((index) => index < 3, 'another worker has them')
    const results = await clock.runUntilSettled(all)
    expect(api.seen.map(({ url }) => url.at(-1))).toEqual(['0', '1', '3', '4'])
    expect(results.find(({ index }) => index === 2)).toMatchObject({ ok: false, error: { code: 'SLUICE_UNFINISHED' } })
  })
})
