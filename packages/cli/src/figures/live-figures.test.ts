import { type CallResult, createClient } from 'sluice'
import { ManualClock, scriptedApi } from 'sluice/testing'
import { expect, it } from 'vitest'
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
