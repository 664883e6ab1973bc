import { expect, it } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { Cancellation } from '../time/cancellation.ts'
import { memoryTransport } from '../transport/transport.ts'
import type { Client } from './client.ts'
import { createClient } from './create-client.ts'
import { queuedCall } from './inside-client.ts'

function setup(
  isUp: (now: number) => boolean,
  maxWait = 60_000,
): { clock: ManualClock; client: Client; sent: string[] } {
  const clock = new ManualClock()
  const startedAt = clock.now()
  const sent: string[] = []
  const transport = memoryTransport(({ url }) => {
    sent.push(new URL(url).pathname)
    return { status: isUp(clock.now() - startedAt) ? 200 : 503, headers: {}, body: new Uint8Array() }
  })
  const client = createClient({
    clock,
    transport,
    maxWait,
    retry: { base: 1, cap: 1 },
    breaker: { consecutiveFailures: 1 },
  })
  return { clock, sent, client }
}

const call = (client: Client, path: string, cancellation = new Cancellation(), method = 'GET') =>
  queuedCall(client, { url: `https://a.test${path}`, method }, { cancellation, caller: '' })

it('keeps its place in front of an open breaker, and is sent when that closes', async () => {
  const { clock, client, sent } = setup((now) => now < 1 || now >= 20_000)
  await clock.runUntilSettled(client.try('https://a.test/works'))
  await clock.advance(1)
  await clock.runUntilSettled(client.try({ url: 'https://a.test/first', method: 'POST' }))
  const calls = ['/1', '/2', '/3'].map((path) => call(client, path))
  const results = await clock.runUntilSettled(Promise.all(calls))
  expect(results.map(({ ok }) => ok)).toEqual([true, true, true])
  // The first probes until the server has recovered; the others follow in order, and were sent once.
  expect(sent.slice(-3)).toEqual(['/1', '/2', '/3'])
  expect(sent.filter((path) => path !== '/1')).toEqual(['/works', '/first', '/2', '/3'])
})

it('is refused where the breaker stays open for longer than it may wait', async () => {
  const { clock, client, sent } = setup(() => false, 1_000)
  await clock.runUntilSettled(client.try({ url: 'https://a.test/first', method: 'POST' }))
  const result = await clock.runUntilSettled(call(client, '/1'))
  expect(!result.ok && result.error).toMatchObject({ code: 'SLUICE_QUEUE_TIMEOUT' })
  expect(sent).toEqual(['/first'])
})

it('is not sent twice where it may not be repeated, and leaves the queue when it is cancelled', async () => {
  const { clock, client, sent } = setup((now) => now >= 60_000)
  await clock.runUntilSettled(client.try({ url: 'https://a.test/first', method: 'POST' }))
  const post = await clock.runUntilSettled(call(client, '/post', undefined, 'POST'))
  expect(!post.ok && post.status).toBe(503)
  const cancellation = new Cancellation()
  const waiting = call(client, '/1', cancellation)
  cancellation.cancel(new Error('gone'))
  expect((await waiting).ok).toBe(false)
  expect(client.status()).toMatchObject({ waiting: 0, inFlight: 0 })
  expect(sent).toEqual(['/first', '/post'])
})
