import { MockAgent } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Client, createClient } from '../../index.ts'

function setup(): { agent: MockAgent; client: Client } {
  const agent = new MockAgent()
  agent.disableNetConnect()
  const client = createClient({ dispatcher: agent, retry: { base: 1, cap: 1 } })
  onTestFinished(async () => {
    await client.close()
    await agent.close()
  })
  return { agent, client }
}

describe("undici's MockAgent as the dispatcher", () => {
  it('answers calls, streams and fetch, and failures are retried', async () => {
    const { agent, client } = setup()
    const pool = agent.get('https://api.example')
    const json = { headers: { 'content-type': 'application/json' } }
    pool.intercept({ path: '/items/1' }).reply(503, 'busy')
    pool.intercept({ path: '/items/1' }).reply(200, { id: 1 }, json)
    pool.intercept({ path: '/lines' }).reply(200, '1\n2\n')
    pool.intercept({ path: '/pens', method: 'POST', body: '{"a":1}' }).reply(201, { ok: true }, json)
    const { value, attempts } = await client.get('https://api.example/items/1')
    expect([value, attempts.length]).toEqual([{ id: 1 }, 2])
    const lines: unknown[] = []
    for await (const line of (await client.get('https://api.example/lines', { readAs: 'lines' })).value)
      lines.push(line)
    expect(lines).toEqual([1, 2])
    const response = await client.fetch('https://api.example/pens', { method: 'POST', body: '{"a":1}' })
    expect([response.status, await response.json()]).toEqual([201, { ok: true }])
    agent.assertNoPendingInterceptors()
  })

  it('refuses what was not expected, as a failure of the call', async () => {
    const { client } = setup()
    const result = await client.try('https://api.example/nothing')
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('Mock dispatch not matched') },
    })
  })

  it.each([
    [{ dispatcher: {} }, /dispatcher: expected a Dispatcher of undici/],
    [
      { dispatcher: new MockAgent(), proxy: 'http://p.test' },
      /dispatcher and proxy: the dispatcher makes its own connections/,
    ],
  ])('is refused with %j', (options, message) => {
    expect(() => createClient(options as never)).toThrow(message)
  })
})
