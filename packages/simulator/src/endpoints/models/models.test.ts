import { ManualClock } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import type { ScenarioInput } from '../../scenario/resolve-scenario.ts'
import { createSimulator } from '../../simulator.ts'

/** A simulator for POST requests that records when its responses start. */
function modelApi(scenario: ScenarioInput) {
  const clock = new ManualClock()
  const simulator = createSimulator(scenario, { clock })
  const ask = (path: string, body: unknown, key?: string) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const visit = simulator.arrive({ method: 'POST', path, headers, body: Buffer.from(JSON.stringify(body)) })
    const answer: { status?: number; headers: Readonly<Record<string, string>>; text: string } = {
      headers: {},
      text: '',
    }
    visit.onAnswer((plan) => {
      if (plan.kind !== 'answer') return
      answer.status = plan.status
      answer.headers = plan.headers
      answer.text = Buffer.concat([...plan.body.chunks]).toString()
      visit.end('answered')
    })
    return answer
  }
  return { clock, simulator, ask }
}

const prompt = (characters: number, max_tokens: number, more: object = {}) => ({
  messages: [{ role: 'user', content: 'x'.repeat(characters) }],
  max_tokens,
  ...more,
})

describe('models', () => {
  it('count a quarter of the characters and max_tokens, and tell so in the shapes of both vendors', () => {
    const { ask } = modelApi({})
    expect(JSON.parse(ask('/v1/chat/completions', prompt(401, 20)).text)).toMatchObject({
      choices: [{ message: { role: 'assistant', content: 'yes '.repeat(20) } }],
      usage: { prompt_tokens: 101, completion_tokens: 20, total_tokens: 121 },
    })
    const parts = { system: 'abcd', messages: [{ role: 'user', content: [{ type: 'text', text: 'abcdefgh' }] }] }
    expect(JSON.parse(ask('/v1/messages', { ...parts, max_tokens: 5 }).text)).toMatchObject({
      type: 'message',
      usage: { input_tokens: 3, output_tokens: 5 },
    })
    expect(ask('/v1/messages', { messages: [] }).status).toBe(400)
  })

  it('stream the reply as events, with the usage at the end', () => {
    const { ask } = modelApi({})
    const openAi = ask(
      '/v1/chat/completions',
      prompt(40, 20, { stream: true, stream_options: { include_usage: true } }),
    )
    expect(openAi.headers['content-type']).toContain('text/event-stream')
    const events = openAi.text.trim().split('\n\n')
    expect(events.at(-1)).toBe('data: [DONE]')
    expect(JSON.parse(events.at(-2)!.slice(6)).usage).toMatchObject({ total_tokens: 30 })
    const words = events.slice(0, -2).map((event) => JSON.parse(event.slice(6)).choices[0].delta.content ?? '')
    expect(words.join('')).toBe('yes '.repeat(20))

    const anthropic = ask('/v1/messages', prompt(40, 20, { stream: true })).text
    expect(anthropic).toContain('event: message_delta\ndata: {"type":"message_delta"')
    expect(anthropic).toContain('"usage":{"output_tokens":20}')
  })

  it('refuse what is over a limit of tokens, tell in the headers of both vendors, and let in what fits again', async () => {
    const limit = ['sliding:100/min', 'sliding:1000 tokens/min']
    const { clock, simulator, ask } = modelApi({ limit, headers: 'openai' })
    expect(ask('/v1/chat/completions', prompt(400, 500)).headers).toMatchObject({
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-tokens': '400',
      'x-ratelimit-reset-tokens': '1m0s',
    })
    await clock.advance(10_000)
    const refused = ask('/v1/chat/completions', prompt(400, 301))
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '50' } })
    expect(JSON.parse(refused.text).error).toMatchObject({ type: 'tokens', code: 'rate_limit_exceeded' })
    expect(ask('/v1/chat/completions', prompt(400, 300)).status).toBe(200)
    const never = ask('/v1/chat/completions', prompt(400, 901))
    expect([never.status, never.headers['retry-after']]).toEqual([429, undefined])
    expect(simulator.stats()).toMatchObject({
      refused: 2,
      limits: {
        default: { unit: 'requests', used: 2, busiestWindow: 2, refused: 0 },
        'limit-2': { unit: 'tokens', quota: 1_000, window: 60_000, used: 1_000, busiestWindow: 1_000, refused: 2 },
      },
    })

    const other = modelApi({ limit: ['sliding:9/min', 'token:500 input-tokens/min'], headers: 'anthropic' })
    expect(other.ask('/v1/messages', prompt(400, 5_000)).headers).toMatchObject({
      'anthropic-ratelimit-requests-remaining': '8',
      'anthropic-ratelimit-input-tokens-limit': '500',
      'anthropic-ratelimit-input-tokens-remaining': '400',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:00:12Z',
    })
    expect(JSON.parse(other.ask('/v1/messages', prompt(1_604, 1)).text).error.type).toBe('rate_limit_error')
  })
})

