import { describe, expect, it } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { type ScriptedAnswer, scriptedApi } from '../testing/scripted-api.ts'
import { createClient } from './create-client.ts'

const openAi = (code: string, type: string) => ({ error: { message: 'in our own words', type, param: null, code } })
const anthropic = (type: string) => ({ type: 'error', error: { type, message: 'in our own words' } })
const ok: ScriptedAnswer = { json: { usage: { total_tokens: 10 } } }

/** Sends one prompt to an API with these responses. Returns when each request arrived. */
async function prompted(answers: readonly ScriptedAnswer[], learn = true) {
  const clock = new ManualClock()
  const api = scriptedApi(answers, { clock })
  const learned: string[] = []
  const client = createClient({ transport: api.transport, clock, random: () => 0.5, learn })
  client.on((event) => {
    if (event.type === 'limit.learned') learned.push(event.rate)
  })
  const prompt = { url: 'https://model.test/v1/chat', method: 'POST' as const, json: { n: 1 } }
  const result = await clock.runUntilSettled(client.try(prompt), 3_600_000)
  const second = result.ok ? await clock.runUntilSettled(client.try('https://model.test/v1/models')) : undefined
  await client.close()
  return { result, second, learned, arrivals: api.seen.map(({ at }) => at) }
}

describe('errors of model APIs', () => {
  it.each([
    ['OpenAI: the balance is used up', { status: 429, json: openAi('insufficient_quota', 'insufficient_quota') }],
    [
      'OpenAI: the balance is used up, whatever Retry-After says',
      { status: 429, headers: { 'retry-after': '1' }, json: openAi('insufficient_quota', 'insufficient_quota') },
    ],
    ['OpenAI: the server advises against it', { status: 429, headers: { 'x-should-retry': 'false' }, json: {} }],
    ['OpenAI: the key is not valid', { status: 401, json: openAi('invalid_api_key', 'invalid_request_error') }],
    ['Anthropic: there is no credit', { status: 400, json: anthropic('invalid_request_error') }],
    ['Anthropic: billing', { status: 402, json: anthropic('billing_error') }],
    [
      'Gemini: the quota of the day',
      { status: 429, json: { error: { details: [{ quotaId: 'RequestsPerDay' }, { retryDelay: '34s' }] } } },
    ],
  ] satisfies [string, ScriptedAnswer][])('are final: %s', async (_name, answer) => {
    const { result, arrivals } = await prompted([answer, ok])
    expect(result.ok).toBe(false)
    expect(arrivals).toEqual([0])
  })

  it.each([
    ['OpenAI by Retry-After', { 'retry-after': '7' }, openAi('rate_limit_exceeded', 'tokens'), 7_000],
    [
      'OpenAI by milliseconds, which are more exact',
      { 'retry-after-ms': '1250', 'retry-after': '2' },
      openAi('rate_limit_exceeded', 'requests'),
      1_250,
    ],
    ['Anthropic', { 'retry-after': '12' }, anthropic('rate_limit_error'), 12_000],
    [
      'Gemini by RetryInfo',
      {},
      {
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          details: [
            { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId: 'RequestsPerMinute' }] },
            { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '23.5s' },
          ],
        },
      },
      23_500,
    ],
  ])('of a rate are waited for as they say: %s', async (_name, headers, json, wait) => {
    const { result, arrivals } = await prompted([{ status: 429, headers, json }, ok, ok])
    expect(result.ok).toBe(true)
    expect(arrivals[1]! - arrivals[0]!).toBeGreaterThanOrEqual(wait)
    expect(arrivals[1]! - arrivals[0]!).toBeLessThanOrEqual(wait + 1_000)
  })

  it.each([
    ['without a time', {}],
    ['with a time', { 'retry-after': '5' }],
  ])('529 of Anthropic backs off and teaches no limit: %s', async (_name, headers) => {
    const overloaded = {
      status: 529,
      headers: { 'x-should-retry': 'true', ...headers },
      json: anthropic('overloaded_error'),
    }
    const clock = new ManualClock()
    const learned: string[] = []
    let count = 0
    const api = scriptedApi(clock, () => (++count === 3 || count === 5 ? overloaded : ok), 100)
    const client = createClient({ transport: api.transport, clock, random: () => 0.5 })
    client.on((event) => {
      if (event.type === 'limit.learned') learned.push(event.rate)
    })
    // A GET is repeatable; a POST that an overloaded server may have processed is not.
    const urls = Array.from({ length: 30 }, (_, index) => `https://model.test/${index}`)
    const results = await clock.runUntilSettled(client.all(urls), 3_600_000)
    await client.close()
    expect(results.every((result) => result.ok)).toBe(true)
    expect(learned).toEqual([])
  })

  it('x-should-retry: true makes a failure temporary that is none by its status', async () => {
    const clock = new ManualClock()
    const api = scriptedApi([{ status: 409, headers: { 'x-should-retry': 'true' } }, ok], { clock })
    const client = createClient({ transport: api.transport, clock })
    const result = await clock.runUntilSettled(client.try('https://model.test/1'))
    await client.close()
    expect([result.ok, api.seen.length]).toEqual([true, 2])
  })
})
