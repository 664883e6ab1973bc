import { describe, expect, it } from 'vitest'
import type { Client } from '../../client/client.ts'
import { createClient } from '../../client/create-client.ts'
import type { CallResult, Success } from '../../client/result.ts'
import type { ClientOptions } from '../../client/settings.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ManualClock } from '../../testing/manual-clock.ts'
import type { ScriptedAnswer } from '../../testing/scripted-api.ts'
import { testClient } from '../../testing/test-client.ts'
import { ConnectionLostError } from '../../transport/errors.ts'

/** A client whose second attempts go out after 100 ms, with as many to spare as anybody could want. */
function setup(answer: (request: ApiRequest, count: number) => ScriptedAnswer, options: ClientOptions = {}) {
  const made = testClient(answer, { hedge: { after: 100, maxExtra: 1 }, ...options }, 50)
  const { clock, client, events } = made
  /** A first call, that earns the second attempt of the next. */
  const ready = async (count = 1): Promise<void> => {
    for (let made = 0; made < count; made++) await clock.runUntilSettled(client.get('/quick'))
  }
  const hedges = (): number => events.filter(({ type }) => type === 'hedge.sent').length
  return { ...made, ready, hedges }
}

const slow = (after: number, status = 200): ScriptedAnswer => ({ status, after })

/** Answers in the order in which they are asked for, but quickly to `/quick`. */
const inTurn = (...answers: ScriptedAnswer[]) => {
  let count = 0
  return ({ url }: ApiRequest): ScriptedAnswer => (url.endsWith('/quick') ? 200 : (answers[count++] ?? 200))
}

const attemptsOf = ({ attempts }: CallResult) =>
  attempts.map(({ number, verdict, duration }) => [number, verdict, duration])

const tried = (clock: ManualClock, client: Client, url = '/x'): Promise<CallResult> =>
  clock.runUntilSettled(client.try(url))

