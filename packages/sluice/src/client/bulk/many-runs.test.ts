import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RequestInput } from '../../http/request.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { scriptedApi } from '../../testing/scripted-api.ts'
import { type TestClient, testClient } from '../../testing/test-client.ts'
import type { Client } from '../client.ts'
import { createClient } from '../create-client.ts'
import type { ClientOptions } from '../settings.ts'
import type { BulkSource } from './source.ts'

const setup = (options: ClientOptions = {}, delay = 100): TestClient => testClient(() => 200, options, delay)

const urls = (run: number, count: number, host = 'a.test'): string[] =>
  Array.from({ length: count }, (_, index) => `https://${host}/${run}/${index}`)

describe('many runs on one client', () => {
  it.each([
    [5, 10, 4],
    [10, 100, 1],
    [3, 40, 2],
    [1, 3, 3],
  ])('all end with %i permits, %i runs and %i items each', async (concurrency, runs, items) => {
    const { clock, api, client } = setup({ concurrency })

    const all = Promise.all(Array.from({ length: runs }, (_, run) => client.all(urls(run, items))))
    const results = await clock.runUntilSettled(all)

    expect(results.flat()).toHaveLength(runs * items)
    expect(api.seen).toHaveLength(runs * items)
    expect(clock.now()).toBe(Math.ceil((runs * items) / concurrency) * 100)
    expect(clock.pending).toBe(0)
  })

  it('continues with another host when a shared rate opens again while one host is paused', async () => {
    const clock = new ManualClock()
    const api = scriptedApi(
      clock,
      ({ url }) => (url.startsWith('https://paused') ? { status: 429, headers: { 'retry-after': '60' } } : 200),
      1,
    )
    const client = createClient({ clock, transport: api.transport, random: () => 0, rate: '1/s', rateScope: 'all' })

    const paused = client.all(urls(0, 2, 'paused.test'), { signal: AbortSignal.timeout(60_000) })
    paused.catch(() => {})
    await clock.advance(2_000)
    await clock.runUntilSettled(client.all(urls(1, 10)))

    expect(clock.now()).toBeLessThan(20_000)
    await client.close()
    await paused
  })

  it('keeps the limit of a host whose calls are set aside until a slow reader continues, however many hosts there are', async () => {
    const { clock, api, client } = setup({ concurrency: 10, perPartition: 1 }, 100)
    const slow = client.stream(urls(0, 300, 'slow.test'), { readAhead: 300 })
    await clock.runUntilSettled(slow.next())
    await clock.advance(30_000)
    expect(client.status().waiting).toBeGreaterThan(0)

    const hosts = Array.from({ length: 2_500 }, (_, index) => `https://h${index}.test/`)
    await clock.runUntilSettled(client.all(hosts))
    const before = api.seen.length
    let most = 0
    const stop = client.on((event) => {
      if (event.type === 'attempt.started') most = Math.max(most, api.inFlight + 1)
    })
    const rest = clock.runUntilSettled(
      (async () => {
        for await (const _result of slow);
      })(),
    )
    await rest
    stop()

    expect(api.seen.length - before).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(1)
    expect(client.status()).toMatchObject({ inFlight: 0, waiting: 0 })
  })
})

describe('a run whose source gives nothing more', () => {
  const sources: [string, () => AsyncIterable<RequestInput>][] = [
    ['gives nothing', () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) })],
    [
      'gives three, then nothing',
      async function* () {
        yield* urls(0, 3)
        await new Promise(() => {})
      },
    ],
  ]

  it.each(sources)('ends after maxTime: %s', async (_, make) => {
    const { clock, client } = setup()

    const results = await clock.runUntilSettled(client.all(make(), { maxTime: '1s' }))

    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(clock.now()).toBe(1_000)
    expect(clock.pending).toBe(0)
  })

  it.each(sources)('ends when it is stopped: %s', async (_, make) => {
    const { clock, client } = setup()
    const run = client.stream(make())
    const work = (async () => {
      for await (const _result of run);
    })()
    await clock.advance(500)

    run.stop('enough')

    await clock.runUntilSettled(work)
    expect(clock.now()).toBe(500)
  })

  it('ends at the first failure with failFast', async () => {
    const { clock, client } = setup()
    const work = client.all(
      (async function* () {
        yield 'ftp://a.test/'
        await new Promise(() => {})
      })(),
      { failFast: true },
    )

    expect(await clock.runUntilSettled(work)).toMatchObject([{ ok: false, error: { code: 'SLUICE_BAD_INPUT' } }])
  })
})

