import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SluiceEvent } from '../events/event.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { type ScriptedAnswer, scriptedApi } from '../testing/scripted-api.ts'
import { createClient } from './create-client.ts'
import type { CallResult } from './result.ts'

/** Response that depends only on its number: slow, refused, broken, revalidated, cached for a while, or redirected. */
function answerOf(headers: Readonly<Record<string, string>>, url: string, count: number): ScriptedAnswer {
  const after = [10, 60, 300, 2_000][(count * 7) % 4]!
  const kept = {
    etag: '"a"',
    'cache-control': ['max-age=1', 'max-age=0, stale-while-revalidate=5', 'no-cache'][count % 3]!,
  }
  if (count % 11 === 0) return { status: 503, after }
  if (count % 13 === 0) return { status: 429, headers: { 'retry-after': '1' }, after }
  if (count % 17 === 0 && !url.endsWith('/moved')) return { status: 302, headers: { location: '/moved' }, after }
  if (headers['if-none-match'] === '"a"') return { status: 304, headers: kept, after }
  return { status: 200, headers: { ...kept, 'content-type': 'application/json' }, body: '{"n":1}', after }
}

describe('coalesce, cache and hedge together', () => {
  const call = fc.record({
    at: fc.integer({ min: 0, max: 6_000 }),
    url: fc.constantFrom('/a', '/b', '/c'),
    method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'PUT'),
    deadline: fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: undefined }),
  })
  const options = fc.record({
    coalesce: fc.boolean(),
    cache: fc.constantFrom(undefined, 'http' as const, 'revalidate' as const),
    hedge: fc.constantFrom(false, { after: 100, maxExtra: 0.5 }),
    concurrency: fc.integer({ min: 1, max: 6 }),
    rate: fc.constantFrom(undefined, '20/s'),
  })

  it('give each call one result, write down all that was sent once, and leave nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 40, size: 'max' }), options, async (calls, chosen) => {
        const clock = new ManualClock()
        const api = scriptedApi(clock, ({ headers, url }, count) => answerOf(headers, url, count))
        const client = createClient({
          ...chosen,
          clock,
          transport: api.transport,
          random: () => 0.5,
          baseUrl: 'https://a.test',
        })
        const events: SluiceEvent[] = []
        client.on((event) => events.push(event))
        const pending: Promise<CallResult>[] = []
        for (const { at, url, method, deadline } of calls) {
          clock.timer(at, () => pending.push(client.try({ url, method }, { deadline })))
        }
        await clock.advance(6_000)
        const results = await clock.runUntilSettled(Promise.all(pending))
        // Time for background requests.
        await clock.advance(600_000)

        expect(results).toHaveLength(calls.length)
        const records = results.flatMap(({ attempts }) => attempts)
        const told = events.filter(({ type }) => type === 'attempt.settled').length
        const sent = events.filter(({ type }) => type === 'attempt.started').length
        expect(sent).toBe(api.seen.length)
        const inBackground = told - records.length
        expect(inBackground).toBeGreaterThanOrEqual(0)
        if (chosen.cache !== 'http') {
          expect(inBackground).toBe(0)
          expect(records.reduce((sum, { requests }) => sum + requests, 0)).toBe(api.seen.length)
        }
        for (const { timing } of results) {
          const { total, ...parts } = timing
          expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total, 6)
          expect(Math.min(...Object.values(parts))).toBeGreaterThanOrEqual(0)
        }
        for (const result of results) {
          if (result.ok && result.request.method === 'GET') expect(result.value).toEqual({ n: 1 })
        }
        expect(client.status()).toMatchObject({ inFlight: 0, waiting: 0 })
        expect([api.inFlight, clock.pending]).toEqual([0, 0])
        await client.close()
      }),
      { numRuns: 300 },
    )
  })
})
