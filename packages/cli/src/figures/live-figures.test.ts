import type { CallFilter } from '@sluice/dashboard'
import { type CallResult, createClient, type SluiceEvent } from 'sluice'
import { ManualClock, scriptedApi } from 'sluice/testing'
import { expect, it } from 'vitest'
import { createRedactor } from '../outputs/redactor.ts'
import { LiveFigures } from './live-figures.ts'
import { RunStatistics } from './run-statistics.ts'

const mask = (text: string): string => text.replaceAll('s3cr3t', '***')

it('has attempts by status, those that are tried again included, and no secret in any text', async () => {
  const clock = new ManualClock()
  const bodies = ['down', 'slowly', 'a whole answer', 'no']
  const api = scriptedApi(
    [
      { status: 503, body: bodies[0]! },
      { status: 429, headers: { 'retry-after': '1' }, body: bodies[1]! },
      { status: 200, body: bodies[2]! },
      { status: 404, body: bodies[3]! },
    ],
    { clock },
  )
  const client = createClient({ clock, transport: api.transport, concurrency: 1 })
  const figures = new LiveFigures(mask, clock.now())
  const statistics = new RunStatistics(mask)
  client.on((event) => figures.observe(event))
  client.on((event) => statistics.observe(event))
  const results = await clock.runUntilSettled(
    client.all(['https://api.example/1?key=s3cr3t', 'https://api.example/2?key=s3cr3t']),
  )
  for (const result of results) figures.add(result, clock.now())
  const picture = figures.picture(clock.now())
  expect(Object.fromEntries(statistics.attempts)).toEqual({ 200: 1, 404: 1, 429: 1, 503: 1 })
  expect(statistics.bytes).toBe(bodies.reduce((sum, body) => sum + body.length, 0))
  expect(statistics.attemptErrors.map(({ count }) => count)).toEqual([1, 1, 1])
  expect(picture.hosts).toEqual([{ host: 'https://api.example', inFlight: 0, requests: 4, failed: 2, throttled: 1 }])
  expect(picture.failures).toMatchObject([{ code: 'SLUICE_CLIENT_ERROR' }])
  expect(picture.changes[0]!.text).toContain('https://api.example is paused for')
  expect(picture.recent).toHaveLength(2)
  const tries = picture.recent.map((bar) => bar.tries!)
  expect(tries.map((both) => both.map(({ ending }) => ending)).sort()).toEqual([
    ['429', '404'],
    ['503', '200'],
  ])
  for (const [first, second] of tries) expect(second!.startMs).toBeGreaterThan(first!.startMs + first!.ms)
  expect(picture.oldest).toEqual([])
  expect(JSON.stringify([picture, statistics.attemptErrors])).not.toContain('s3cr3t')
  await client.close()
})

it('tells which requests have been in flight for longest, until they end', async () => {
  const clock = new ManualClock()
  const api = scriptedApi([{ after: 8_000 }, { after: 9_000 }], { clock })
  const client = createClient({ clock, transport: api.transport })
  const figures = new LiveFigures(mask, clock.now())
  client.on((event) => figures.observe(event))
  const calls = client.all(['https://api.example/1', 'https://api.example/2'])
  await clock.advance(5_000)
  const { oldest, hosts } = figures.picture(clock.now())
  expect(oldest[0]).toEqual({ request: 'GET https://api.example/1', attempt: 1, forMs: 5_000 })
  expect(hosts[0]).toMatchObject({ inFlight: 2 })
  await clock.runUntilSettled(calls)
  expect(figures.picture(clock.now()).oldest).toEqual([])
  await client.close()
})

it('stays small however long the run is, and keeps the most in flight of each step', () => {
  const figures = new LiveFigures(mask, 0)
  const [result] = [
    { index: 0, id: 'x', ok: true, status: 200, attempts: [], timing: times(1) },
  ] as unknown as CallResult[]
  for (let second = 0; second < 1_000; second++) {
    figures.sample(second * 1_000, second === 500 ? 99 : 5, 100)
    figures.add({ ...result!, index: second, timing: times(second) } as CallResult, second * 1_000)
  }
  const { flights, recent, slowest } = figures.picture(1_000_000)
  expect(flights.inFlight.length).toBeLessThanOrEqual(250)
  expect(Math.max(...flights.inFlight)).toBe(99)
  expect(flights.stepMs * flights.inFlight.length).toBeGreaterThanOrEqual(1_000_000)
  expect(recent.map(({ index }) => index)).toEqual(Array.from({ length: 50 }, (_, place) => 950 + place))
  expect(slowest.map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, place) => 999 - place))
})

function times(body: number) {
  return { queued: 0, backoff: 0, connect: 0, firstByte: 0, body, total: body }
}

