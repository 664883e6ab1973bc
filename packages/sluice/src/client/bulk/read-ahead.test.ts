import { describe, expect, it } from 'vitest'
import type { ApiRequest } from '../../http/request.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { ScriptedAnswer, ScriptedApi } from '../../testing/scripted-api.ts'
import { testClient } from '../../testing/test-client.ts'
import type { Client } from '../client.ts'
import type { CallResult } from '../result.ts'
import type { ClientOptions } from '../settings.ts'
import { ReadAhead, type ReadItem } from './read-ahead.ts'

const slow = 'https://slow.test'
const fast = 'https://fast.test'
const of = (origin: string, count: number): string[] =>
  Array.from({ length: count }, (_, number) => `${origin}/${number}`)

function itemOf(index: number, partition: string, request: Partial<ApiRequest> = {}): ReadItem {
  return { position: index, index, request: { url: '', partition, priority: 0, ...request } as ApiRequest }
}

describe('ReadAhead', () => {
  it('lets begin at once what has room in its line, which is ten that wait, and keeps the rest', () => {
    const ahead = new ReadAhead({ limit: 5 })

    const begun = Array.from({ length: 12 }, (_, index) => ahead.add(itemOf(index, 'a')))

    expect(begun.indexOf(false)).toBe(10)
    expect(ahead.add(itemOf(12, 'b'))).toBe(true)
    expect(ahead.hasNext).toBe(false)
    ahead.onAdmitted('a')
    expect(ahead.next()?.index).toBe(10)
    expect(ahead.next()).toBeUndefined()
  })

  it('lets nothing pass what is kept of the same partition, unless its priority is greater', () => {
    const ahead = new ReadAhead({ limit: 5 })
    for (let index = 0; index < 12; index++) ahead.add(itemOf(index, 'a'))
    for (let count = 0; count < 3; count++) ahead.onEnded('a', false)

    expect(ahead.add(itemOf(12, 'a', { priority: 1 }))).toBe(false)
    expect([ahead.next(), ahead.next(), ahead.next(), ahead.next()].map((item) => item?.index)).toEqual([
      12,
      10,
      11,
      undefined,
    ])
  })

  it('gives partitions turns', () => {
    const ahead = new ReadAhead({ limit: 5 })
    for (let index = 0; index < 26; index++) ahead.add(itemOf(index, index % 2 === 0 ? 'a' : 'b'))
    for (let count = 0; count < 3; count++) {
      ahead.onAdmitted('a')
      ahead.onAdmitted('b')
    }

    expect(Array.from({ length: 6 }, () => ahead.next()?.index)).toEqual([20, 21, 22, 23, 24, 25])
  })

  it('begins no more of a partition whose calls all wait for their next attempt', () => {
    const ahead = new ReadAhead({ limit: 5 })
    let begun = 0
    for (; ahead.add(itemOf(begun, 'a')); begun++) ahead.onAdmitted('a')

    expect(begun).toBe(1_005)
    expect(ahead.hasNext).toBe(false)
    ahead.onEnded('a', true)
    expect(ahead.next()?.index).toBe(1_005)
  })

  it('is full at 64 MiB, however few items that is', () => {
    const ahead = new ReadAhead({ limit: 5 })
    const body = new Uint8Array(1024 * 1024)
    for (let index = 0; index < 10 + 63; index++) ahead.add(itemOf(index, 'a', { body }))

    expect(ahead.isFull).toBe(false)
    ahead.add(itemOf(73, 'a', { body }))
    expect(ahead.isFull).toBe(true)
    ahead.onAdmitted('a')
    ahead.next()
    expect(ahead.isFull).toBe(false)
  })
})

interface Setup {
  readonly clock: ManualClock
  readonly api: ScriptedApi
  readonly client: Client
  /** Number of requests that a host has received. */
  readonly seen: (origin: string) => number
}

/** The slow host refuses all requests until `opensAt`, and states that time; the other responds in 100 ms. */
function setup(opensAt: number, options: ClientOptions = {}): Setup {
  const clock = new ManualClock()
  const answer = ({ url }: ApiRequest): ScriptedAnswer => {
    const left = Math.ceil((opensAt - clock.now()) / 1_000)
    return url.startsWith(slow) && left > 0 ? { status: 429, headers: { 'retry-after': String(left) } } : 200
  }
  const made = testClient(answer, { concurrency: 5, learn: false, ...options }, 100, clock)
  return { ...made, seen: (origin) => made.api.seen.filter(({ url }) => url.startsWith(origin)).length }
}

async function collect(results: AsyncIterable<CallResult>): Promise<CallResult[]> {
  const collected: CallResult[] = []
  for await (const result of results) collected.push(result)
  return collected
}

const codeOf = (result: CallResult): string | undefined =>
  result.ok ? undefined : (result.error as { code?: string }).code

