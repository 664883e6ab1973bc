import { serveSimulator } from '@sluice/simulator'
import { type ClientOptions, createClient } from 'sluice'
import { expect, it } from 'vitest'

type Told = Parameters<NonNullable<ClientOptions['actualCost']>>[0]

it('a body that is read as it arrives costs what its last events say, of both vendors, with every way to read it', async () => {
  const api = await serveSimulator({ scenario: { latency: 0 } })
  const costs: unknown[] = []
  const actualCost = ({ value, events }: Told) => {
    const usage = (events as { usage?: Record<string, number> }[]).findLast((event) => event.usage !== undefined)?.usage
    const tokens = usage?.total_tokens ?? usage?.output_tokens
    costs.push([value, tokens])
    return tokens === undefined ? undefined : { tokens }
  }
  const client = createClient({ baseUrl: api.url, actualCost })
  const prompt = { messages: [{ role: 'user', content: 'x'.repeat(40) }], stream: true }
  const openAi = { ...prompt, max_tokens: 20_000, stream_options: { include_usage: true } }
  const path = '/v1/chat/completions'

  const events = await client.post(path, { json: openAi, readAs: 'events' })
  let count = 0
  for await (const _ of events.value as AsyncIterable<unknown>) count++
  const fetched = await client.fetch(api.url + path, { method: 'POST', body: JSON.stringify(openAi) })
  await fetched.text()
  const anthropic = await client.post('/v1/messages', { json: { ...prompt, max_tokens: 50 }, readAs: 'events' })
  for await (const _ of anthropic.value as AsyncIterable<unknown>) count++

  await client.close()
  await api.close()
  expect(count).toBeGreaterThan(10)
  expect(costs).toEqual([
    [undefined, 20_010],
    [undefined, 20_010],
    [undefined, 50],
  ])
})