it('finds kept calls by their masked texts and endings, the latest first, and masks the headers of one', async () => {
  const clock = new ManualClock()
  const cookie = {
    'set-cookie': 'sid=hush',
    location: '/next?token=hush',
    'x-echo': 's3cr3t https://me:hush@cdn.example/',
  }
  const api = scriptedApi([{ status: 200, headers: cookie }, { status: 404 }, { status: 204 }], { clock })
  const client = createClient({ clock, transport: api.transport, concurrency: 1 })
  const figures = new LiveFigures(createRedactor(['s3cr3t']), clock.now())
  const requests = ['chairs/1', 'chairs/2', 'tables/s3cr3t'].map((path) => {
    return { url: `https://api.example/${path}`, headers: { authorization: 'Bearer hush', 'x-page': '7 s3cr3t' } }
  })
  for (const result of await clock.runUntilSettled(client.all(requests))) {
    await clock.advance(10)
    figures.add(result, clock.now())
  }
  const found = (filter: CallFilter) => figures.calls.find(filter).calls.map(({ call }) => call.index)
  expect(found({})).toEqual([2, 1, 0])
  expect(found({ text: 'CHAIRS' })).toEqual([1, 0])
  expect(found({ text: 's3cr3t' })).toEqual([])
  expect(found({ text: 'tables/***' })).toEqual([2])
  expect(found({ isFailed: true })).toEqual([1])
  expect(found({ endings: ['204', '404'] })).toEqual([2, 1])
  expect(found({ index: 9 })).toEqual([])
  const [call] = figures.calls.find({ index: 0 }).calls
  expect(call).toMatchObject({
    ending: '200',
    requestHeaders: { authorization: '***', 'x-page': '7 ***' },
    responseHeaders: { 'set-cookie': '***', location: '/next?token=***', 'x-echo': '*** https://***@cdn.example/' },
  })
  expect(JSON.stringify([figures.calls.find({}), call])).not.toMatch(/hush|s3cr3t/)
  await client.close()
})

it('keeps every call of a slow run, up to 2,000, and one in 10 ms of a fast one', () => {
  const call = { id: 'x', ok: true, status: 200, attempts: [], timing: times(1) } as unknown as CallResult
  const added = (count: number, everyMs: number): LiveFigures => {
    const figures = new LiveFigures(mask, 0)
    for (let index = 0; index < count; index++) figures.add({ ...call, index } as CallResult, index * everyMs)
    return figures
  }
  const isKept = (figures: LiveFigures, index: number): boolean => figures.calls.find({ index }).calls.length > 0
  const slow = added(5_000, 10)
  expect(slow.calls.find({}).calls.map((found) => found.call.index)).toEqual(
    Array.from({ length: 50 }, (_, place) => 4_999 - place),
  )
  // The first twenty are the slowest: all took equally long.
  expect([isKept(slow, 3_999), isKept(slow, 4_000), isKept(slow, 0)]).toEqual([false, true, true])
  const fast = added(10_000, 0.1)
  const { recent } = fast.picture(1_000)
  expect(recent.at(-1)!.index).toBeGreaterThanOrEqual(9_899)
  expect(recent.at(-1)!.index - recent[0]!.index).toBe(4_900)
  expect([isKept(fast, 99), isKept(fast, 150)]).toEqual([true, false])
})

it('names the flag that gives large responses more memory', async () => {
  const clock = new ManualClock()
  const api = scriptedApi(clock, () => ({ body: 'x'.repeat(1_000_000) }), 10)
  const client = createClient({ clock, transport: api.transport, concurrency: 10, maxMemory: 9_000_000 })
  const figures = new LiveFigures(mask, clock.now())
  client.on((event) => figures.observe(event))

  await clock.runUntilSettled(client.all(Array.from({ length: 20 }, (_, index) => `https://api.example/${index}`)))

  const { changes } = figures.picture(clock.now())
  expect(changes.map(({ text }) => text)).toEqual([
    '3 at once, because a response takes 1.0 MiB and all of them may take 8.6 MiB: add memory, or raise --max-memory',
  ])
})

it('shows a run of 10,000 hosts and 5,000 messages of errors in a snapshot below 200 kB', () => {
  const figures = new LiveFigures(createRedactor([]), 0)
  for (let host = 0; host < 10_000; host++) {
    const partition = `https://h${host}.example`
    const request = { url: `${partition}/${'path/'.repeat(500)}`, headers: {}, partition }
    figures.observe({ type: 'attempt.started', request, attempt: 1, at: host } as unknown as SluiceEvent)
    const error = { code: 'SLUICE_SERVER_ERROR', summary: `${host} ${'long '.repeat(1_000)}` }
    const call = {
      index: host,
      id: request.url,
      ok: false,
      status: 500,
      attempts: [],
      timing: times(1),
      error,
      request,
    }
    if (host < 5_000) figures.add({ ...call, headers: { x: 'y'.repeat(10_000) } } as unknown as CallResult, host)
  }
  const picture = figures.picture(10_000)
  expect([picture.hosts.length, picture.oldest.length, picture.failures.length]).toEqual([20, 10, 20])
  expect(JSON.stringify(picture).length).toBeLessThan(200_000)
  expect(JSON.stringify(figures.calls.find({ isFailed: true })).length).toBeLessThan(200_000)
  expect(JSON.stringify(figures.calls.find({ index: 4_999 })).length).toBeLessThan(10_000)
})
