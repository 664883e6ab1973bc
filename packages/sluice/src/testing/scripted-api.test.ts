import { describe, expect, it } from 'vitest'
import { createClient } from '../client/create-client.ts'
import { ConnectionLostError } from '../transport/errors.ts'
import { ManualClock } from './manual-clock.ts'
import { scriptedApi } from './scripted-api.ts'

describe('scriptedApi', () => {
  it('gives its answers in order, and knows what it was sent', async () => {
    const clock = new ManualClock()
    const api = scriptedApi(
      [
        { status: 429, headers: { 'retry-after': '1' } },
        new ConnectionLostError('cut'),
        { json: { id: 7 }, after: 50 },
      ],
      { clock },
    )
    const client = createClient({ transport: api.transport, clock, random: () => 0, retry: { base: 0 } })

    const { value, attempts } = await clock.runUntilSettled(client.put('https://a.test/x', { body: 'new' }))

    expect(value).toEqual({ id: 7 })
    expect(attempts.map(({ status, error }) => status ?? error?.code)).toEqual([429, 'SLUICE_CONNECTION_LOST', 200])
    expect(api.seen.map(({ at, method, body }) => [at, method, body])).toEqual([
      [0, 'PUT', 'new'],
      [1_000, 'PUT', 'new'],
      [1_000, 'PUT', 'new'],
    ])
    expect(clock.now()).toBe(1_050)
  })

  it('fails a request beyond its last answer', async () => {
    const api = scriptedApi([204])
    const client = createClient({ transport: api.transport })
    expect((await client.get('https://a.test/1')).status).toBe(204)
    expect(await client.try('https://a.test/2')).toMatchObject({
      ok: false,
      attempts: { length: 1 },
      error: {
        code: 'SLUICE_TRANSPORT_FAULT',
        summary: 'the transport failed: the script has no response for request 2, GET https://a.test/2: it has 1',
      },
    })
    await client.close()
  })
})
