import { expect, it } from 'vitest'
import { createClient } from '../../../client/create-client.ts'
import { ManualClock } from '../../../testing/manual-clock.ts'
import { sleep } from '../../../time/sleep.ts'
import type { Transport } from '../../../transport/transport.ts'

/** A server that refuses the first call with a head at once and a body 900 ms later. */
function setup(body: string) {
  const clock = new ManualClock()
  const sentAt: number[] = []
  const transport: Transport = {
    async send({ url }, exchange) {
      exchange.onSent()
      sentAt.push(clock.now())
      if (!url.endsWith('/1')) return { status: 200, headers: {}, body: new Uint8Array() }
      if (sentAt.length > 1) return { status: 200, headers: {}, body: new Uint8Array() }
      const headers = { 'retry-after': '5', 'content-type': 'application/json' }
      exchange.onFirstByte()
      exchange.onHead?.(429, headers)
      await sleep(900, { clock, signal: exchange.signal })
      return { status: 429, headers, body: Buffer.from(body) }
    },
    async close() {},
  }
  const client = createClient({ clock, transport, baseUrl: 'https://a.test', random: () => 0 })
  return { clock, client, sentAt }
}

it('a refusal pauses its host from its headers on, while its body is still read', async () => {
  const { clock, client, sentAt } = setup('')
  const first = client.try('/1')
  await clock.advance(100)
  const second = client.try('/2')
  await clock.runUntilSettled(Promise.all([first, second]))

  expect(sentAt[0]).toBe(0)
  expect(sentAt.slice(1).every((at) => at >= 5_000)).toBe(true)
  // Counted from the head, not from the end of the body.
  expect(Math.min(...sentAt.slice(1))).toBe(5_000)
})

it('a refusal whose body shows that it is meant for one call only ends the pause', async () => {
  const { clock, client, sentAt } = setup('{"error":{"code":"insufficient_quota"}}')
  const first = client.try('/1')
  await clock.advance(100)
  const second = client.try('/2')
  await clock.runUntilSettled(Promise.all([first, second]))

  expect(sentAt).toEqual([0, 900])
})
