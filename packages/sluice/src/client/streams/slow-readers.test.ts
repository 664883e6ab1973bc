import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { sleep } from '../../time/sleep.ts'
import { memoryTransport } from '../../transport/transport.ts'
import type { Client } from '../client.ts'
import { createClient } from '../create-client.ts'

const chunk = new Uint8Array(64 * 1024)

/** Client with automatic concurrency, and a server that sends 192 KiB after 100 ms, for any number of requests. */
function setup(): { clock: ManualClock; client: Client; cuts: string[] } {
  const clock = new ManualClock()
  const transport = memoryTransport(async () => {
    await sleep(100, { clock })
    const body = (async function* () {
      for (let sent = 0; sent < 3; sent++) yield chunk
    })()
    return { status: 200, headers: {}, body }
  })
  const client = createClient({ clock, transport, concurrency: 'auto', idleTimeout: '10min' })
  const cuts: string[] = []
  client.on((event) => {
    if (event.type === 'concurrency.changed' && event.to < event.from) cuts.push(event.reason)
  })
  return { clock, client, cuts }
}

/** One consumer per possible call; each waits up to `slowest` ms before reading. Returns a function to stop them. */
function consume(client: Client, clock: ManualClock, slowest: number): () => void {
  let goesOn = true
  const consumer = async (pause: number): Promise<void> => {
    while (goesOn) {
      const { value } = await client.get('https://a.test/', { readAs: 'stream' })
      await sleep(pause, { clock })
      for await (const bytes of value) expect(bytes.byteLength).toBe(chunk.byteLength)
    }
  }
  for (let count = 0; count < 40; count++) consumer((slowest * (count + 1)) / 40)
  return () => {
    goesOn = false
  }
}

describe('automatic concurrency beside slow readers', () => {
  it('does not take the time of its consumers for slowness of the server', async () => {
    const { clock, client, cuts } = setup()
    const end = consume(client, clock, 0)
    await clock.advance(2_000)
    end()
    await clock.advance(2_000)
    const found = client.status().concurrency
    consume(client, clock, 3_000)
    await clock.advance(15_000)
    expect(cuts).not.toContain('latency')
    expect(client.status().concurrency).toBeGreaterThanOrEqual(found)
  })
})