describe('keys', () => {
  it('have their own limits, are revoked and used up at their time, and are counted', async () => {
    const { clock, simulator, ask } = modelApi({
      keys: { a: ['sliding:2/min', 'sliding:100 tokens/min'], b: { revoked: '10s' }, c: { exhausted: true } },
    })
    const status = (key?: string) => ask('/v1/chat/completions', prompt(4, 9), key).status
    expect([status('a'), status('a'), status('a'), status('b'), status('c')]).toEqual([200, 200, 429, 200, 429])
    expect([status(), status('d')]).toEqual([401, 401])
    await clock.advance(10_000)
    const revoked = ask('/v1/chat/completions', prompt(4, 9), 'b')
    expect([revoked.status, JSON.parse(revoked.text).error.code]).toEqual([401, 'invalid_api_key'])
    expect(ask('/v1/chat/completions', prompt(4, 9), 'c').text).toContain('insufficient_quota')
    expect(simulator.stats()).toMatchObject({
      limits: { a: { used: 2, refused: 1 }, 'a-tokens': { used: 20, busiestWindow: 20 } },
      keys: { a: { requests: 3, refused: 1 }, b: { requests: 2, refused: 1 }, c: { requests: 2, refused: 2 } },
    })
  })

  it('that cannot be are refused with what was expected', () => {
    const keys = (value: unknown) => () => createSimulator({ keys: value as never })
    expect(keys('a')).toThrow('keys: expected keys with limits')
    expect(keys({ a: { limits: 'fixed:1/s' } })).toThrow('keys.a.limits: a key has limit, revoked and exhausted')
    expect(keys({ a: 'x' })).toThrow("keys.a.limit: expected a form such as 'fixed:100/min'")
    expect(keys({ 'a b': 'fixed:1/s' })).toThrow('keys: expected letters, digits, dots and dashes')
  })
})

describe('/graphql', () => {
  const query = (cost: number, actual?: number) => ({ query: '{ shop { name } }', variables: { cost, actual } })

  it('takes points as Shopify does: reserves, releases, and throttles under status 200', async () => {
    const { clock, ask } = modelApi({ limit: 'token:100 points/s,burst=1000' })
    const cost = (body: unknown) => {
      const { status, text } = ask('/graphql', body)
      const { errors, extensions } = JSON.parse(text)
      return { status, code: errors?.[0].extensions.code, ...extensions?.cost }
    }
    expect(cost({ query: 'query Q { shop { name, id } }' })).toMatchObject({ requestedQueryCost: 3 })
    await clock.advance(1_000)
    expect(cost(query(700, 400))).toEqual({
      status: 200,
      code: undefined,
      requestedQueryCost: 700,
      actualQueryCost: 400,
      throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: 600, restoreRate: 100 },
    })
    expect(cost(query(700))).toMatchObject({
      status: 200,
      code: 'THROTTLED',
      throttleStatus: { currentlyAvailable: 600 },
    })
    expect(cost(query(1_001))).toMatchObject({ status: 200, code: 'MAX_COST_EXCEEDED' })
    await clock.advance(1_000)
    expect(cost(query(700))).toMatchObject({ code: undefined, throttleStatus: { currentlyAvailable: 0 } })
  })

  it('tells points as GitHub does where the query asks for them', () => {
    const { ask } = modelApi({ limit: 'fixed:50 points/h', headers: 'github' })
    const { headers, text } = ask('/graphql', { query: '{ rateLimit { cost } }', variables: { cost: 30 } })
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '20' })
    expect(JSON.parse(text).data.rateLimit).toEqual({
      limit: 50,
      cost: 30,
      remaining: 20,
      used: 30,
      resetAt: '2026-01-01T01:00:00Z',
    })
    expect(JSON.parse(ask('/graphql', query(30)).text).errors[0].type).toBe('RATE_LIMITED')
  })
})