describe('hedge', () => {
  it('sends a second attempt if the first takes long, and uses the first success', async () => {
    const { clock, api, client, ready, events } = setup(inTurn(slow(2_000), slow(50)))
    await ready()
    const result = (await tried(clock, client)) as Success

    expect([result.ok, result.timing.total]).toEqual([true, 150])
    expect(attemptsOf(result)).toEqual([
      [1, 'cancelled', 150],
      [2, 'success', 50],
    ])
    const { total, ...parts } = result.timing
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total)
    expect(events.find(({ type }) => type === 'hedge.sent')).toMatchObject({ attempt: 2, after: 100 })
    expect([api.inFlight, clock.pending]).toEqual([0, 0])
  })

  it('cancels the second one when the first is answered before it', async () => {
    const { clock, api, client, ready } = setup(inTurn(slow(120), slow(500)))
    await ready()
    const result = await tried(clock, client)
    expect(attemptsOf(result)).toEqual([
      [2, 'cancelled', 20],
      [1, 'success', 120],
    ])
    expect([api.inFlight, clock.pending]).toEqual([0, 0])
  })

  it('sends no second attempt if the first is fast, and leaves no timer', async () => {
    const { clock, client, ready, hedges } = setup(inTurn(slow(99)))
    await ready()
    expect(attemptsOf(await tried(clock, client))).toEqual([[1, 'success', 99]])
    expect([hedges(), clock.pending]).toEqual([0, 0])
  })

  it('is off by default', async () => {
    const { clock, client, ready, hedges } = setup(inTurn(slow(500)), { hedge: undefined })
    await ready()
    await tried(clock, client)
    expect(hedges()).toBe(0)
  })

  it.each<[string, ScriptedAnswer, ScriptedAnswer, number]>([
    ['first', slow(150, 503), slow(200), 300],
    ['second', slow(300), slow(50, 503), 300],
    ['first, whose connection is lost,', { ...(slow(150) as object) }, slow(200), 150],
  ])('waits for the other when the %s one fails', async (_, first, second, total) => {
    const { clock, client, ready } = setup(inTurn(first, second))
    await ready()
    const result = await tried(clock, client)
    expect([result.ok, result.timing.total]).toEqual([true, total])
  })

  it('counts two failures as one for retry, and lists both attempts', async () => {
    const { clock, client, ready } = setup(inTurn(slow(150, 503), slow(100, 500), slow(10)))
    await ready()
    const result = await tried(clock, client)
    expect(result.attempts.map(({ number, status }) => [number, status])).toEqual([
      [1, 503],
      [2, 500],
      [3, 200],
    ])
  })

  it('counts each attempt against the limits', async () => {
    const { clock, api, client, ready } = setup(inTurn(slow(2_000), slow(50)), { rate: '4/h' })
    await ready(2)
    await tried(clock, client)
    expect(api.seen).toHaveLength(4)
    const fifth = await clock.runUntilSettled(client.try('/quick', { deadline: '1min' }))
    expect(fifth).toMatchObject({ ok: false, error: { code: 'SLUICE_WOULD_MISS_DEADLINE' } })
  })

  it('sends a POST twice only if it has a key', async () => {
    const { clock, client, ready, hedges } = setup(inTurn(slow(500), slow(500), slow(50)))
    await ready(2)
    await clock.runUntilSettled(client.post('/x', { json: 1 }))
    expect(hedges()).toBe(0)
    await clock.runUntilSettled(client.post('/x', { json: 1, headers: { 'idempotency-key': 'k' } }))
    expect(hedges()).toBe(1)
  })

  it('counts the wait from admission, without the time in the queue', async () => {
    const { clock, client, ready, events } = setup(inTurn(slow(300)), { rate: '2/s' })
    await ready()
    await tried(clock, client)
    expect(events.filter(({ type }) => type === 'hedge.sent')).toEqual([])
    const sent = events.filter((event) => event.type === 'attempt.started')
    expect(sent).toHaveLength(2)
  })

  it('ends both with the call', async () => {
    const { clock, api, client, ready } = setup(inTurn(slow(2_000), slow(2_000)))
    await ready()
    const result = await clock.runUntilSettled(client.try('/x', { deadline: 150 }))
    expect(result).toMatchObject({ ok: false, error: { code: 'SLUICE_DEADLINE' } })
    expect(attemptsOf(result)).toEqual([
      [1, 'cancelled', 150],
      [2, 'cancelled', 50],
    ])
    expect([api.inFlight, clock.pending]).toEqual([0, 0])
  })

  it('removes a second attempt from the queue when it is no longer needed', async () => {
    const redirected = { status: 302, headers: { location: '/other' }, after: 150 }
    const { clock, client, ready } = setup(
      (request) => {
        if (request.url.endsWith('/other')) return slow(5_000)
        return inOrder(request)
      },
      { concurrency: 2 },
    )
    const inOrder = inTurn(redirected, slow(100), slow(1_000), slow(1_000))
    await ready()
    const hedged = client.get('/x')
    await clock.advance(120)
    // Two that take the place which the redirect gives back.
    const others = [client.get('/a', { priority: 1 }), client.get('/b', { priority: 1 })]
    const { timing } = await clock.runUntilSettled(hedged)
    expect(timing.total).toBe(200)
    await clock.runUntilSettled(Promise.all(others))
    expect(clock.pending).toBe(0)
  })
})

