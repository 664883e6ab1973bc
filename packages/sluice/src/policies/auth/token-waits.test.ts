import { describe, expect, it } from 'vitest'
import type { ClientOptions } from '../../client/settings.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { ScriptedAnswer } from '../../testing/scripted-api.ts'
import { type TestClient, testClient } from '../../testing/test-client.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { waitFor } from '../../time/sleep.ts'
import { ConnectError } from '../../transport/errors.ts'
import { AuthError } from '../errors.ts'
import { tokenAuth } from './token-auth.ts'
import type { FetchedToken, TokenContext } from './token-source.ts'

function setup(
  fetchToken: (context: TokenContext, clock: ManualClock) => Promise<FetchedToken>,
  options: ClientOptions = {},
  answer: (count: number) => ScriptedAnswer = () => 200,
): TestClient {
  const clock = new ManualClock()
  const auth = tokenAuth({ fetchToken: (context) => fetchToken(context as TokenContext, clock) })
  return testClient((_, count) => answer(count), { auth, ...options }, 100, clock)
}

/** Takes a minute, and knows whether it was told to stop. */
function slow(): {
  fetchToken: (context: TokenContext, clock: ManualClock) => Promise<FetchedToken>
  signals: AbortSignal[]
} {
  const signals: AbortSignal[] = []
  return {
    signals,
    async fetchToken({ signal }, clock) {
      signals.push(signal)
      const cancellation = new Cancellation()
      signal.addEventListener('abort', () => cancellation.cancel(signal.reason), { once: true })
      if (!(await waitFor(clock, 60_000, cancellation))) throw signal.reason
      return { token: 't' }
    },
  }
}

describe('a wait for a token', () => {
  it('ends after five minutes when fetchToken never settles', async () => {
    const { clock, client } = setup(() => new Promise(() => {}), { retry: false })

    const results = await clock.runUntilSettled(client.all(['/1', '/2']))

    expect(results).toMatchObject([
      { error: { code: 'SLUICE_AUTH', summary: 'no token: fetchToken has not settled within 5 m 00 s' } },
      { error: { code: 'SLUICE_AUTH' } },
    ])
    expect(clock.pending).toBe(0)
  })

  it('ends with the deadline of its own call only', async () => {
    const { fetchToken, signals } = slow()
    const { clock, client } = setup(fetchToken)

    const hasty = client.try('/x', { deadline: '1s' })
    const patient = client.try('/y')

    expect(await clock.runUntilSettled(hasty)).toMatchObject({
      error: { code: 'SLUICE_DEADLINE' },
      timing: { queued: 1_000, total: 1_000 },
    })
    expect(clock.now()).toBe(1_000)
    expect(await clock.runUntilSettled(patient)).toMatchObject({ ok: true })
    expect([clock.now(), signals.length, signals[0]?.aborted]).toEqual([60_100, 1, false])
  })

  it('that is cancelled cancels the fetch only if no other call waits', async () => {
    const { fetchToken, signals } = slow()
    const { clock, client } = setup(fetchToken)
    const controllers = [new AbortController(), new AbortController()]
    const calls = controllers.map(({ signal }) => client.try('/x', { signal }).catch((error: unknown) => error))
    await clock.advance(10)

    controllers[0]!.abort('first')
    expect([await calls[0], signals[0]?.aborted]).toEqual(['first', false])
    controllers[1]!.abort('second')
    expect([await calls[1], signals[0]?.aborted]).toEqual(['second', true])
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })

  it('starts another fetch after all callers of the last one left', async () => {
    const { fetchToken, signals } = slow()
    const { clock, client } = setup(fetchToken)
    const left = client.try('/x', { deadline: '1s' })
    await clock.runUntilSettled(left)

    expect(await clock.runUntilSettled(client.try('/y'))).toMatchObject({ ok: true })
    expect([signals.length, clock.now()]).toEqual([2, 61_100])
  })

  it('keeps a token that arrives after all callers left: the old one may have been used up for it', async () => {
    let fetched = 0
    const { clock, client } = setup(async (_, clock) => {
      fetched++
      await waitFor(clock, 2_000, new Cancellation())
      return { token: 't' }
    })
    await clock.runUntilSettled(client.try('/x', { deadline: '1s' }))
    await clock.advance(2_000)

    await clock.runUntilSettled(client.get('/y'))

    expect(fetched).toBe(1)
  })

  it('cancels the request for a token when the last caller leaves', async () => {
    const { clock, api, client } = setup(
      async ({ send }) => (await send<FetchedToken>('/token')).value,
      {},
      () => ({ after: 60_000 }),
    )

    await clock.runUntilSettled(client.try('/x', { deadline: '1s' }))
    await clock.advance(0)

    expect([api.seen.length, api.inFlight, client.status().inFlight, clock.pending]).toEqual([1, 0, 0, 0])
  })

  it('ends when the client is closed, and leaves nothing behind', async () => {
    const { fetchToken, signals } = slow()
    const { clock, client } = setup(fetchToken)
    const calls = [client.try('/x'), client.try('/y')]
    await clock.advance(10)

    await client.close()

    expect(await Promise.all(calls)).toMatchObject([
      { error: { code: 'SLUICE_CLOSED' } },
      { error: { code: 'SLUICE_CLOSED' } },
    ])
    await clock.advance(0)
    expect([signals[0]?.aborted, clock.pending]).toEqual([true, 0])
  })

  it('ends when its run is stopped', async () => {
    const { clock, client } = setup(slow().fetchToken)
    const run = client.stream(['/1', '/2', '/3'])
    const first = run.next()
    await clock.advance(10)

    run.stop('enough')

    expect((await first).value).toMatchObject({ ok: false, error: { code: 'SLUICE_UNFINISHED' } })
    await run.return()
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })
})

