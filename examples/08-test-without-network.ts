// Tests code that makes calls, with a transport without a network and a clock that is advanced by hand.

import { deepEqual, equal } from 'node:assert/strict'
import { simulatorTransport } from '@sluice/simulator'
import { type Client, createClient } from 'sluice'
import { ManualClock } from 'sluice/testing'
import { memoryTransport } from 'sluice/transport'

/** The code under test takes a client, so that a test can pass its own. */
async function priceOf(client: Client, id: number): Promise<number> {
  const { value } = await client.get<{ readonly price: number }>(`/products/${id}`)
  return value.price
}

{
  // Test 1: a function returns the responses. The first one is a refusal for a minute.
  const clock = new ManualClock()
  const sentAt: number[] = []
  const transport = memoryTransport(() => {
    sentAt.push(clock.now())
    if (sentAt.length === 1) return { status: 429, headers: { 'retry-after': '60' }, body: new Uint8Array() }
    const headers = { 'content-type': 'application/json' }
    return { status: 200, headers, body: new TextEncoder().encode('{"price": 12.5}') }
  })
  // Without randomness, the wait is exactly what the server requests.
  await using client = createClient({ baseUrl: 'http://shop.test', transport, clock, random: () => 0 })

  equal(await clock.runUntilSettled(priceOf(client, 7)), 12.5)
  deepEqual(sentAt, [0, 60_000])
  console.log(`sent at ${sentAt.join(' and ')} ms of a clock that nobody waited for`)
}

{
  // Test 2: a simulated API in process, on the same clock. 500 products of 200 ms each, 20 in flight.
  const clock = new ManualClock()
  const transport = simulatorTransport('products', { clock })
  await using client = createClient({ baseUrl: 'http://shop.test', transport, clock, concurrency: 20 })
  const urls = Array.from({ length: 500 }, (_, index) => `/products/${index + 1}`)

  const results = await clock.runUntilSettled(client.all(urls))
  equal(results.filter((result) => result.ok).length, 500)
  equal(clock.now(), 5_000)
  console.log(`${results.length} calls took ${clock.now()} ms of simulated time`)
}
