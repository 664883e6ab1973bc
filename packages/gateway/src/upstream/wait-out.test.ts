import { CircuitOpenError, type Client, createClient } from 'sluice'
import { ManualClock } from 'sluice/testing'
import { memoryTransport } from 'sluice/transport'
import { expect, it } from 'vitest'
import { waitOut } from './wait-out.ts'

function setup(isUp: (now: number) => boolean): { clock: ManualClock; client: Client; sent: number[] } {
  const clock = new ManualClock()
  const sent: number[] = []
  const transport = memoryTransport(() => {
    sent.push(clock.now())
    return { status: isUp(clock.now()) ? 200 : 503, headers: {}, body: new Uint8Array() }
  })
  return { clock, sent, client: createClient({ clock, transport, retry: false, breaker: { consecutiveFailures: 1 } }) }
}

const signal = new AbortController().signal

it('makes a call again once the breaker lets it go', async () => {
  const startedAt = new ManualClock().now()
  const { clock, client, sent } = setup((now) => now - startedAt >= 1_000)
  await clock.runUntilSettled(client.try('https://a.test/'))
  const call = waitOut(client, { clock, maxWait: 60_000 })({ url: 'https://a.test/' }, { signal })
  expect((await clock.runUntilSettled(call)).ok).toBe(true)
  expect(sent).toHaveLength(2)
})

it('gives the refusal of the breaker where the wait would be too long', async () => {
  const { clock, client, sent } = setup(() => false)
  await clock.runUntilSettled(client.try('https://a.test/'))
  const call = waitOut(client, { clock, maxWait: 1_000 })({ url: 'https://a.test/' }, { signal })
  const result = await clock.runUntilSettled(call)
  expect(!result.ok && result.error).toBeInstanceOf(CircuitOpenError)
  expect(sent).toHaveLength(1)
})
