import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { sleep } from '../time/sleep.ts'
import { memoryTransport } from '../transport/transport.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './settings.ts'

const calls = 1_000

/** API that takes time and refuses periodically. Records when each call started, and how many were in flight. */
function api(clock: ManualClock, refusals: number) {
  const log: (readonly [at: number, inFlight: number])[] = []
  let inFlight = 0
  return {
    log,
    async work(): Promise<'refused' | 'done'> {
      const count = log.push([clock.now(), ++inFlight])
      await sleep(10 + ((count * 37) % 90), { clock })
      inFlight--
      return refusals > 0 && count % refusals === 0 ? 'refused' : 'done'
    },
  }
}

async function asRequests(options: ClientOptions, refusals: number) {
  const clock = new ManualClock()
  const { log, work } = api(clock, refusals)
  const transport = memoryTransport(async () => {
    const isRefused = (await work()) === 'refused'
    const headers: Record<string, string> = isRefused ? { 'retry-after-ms': '200' } : {}
    return { status: isRefused ? 429 : 200, headers, body: new Uint8Array() }
  })
  const client = createClient({ ...options, clock, transport, random: () => 0.5 })
  const urls = Array.from({ length: calls }, (_, index) => `https://a.test/${index}`)
  const results = await clock.runUntilSettled(client.all(urls))
  return { log, ok: results.filter(({ ok }) => ok).length }
}

async function asFunctions(options: ClientOptions, refusals: number) {
  const clock = new ManualClock()
  const { log, work } = api(clock, refusals)
  const client = createClient({ ...options, clock, random: () => 0.5 })
  const one = async (): Promise<void> => {
    if ((await work()) === 'refused') throw new Error('slow down')
  }
  const classify = () => ({ throttled: 200 })
  const collect = async (): Promise<number> => {
    let ok = 0
    const items = Array.from({ length: calls }, (_, index) => index)
    for await (const result of client.mapStream(items, one, { classify })) if (result.ok) ok++
    return ok
  }
  return { log, ok: await clock.runUntilSettled(collect()) }
}

describe('1,000 functions', () => {
  it('begin at the same instants as 1,000 requests: concurrency, rate, automatic concurrency, and waits for refusals', async () => {
    const options = fc.record({
      concurrency: fc.constantFrom<ClientOptions['concurrency']>(1, 7, 40, 'auto'),
      rate: fc.constantFrom<ClientOptions['rate']>(undefined, '50/s', ['70/s', '900/min']),
    })
    await fc.assert(
      fc.asyncProperty(options, fc.constantFrom(0, 0, 113), async (given, refusals) => {
        const { rate, ...others } = given
        const all = rate === undefined ? others : given
        const [requests, functions] = [await asRequests(all, refusals), await asFunctions(all, refusals)]
        expect(functions.ok).toBe(calls)
        expect(functions).toEqual(requests)
        if (typeof given.concurrency === 'number') {
          expect(Math.max(...functions.log.map(([, inFlight]) => inFlight))).toBeLessThanOrEqual(given.concurrency)
        }
      }),
      { numRuns: 6, examples: [[{ concurrency: 'auto', rate: undefined }, 0]] },
    )
  })
})