describe('a run whose input begins with 5,000 items of a paused host', () => {
  const requests = [...of(slow, 5_000), ...of(fast, 1_000)]

  it('does those of the next host as if they were alone, and has begun but a few of the first', async () => {
    const { clock, client, seen } = setup(600_000)
    const run = client.stream(requests)
    const work = collect(run)

    // 5,000 items are read past in half a second.
    await clock.advance(100 + 500 + (1_000 / 5) * 100)

    expect(seen(fast)).toBe(1_000)
    expect(run.progress).toMatchObject({ read: 6_000, done: 1_000 })
    // In addition to the five that were sent before the refusals, and wait for their next attempt.
    expect(client.status().waiting).toBe(10)
    await client.close()
    expect(await work).toHaveLength(6_000)
  })

  it('accounts for every one when it is stopped: each index once', async () => {
    const { clock, client } = setup(600_000)
    const run = client.stream([...requests, 'ftp://no.test'])
    const work = collect(run)
    await clock.advance(10_000)

    run.stop('Ctrl-C')
    const results = await clock.runUntilSettled(work)

    const { read, succeeded, failed, unfinished } = run.progress
    expect(results.map(({ index }) => index).sort((a, b) => a - b)).toEqual(Array.from({ length: read }, (_, n) => n))
    expect({ failed, unfinished }).toEqual({ failed: 0, unfinished: read - succeeded })
    expect(results.find(({ index }) => index === 4_999)).toMatchObject({
      ok: false,
      id: `${slow}/4999`,
      request: { url: `${slow}/4999` },
      attempts: [],
      error: { code: 'SLUICE_UNFINISHED', summary: 'not finished: Ctrl-C' },
    })
    expect(clock.pending).toBe(0)
  })

  it('is over at once when it is aborted, and leaves nothing', async () => {
    const { clock, client } = setup(600_000)
    const controller = new AbortController()
    const work = collect(client.stream(requests, { signal: controller.signal })).catch((reason) => reason)
    await clock.advance(0)

    controller.abort('enough')

    expect(await work).toBe('enough')
    await clock.advance(0)
    expect(client.status()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(clock.pending).toBe(0)
  })

  it('gives both hosts turns once the first has opened', async () => {
    const { clock, client, seen } = setup(10_000)
    const work = collect(client.stream(requests))
    await clock.advance(11_000)
    const before = { slow: seen(slow), fast: seen(fast) }

    await clock.advance(10_000)

    const since = { slow: seen(slow) - before.slow, fast: seen(fast) - before.fast }
    expect(since.slow + since.fast).toBe(500)
    expect(Math.abs(since.slow - since.fast)).toBeLessThanOrEqual(10)
    const results = await clock.runUntilSettled(work)
    expect(results.filter(({ ok }) => ok)).toHaveLength(6_000)
  })

  it('leaves another run of the same client its turns', async () => {
    const { clock, client, seen } = setup(10_000)
    const first = collect(client.stream(of(slow, 5_000)))
    const second = collect(client.stream(of(fast, 1_000)))
    await clock.advance(11_000)
    const before = { slow: seen(slow), fast: seen(fast) }

    await clock.advance(10_000)

    const since = { slow: seen(slow) - before.slow, fast: seen(fast) - before.fast }
    expect(since.slow + since.fast).toBe(500)
    expect(Math.abs(since.slow - since.fast)).toBeLessThanOrEqual(10)
    await clock.runUntilSettled(Promise.all([first, second]))
  })

  it('stays in order when asked to, and holds no more than 1,000 besides those in flight', async () => {
    const { clock, client } = setup(60_000)
    const run = client.stream([...of(fast, 10), ...of(slow, 100), ...of(fast, 3_000)], { ordered: true })
    const indexes: number[] = []
    const work = (async () => {
      for await (const { index } of run) indexes.push(index)
    })()
    await clock.advance(50_000)

    expect(indexes).toHaveLength(10)
    expect(run.progress.read).toBe(10 + 1_000 + 5)
    await clock.runUntilSettled(work)
    expect(indexes).toEqual(Array.from({ length: 3_110 }, (_, index) => index))
  })
})

describe('what has only been read ahead', () => {
  it('does not use up its deadline', async () => {
    const { clock, client } = setup(0, { rate: '10/s' })

    const results = await clock.runUntilSettled(client.all(of(fast, 200), { deadline: '5s' }))

    expect(results.every(({ ok }) => ok)).toBe(true)
  })

  it('goes by priority', async () => {
    const { clock, api, client } = setup(0, { rate: '10/s' })
    const urgent = { url: `${fast}/urgent`, priority: 1 }

    await clock.runUntilSettled(client.all([...of(fast, 100), urgent]))

    // The first had started when it was read; the second made room for it, ahead of the nine in the queue.
    expect(api.seen.findIndex(({ url }) => url === urgent.url)).toBe(2)
  })

  it('is read a hundred at a time, with a millisecond between, so that answers need not wait for long', async () => {
    const { clock, client } = setup(0, { rate: '10/s' })
    const run = client.stream(of(fast, 3_000))

    const first = run.next()

    expect(run.progress.read).toBe(1 + 10 + 100)
    await clock.advance(10)
    expect(run.progress.read).toBe(1 + 10 + 1_100)
    await clock.advance(20)
    expect(run.progress.read).toBe(3_000)
    await run.return()
    await first
  })

  it('ends with its client', async () => {
    const { clock, client } = setup(600_000)
    const work = collect(client.stream(of(slow, 3_000)))
    await clock.advance(1_000)

    await client.close()

    expect((await work).map(codeOf)).toEqual(Array.from({ length: 3_000 }, () => 'SLUICE_UNFINISHED'))
  })
})