describe('a token that cannot be had', () => {
  it('fails all that wait for it, with the cause', async () => {
    const cause = new TypeError('s3cr3t')
    let fetched = 0
    const { clock, api, client } = setup(async () => {
      fetched++
      throw cause
    })

    const results = await clock.runUntilSettled(Promise.all(['/1', '/2', '/3'].map((url) => client.try(url))))

    for (const result of results) {
      expect(result.ok ? undefined : result.error).toBeInstanceOf(AuthError)
      const message = 'no token: fetchToken threw TypeError (see cause)'
      expect(result).toMatchObject({ attempts: [], error: { code: 'SLUICE_AUTH', summary: message, cause } })
    }
    expect([fetched, api.seen.length, clock.pending]).toEqual([1, 0, 0])
  })

  it('even if fetchToken throws before it gives a promise', async () => {
    const { clock, client } = setup(() => {
      throw new Error('at once')
    })

    expect(await clock.runUntilSettled(client.try('/1'))).toMatchObject({ error: { code: 'SLUICE_AUTH' } })
  })

  it.each([
    [undefined, 'no token: fetchToken returned none, or one with characters that headers cannot contain'],
    [{}, 'no token: fetchToken returned none, or one with characters that headers cannot contain'],
    [{ token: '' }, 'no token: fetchToken returned none, or one with characters that headers cannot contain'],
    [{ token: 'a\r\nb' }, 'no token: fetchToken returned none, or one with characters that headers cannot contain'],
    [{ token: 't', expiresIn: 'soon' }, 'no token: fetchToken returned an expiresIn that is not a duration'],
    [{ token: 't', expiresIn: -1 }, 'no token: fetchToken returned an expiresIn that is not a duration'],
  ])('is an error when fetchToken returns %j', async (given, message) => {
    const { clock, client } = setup(async () => given as FetchedToken)

    expect(await clock.runUntilSettled(client.try('/1'))).toMatchObject({
      error: { code: 'SLUICE_AUTH', summary: message },
    })
  })

  it('because of a permanent failure fails all calls within a second at once, and is fetched again after that', async () => {
    let fetched = 0
    const { clock, client } = setup(async () => {
      if (++fetched === 1) throw new Error('no')
      return { token: 't' }
    })
    await clock.runUntilSettled(client.try('/1'))

    await clock.advance(999)
    expect(await clock.runUntilSettled(client.try('/2'))).toMatchObject({ error: { code: 'SLUICE_AUTH' } })
    expect([fetched, clock.now()]).toEqual([1, 999])
    await clock.advance(1)
    expect(await clock.runUntilSettled(client.try('/3'))).toMatchObject({ ok: true })
    expect(fetched).toBe(2)
  })

  it('because of a temporary failure is retried for any method, with at most one fetch a second', async () => {
    const at: number[] = []
    const { clock, client } = setup(async (_, clock) => {
      at.push(clock.now())
      if (at.length < 3) throw new ConnectError('SLUICE_CONNECT', 'refused')
      return { token: 't' }
    })

    const result = await clock.runUntilSettled(client.post('/x', { json: 1 }))

    expect(at).toEqual([0, 1_000, 2_000])
    expect(result.attempts).toMatchObject([{ number: 3, verdict: 'success' }])
  })

  it.each([
    [503, 3],
    [429, 3],
    [400, 1],
    [401, 1],
  ])('because the token server answers %d, is requested %d times by a call', async (status, times) => {
    let fetched = 0
    const { clock, client } = setup(
      async ({ send }) => {
        fetched++
        await send({ url: '/token', method: 'POST', json: 1 })
        return { token: 't' }
      },
      { retry: { maxAttempts: 3, maxThrottles: 2 } },
      () => status,
    )

    const result = await clock.runUntilSettled(client.try('/x'))

    expect(result).toMatchObject({ ok: false, attempts: [], error: { code: 'SLUICE_AUTH', cause: { status } } })
    expect(fetched).toBe(times)
  })

  it('fails an item of a run as it fails a call, and the others continue when it can be had again', async () => {
    let fetched = 0
    const { clock, client } = setup(
      async () => {
        if (++fetched <= 2) throw new ConnectError('SLUICE_CONNECT', 'refused')
        return { token: 't' }
      },
      { concurrency: 5 },
    )

    const results = await clock.runUntilSettled(client.all(Array.from({ length: 50 }, (_, index) => `/${index}`)))

    expect(results.filter(({ ok }) => ok)).toHaveLength(50)
    expect(fetched).toBe(3)
  })
})