describe('no second attempt is sent', () => {
  it('while any call is queued, even in another partition', async () => {
    const { clock, client, ready, hedges } = setup(inTurn(slow(500)), { rate: '1/s', burst: 3 })
    await ready()
    const long = client.get('/x')
    const others = Array.from({ length: 4 }, () => client.get('https://b.test/quick'))
    await clock.advance(200)
    expect([client.status().waiting, client.status().inFlight]).toEqual([1, 1])
    await clock.runUntilSettled(Promise.all([long, ...others]))
    expect(hedges()).toBe(0)
  })

  it('when there is no permit for it, and it does not wait for one', async () => {
    const { clock, client, ready, hedges } = setup(inTurn(slow(500)), { concurrency: 1 })
    await ready()
    expect((await tried(clock, client)).timing.total).toBe(500)
    expect(hedges()).toBe(0)
  })

  it('while the breaker is not closed', async () => {
    const answers = inTurn(slow(20_000), ...Array(10).fill(500))
    const { clock, client, ready, hedges } = setup(answers, { retry: false, hedge: { after: 6_000, maxExtra: 1 } })
    await ready()
    const long = client.try('/x')
    await clock.advance(10)
    await clock.runUntilSettled(Promise.all(Array.from({ length: 9 }, () => client.try('/x'))))
    await clock.runUntilSettled(client.try('/x'))
    // The breaker has opened, and lets a probe through by now.
    await clock.advance(7_000)
    expect(hedges()).toBe(0)
    await clock.runUntilSettled(long)
  })

  it('to a client that is paused', async () => {
    const { clock, client, ready, hedges } = setup(inTurn(slow(500)))
    await ready()
    const call = client.try('/x')
    await clock.advance(10)
    client.pause()
    await clock.runUntilSettled(call)
    expect(hedges()).toBe(0)
  })

  it('beyond its share of the others', async () => {
    const { clock, client, hedges } = setup(() => slow(150), { hedge: { after: 100, maxExtra: 0.05 } })
    for (let made = 0; made < 100; made++) await tried(clock, client)
    expect(hedges()).toBe(4)
  })

  it('by what is measured, before there are 100 successes, and never before 20 ms', async () => {
    const { clock, client, events, ready, hedges } = setup(
      ({ url }) => (url.endsWith('/quick') ? slow(5) : slow(200)),
      { hedge: true },
    )
    await ready(50)
    await tried(clock, client)
    expect(hedges()).toBe(0)
    await ready(49)
    await tried(clock, client)
    expect(events.find(({ type }) => type === 'hedge.sent')).toMatchObject({ after: 20 })
  })
})

describe('what is cancelled', () => {
  it('does not count as a failure for the breaker or the automatic concurrency', async () => {
    let count = 0
    const { clock, client, events, hedges } = setup(() => slow(count++ % 2 === 0 ? 2_000 : 50), {
      concurrency: 'auto',
      hedge: { after: 100, maxExtra: 1 },
    })
    count = 1
    await tried(clock, client)
    for (let made = 0; made < 60; made++) expect((await tried(clock, client)).ok).toBe(true)
    expect(hedges()).toBe(60)
    expect(events.filter(({ type }) => type === 'breaker.changed')).toEqual([])
    const lowered = events.filter((event) => event.type === 'concurrency.changed' && event.to < event.from)
    expect(lowered).toEqual([])
  })
})

describe('the option', () => {
  it.each<[unknown, string]>([
    ['yes', 'hedge: expected true, false, or an object'],
    [{ maxExtra: 0 }, 'hedge.maxExtra: expected a share above 0'],
    [{ maxExtra: 2 }, 'hedge.maxExtra: expected a share above 0'],
    [{ after: 'p99' }, 'hedge.after: expected a duration'],
  ])('%o is refused', (hedge, message) => {
    expect(() => createClient({ hedge: hedge as never })).toThrow(message)
  })
})

// Kept apart, so that the error is made anew for each.
const lost = (): ScriptedAnswer => new ConnectionLostError('cut')

describe('a connection that is lost', () => {
  it('is a failure like any other: the second attempt is waited for', async () => {
    let count = 0
    const { clock, client, ready } = setup(({ url }) => {
      if (url.endsWith('/quick')) return 200
      return ++count === 2 ? lost() : slow(300)
    })
    await ready()
    const result = await tried(clock, client)
    expect(result.ok).toBe(true)
    expect(result.attempts.map(({ number, verdict }) => [number, verdict])).toEqual([
      [2, 'transient'],
      [1, 'success'],
    ])
  })
})
