import { describe, expect, it } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { memoryTransport } from '../transport/transport.ts'
import { createClient } from './create-client.ts'

describe('callers of one client', () => {
  it('take turns, and one that waits longer than maxWait is refused with its position', async () => {
    const clock = new ManualClock()
    const seen: string[] = []
    const transport = memoryTransport(async ({ url }) => {
      seen.push(new URL(url).pathname)
      await new Promise<void>((resolve) => clock.timer(100, resolve))
      return { status: 200, headers: {}, body: new Uint8Array() }
    })
    const client = createClient({ transport, clock, concurrency: 1, maxWait: 450, baseUrl: 'http://api.test' })

    const batch = Array.from({ length: 5 }, (_, index) => client.try(`/batch/${index}`, { caller: 'batch' }))
    const person = client.extend({}).get('/person', { caller: 'person' })
    const work = client.run(async () => seen.push('work'), { caller: 'worker', partition: 'http://api.test' })
    await clock.advance(500)

    await Promise.all([person, work])
    expect(seen).toEqual(['/batch/0', '/person', 'work', '/batch/1', '/batch/2', '/batch/3'])
    const results = await Promise.all(batch)
    expect(results.map((result) => (result.ok ? result.status : result.error.code))).toEqual([
      200,
      200,
      200,
      200,
      'SLUICE_QUEUE_TIMEOUT',
    ])
    expect(results[4]).toMatchObject({ error: { position: 1, attempts: 0 } })
    await client.close()
  })

  it('have text as their name, and maxWait is a duration', async () => {
    await using client = createClient()
    await expect(client.get('http://api.test/', { caller: 5 as never })).rejects.toThrow('caller: expected text, got 5')
    expect(() => createClient({ maxWait: 'soon' })).toThrow('maxWait: expected a duration')
  })
})
