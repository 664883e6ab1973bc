import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createClient } from '../../client/create-client.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { scriptedApi } from '../../testing/scripted-api.ts'
import { tokenAuth } from './token-auth.ts'

/** When a call is made, and when it is given up, if it is. Milliseconds. */
const visit = fc.record({
  at: fc.integer({ min: 0, max: 400 }),
  deadline: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
  abortAfter: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
})

const scene = fc.record({
  visits: fc.array(visit, { minLength: 1, maxLength: 30 }),
  revocations: fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 4 }),
  concurrency: fc.integer({ min: 1, max: 5 }),
  expiresIn: fc.option(fc.integer({ min: 50, max: 1_000 }), { nil: undefined }),
})

it('whatever comes and goes: one fetch at a time, no call is stuck, and nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ visits, revocations, concurrency, expiresIn }) => {
      const clock = new ManualClock()
      const counts = { issued: 0, fetching: 0, maxFetching: 0, aborted: 0 }
      let valid = ''
      const api = scriptedApi(
        clock,
        ({ url, headers }) => {
          if (!url.endsWith('/token')) return headers.authorization === `Bearer ${valid}` ? 200 : 401
          valid = `t${++counts.issued}`
          return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: valid }) }
        },
        20,
      )
      const auth = tokenAuth({
        async fetchToken({ send, signal }) {
          counts.maxFetching = Math.max(counts.maxFetching, ++counts.fetching)
          signal.addEventListener('abort', () => {
            counts.aborted++
            counts.fetching--
          })
          const { value } = await send<{ token: string }>('/token')
          if (!signal.aborted) counts.fetching--
          return { ...value, ...(expiresIn === undefined ? undefined : { expiresIn }) }
        },
      })
      const client = createClient({ clock, transport: api.transport, baseUrl: 'https://a.test', concurrency, auth })
      for (const at of revocations) clock.timer(at, () => (valid = 'none'))

      const calls = visits.map(
        ({ at, deadline, abortAfter }) =>
          new Promise<string>((resolve) => {
            clock.timer(at, () => {
              const controller = new AbortController()
              if (abortAfter !== undefined) clock.timer(abortAfter, () => controller.abort())
              client.try(`/${at}`, { signal: controller.signal, deadline }).then(
                (result) => resolve(result.ok ? 'ok' : `${result.status ?? (result.error as { code?: string }).code}`),
                () => resolve('aborted'),
              )
            })
          }),
      )
      const ends = await clock.runUntilSettled(Promise.all(calls))
      await clock.advance(1_000)

      expect(counts.maxFetching).toBe(1)
      expect(counts.fetching).toBe(0)
      expect([clock.pending, api.inFlight, client.status().inFlight, client.status().waiting]).toEqual([0, 0, 0, 0])
      for (const [index, end] of ends.entries()) {
        const { deadline, abortAfter } = visits[index]!
        const mayEnd = ['ok']
        if (abortAfter !== undefined) mayEnd.push('aborted')
        if (deadline !== undefined) mayEnd.push('SLUICE_DEADLINE', 'SLUICE_WOULD_MISS_DEADLINE')
        // Only a token that was revoked while it was new makes a second 401; a fetch that is given up may revoke one too.
        if (revocations.length + counts.aborted > 1) mayEnd.push('401')
        expect(mayEnd).toContain(end)
      }
      if (expiresIn === undefined)
        expect(counts.issued).toBeLessThanOrEqual(1 + revocations.length + 2 * counts.aborted)
    }),
    { numRuns: 300 },
  )
})