describe('closing a client', () => {
  it('ends its runs: what was not read stays unread, and what comes later is not begun', async () => {
    const { clock, api, client } = setup({ concurrency: 2 })
    let read = 0
    function* endless(): Generator<string> {
      for (;;) yield `https://a.test/${read++}`
    }
    const results: unknown[] = []
    const work = (async () => {
      for await (const result of client.stream(endless())) results.push(result)
    })()
    await clock.advance(250)

    await client.close()
    await clock.runUntilSettled(work)

    expect(read).toBeLessThan(20)
    expect(api.inFlight).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('makes later runs throw, which would seem to have had no items', async () => {
    const { clock, api, client } = setup()
    const extended = client.extend({ timeout: '1s' })
    const madeBefore = client.stream(urls(1, 2))
    await client.close()

    for (const run of [madeBefore, client.stream(urls(1, 2)), extended.stream(urls(1, 2))]) {
      await expect(clock.runUntilSettled(run.next())).rejects.toMatchObject({ code: 'SLUICE_CLOSED' })
      expect(await run.next()).toEqual({ done: true, value: undefined })
    }
    await expect(clock.runUntilSettled(client.all(urls(1, 2)))).rejects.toMatchObject({ code: 'SLUICE_CLOSED' })
    expect(clock.pending).toBe(0)
    expect(api.seen).toEqual([])
  })
})

describe('any mix of runs', () => {
  type Ending = 'reads all' | 'breaks' | 'aborts' | 'stops' | 'maxTime' | 'failFast'
  interface Plan {
    readonly items: number
    readonly source: 'list' | 'generator' | 'slow' | 'throws' | 'hangs'
    readonly ending: Ending
    readonly at: number
    readonly ordered: boolean
    readonly readAhead: number
    readonly hosts: number
    readonly startsAt: number
  }
  const plan: fc.Arbitrary<Plan> = fc.record({
    items: fc.integer({ min: 0, max: 12 }),
    source: fc.constantFrom('list', 'generator', 'slow', 'throws', 'hangs'),
    ending: fc.constantFrom<Ending>('reads all', 'breaks', 'aborts', 'stops', 'maxTime', 'failFast'),
    at: fc.integer({ min: 0, max: 700 }),
    ordered: fc.boolean(),
    readAhead: fc.constantFrom(0, 1, 100),
    hosts: fc.integer({ min: 1, max: 3 }),
    startsAt: fc.constantFrom(0, 0, 50, 320),
  })
  const options: fc.Arbitrary<ClientOptions> = fc.record({
    concurrency: fc.constantFrom(1, 2, 5, 'auto' as const),
    perPartition: fc.constantFrom(undefined, 1, 2),
    rate: fc.constantFrom(undefined, '20/s', '100/s'),
    rateScope: fc.constantFrom('all' as const, 'partition' as const),
    coalesce: fc.boolean(),
    hedge: fc.constantFrom(false, { after: 50 }),
    deadline: fc.constantFrom(undefined, 400),
    breaker: fc.constantFrom(undefined, false as const),
  })

  function sourceOf({ items, source, hosts }: Plan, run: number, clock: ManualClock): BulkSource {
    const list = Array.from({ length: items }, (_, index) => `https://${'abc'[index % hosts]}.test/${run}/${index}`)
    if (source === 'list') return list
    if (source === 'generator') return (function* () { yield* list })() // biome-ignore format: one line
    return (async function* () {
      for (const [index, url] of list.entries()) {
        if (source === 'slow') await new Promise<void>((resolve) => clock.timer(30, resolve))
        if (source === 'throws' && index === 3) throw new Error('the source is broken')
        yield url
      }
      if (source === 'hangs') await new Promise(() => {})
    })()
  }

  async function follow(client: Client, clock: ManualClock, plan: Plan, run: number): Promise<number> {
    if (plan.startsAt > 0) await new Promise<void>((resolve) => clock.timer(plan.startsAt, resolve))
    const { ending, at, ordered, readAhead } = plan
    const controller = new AbortController()
    const bulk = client.stream(sourceOf(plan, run, clock), {
      ordered,
      readAhead,
      signal: controller.signal,
      failFast: ending === 'failFast',
      // Bounds every run with a source that hangs.
      maxTime: ending === 'maxTime' ? at : 5_000,
    })
    if (ending === 'aborts') clock.timer(at, () => controller.abort(new Error('aborted')))
    if (ending === 'stops') clock.timer(at, () => bulk.stop('stopped', 20))
    const seen = new Set<number>()
    try {
      for await (const { index } of bulk) {
        expect(seen.has(index)).toBe(false)
        seen.add(index)
        if (ending === 'breaks' && seen.size === 2) break
      }
    } catch (error) {
      expect((error as Error).message).toMatch(/^(aborted|the source is broken)$/)
    }
    const isCutShort = ending !== 'reads all' || plan.source === 'throws' || bulk.stopReason !== undefined
    if (!isCutShort) expect(seen.size).toBe(plan.items)
    return seen.size
  }

  it('all end, with one result for each item, and leave nothing in flight and no timer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 8 }),
        options,
        fc.nat(),
        async (plans, given, seed) => {
          const clock = new ManualClock()
          let count = seed
          const api = scriptedApi(
            clock,
            () => {
              count = (count * 1_103_515_245 + 12_345) % 2_147_483_648
              return [200, 200, 200, { after: 300 }, 404, 503, { status: 429, headers: { 'retry-after': '0' } }][
                count % 7
              ]!
            },
            40,
          )
          const client = createClient({ clock, transport: api.transport, random: () => 0.5, ...given })

          await clock.runUntilSettled(Promise.all(plans.map((one, run) => follow(client, clock, one, run))), 600_000)

          await clock.advance(2_000)
          expect(client.status()).toMatchObject({ inFlight: 0, waiting: 0 })
          expect(api.inFlight).toBe(0)
          await client.close()
          expect(clock.pending).toBe(0)
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)
})
