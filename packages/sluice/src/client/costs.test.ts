import { describe, expect, it } from 'vitest'
import type { Cost, RequestSpec } from '../http/request.ts'
import { seededRandom } from '../random/random.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import type { Transport } from '../transport/transport.ts'
import type { Client } from './client.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './settings.ts'

const minute = 60_000

/** Limit of a unit, counted when requests arrive. */
interface Counter {
  left(now: number): number
  count(now: number, units: number): void
}

/** Sliding window of a minute. */
function slidingWindow(limit: number): Counter {
  const entries: { at: number; units: number }[] = []
  return {
    left: (now) => limit - entries.reduce((sum, { at, units }) => sum + (at > now - minute ? units : 0), 0),
    count: (at, units) => {
      entries.push({ at, units })
    },
  }
}

/** Token bucket that refills within a minute. */
function bucket(limit: number): Counter {
  let [level, at] = [limit, 0]
  const left = (now: number): number => Math.min(limit, level + ((now - at) * limit) / minute)
  return {
    left,
    count: (now, units) => {
      level = left(now) - units
      at = now
    },
  }
}

/** Model API that limits requests and tokens. With buckets, its headers state what remains. */
class ModelApi {
  readonly clock = new ManualClock()
  readonly arrived: { readonly at: number; readonly tokens: number }[] = []
  refused = 0
  readonly limits: { readonly requests: number; readonly tokens: number }
  readonly #requests: Counter
  readonly #tokens: Counter
  readonly #isTold: boolean
  readonly #random: () => number

  constructor(seed: number, limits: { readonly requests: number; readonly tokens: number }, kind = slidingWindow) {
    this.limits = limits
    this.#isTold = kind === bucket
    this.#requests = kind(limits.requests)
    this.#tokens = kind(limits.tokens)
    this.#random = seededRandom(seed)
  }

  get transport(): Transport {
    return {
      send: async (request) => {
        await this.#wait(5 + 20 * this.#random())
        const tokens = Number(new URL(request.url).searchParams.get('tokens'))
        const now = this.clock.now()
        const isRefused = this.#requests.left(now) < 1 || this.#tokens.left(now) < tokens
        if (isRefused) this.refused++
        else {
          this.#requests.count(now, 1)
          this.#tokens.count(now, tokens)
          this.arrived.push({ at: now, tokens })
        }
        const headers = { 'content-type': 'application/json', ...this.#told(now) }
        if (isRefused) return { status: 429, headers, body: new Uint8Array() }
        await this.#wait(200 + 800 * this.#random())
        const body = new TextEncoder().encode(JSON.stringify({ usage: { total_tokens: tokens } }))
        return { status: 200, headers, body }
      },
      close: async () => {},
    }
  }

  /** Used share of the token limit, from the first minute to the last arrival. */
  get used(): number {
    const span = this.arrived.at(-1)!.at - minute
    const tokens = this.arrived.filter(({ at }) => at > minute).reduce((sum, one) => sum + one.tokens, 0)
    return tokens / ((this.limits.tokens * span) / minute)
  }

  #told(now: number): Record<string, string> {
    if (!this.#isTold) return {}
    const fields = (unit: string, limit: number, left: number): Record<string, string> => ({
      [`x-ratelimit-limit-${unit}`]: String(limit),
      [`x-ratelimit-remaining-${unit}`]: String(Math.floor(left)),
      [`x-ratelimit-reset-${unit}`]: `${((1 - left / limit) * 60).toFixed(3)}s`,
    })
    return {
      ...fields('requests', this.limits.requests, this.#requests.left(now)),
      ...fields('tokens', this.limits.tokens, this.#tokens.left(now)),
    }
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.clock.timer(milliseconds, resolve))
  }
}

const actualCost: ClientOptions['actualCost'] = ({ value }) => ({
  tokens: (value as { usage: { total_tokens: number } } | undefined)?.usage?.total_tokens ?? 0,
})

/** Prompts of 100 to 4,000 tokens. */
function prompts(seed: number, count: number, cost: (tokens: number, random: () => number) => Cost | undefined) {
  const random = seededRandom(seed + 1_000)
  return Array.from({ length: count }, (_, index): RequestSpec => {
    const tokens = Math.round(100 + 3_900 * random())
    return { url: `https://model.test/${index}?tokens=${tokens}`, cost: cost(tokens, random) }
  })
}

const seeds = [1, 2, 3, 4]

describe('rates of requests and of tokens at once', () => {
  it.each([
    ['exact', 0.975, (tokens: number) => ({ tokens })],
    ['too low by half', 0.975, (tokens: number) => ({ tokens: tokens / 2 })],
    ['too high by half', 0.97, (tokens: number) => ({ tokens: tokens * 1.5 })],
    // The reserved upper bound is then twice the mean.
    ['wrong by up to half', 0.96, (tokens: number, random: () => number) => ({ tokens: tokens * (0.5 + random()) })],
    ['missing', 0.97, () => undefined],
  ])('are never passed at the server with estimates that are %s, and the scarce one is used to %f', async (...row) => {
    const [, least, cost] = row
    for (const seed of seeds) {
      const api = new ModelApi(seed, { requests: 500, tokens: 200_000 })
      const client = modelClient(api)
      const results = await api.clock.runUntilSettled(client.all(prompts(seed, 2_000, cost)))
      await client.close()
      const ok = results.filter((result) => result.ok).length
      expect({ seed, refused: api.refused, ok }).toEqual({ seed, refused: 0, ok: 2_000 })
      expect(api.used).toBeGreaterThan(least)
    }
  })

  it('make a call of half a window wait no longer than a window, though small ones keep coming', async () => {
    const api = new ModelApi(1, { requests: 500, tokens: 200_000 })
    const client = modelClient(api)
    const small = (from: number) =>
      Array.from({ length: 400 }, (_, index) => ({
        url: `https://model.test/${from + index}?tokens=1000`,
        cost: { tokens: 1_000 },
      }))
    const large = { url: 'https://model.test/large?tokens=100000', cost: { tokens: 100_000 } }
    const first = client.all(small(0))
    await api.clock.advance(minute)
    const asked = api.clock.now()
    const waiting = client.try(large).then(() => api.clock.now() - asked)
    const later = client.all(small(400))
    // The queue before it is served first: 200 calls at 200 a minute.
    expect(await api.clock.runUntilSettled(waiting)).toBeLessThan(2 * minute)
    await api.clock.runUntilSettled(Promise.all([first, later]))
    await client.close()
    expect(api.refused).toBe(0)
  })

  it('let a call of unknown cost go alone until the first answer', async () => {
    const api = new ModelApi(1, { requests: 500, tokens: 200_000 })
    const client = modelClient(api)
    const all = client.all(prompts(1, 10, () => undefined))
    await api.clock.advance(100)
    expect(client.status().inFlight).toBe(1)
    await api.clock.runUntilSettled(all)
    await client.close()
  })

  it('count nothing for requests that cost nothing in a unit, and the weight where no cost is named', async () => {
    const api = new ModelApi(1, { requests: 1_000, tokens: 200_000 })
    const client = modelClient(api, { actualCost: undefined, rate: ['1000/min', '100 tokens/min'] })
    const free = await api.clock.runUntilSettled(
      client.all(Array.from({ length: 20 }, (_, n) => `https://model.test/${n}?tokens=1`)),
    )
    expect(free.every(({ ok }) => ok)).toBe(true)
    expect(api.clock.now()).toBeLessThan(5_000)
    const started = api.clock.now()
    const weighted = Array.from({ length: 3 }, (_, n) => ({ url: `https://model.test/w${n}?tokens=1`, weight: 60 }))
    await api.clock.runUntilSettled(client.all(weighted))
    expect(api.clock.now() - started).toBeGreaterThan(minute)
    await client.close()
  })

  it.each([
    [{ cost: { tokens: 300_000 } }, 'cost.tokens: 300000 is more than the rate 200000 tokens/min ever allows'],
    [{ weight: 501 }, 'weight: 501 is more than the rate 500/min ever allows'],
    [{ cost: { tokens: -1 } }, 'cost.tokens: expected a number from 0 up, got -1 (number)'],
    [{ cost: { tokens: Number.NaN } }, 'cost.tokens: expected a number from 0 up, got NaN (number)'],
    [{ cost: 12 as never }, 'cost: expected numbers by unit, such as { tokens: 1200 }, got 12 (number)'],
  ])('refuse %j at once, with the numbers', async (fields, message) => {
    const api = new ModelApi(1, { requests: 500, tokens: 200_000 })
    const client = modelClient(api)
    const result = await client.try({ url: 'https://model.test/1?tokens=1', ...fields })
    await client.close()
    expect(result.ok ? undefined : result.error.message).toContain(message)
    expect(api.arrived).toEqual([])
  })

  it('continue as estimated where the function that reads the cost throws, or tells nonsense', async () => {
    for (const told of [
      () => {
        throw new Error('no')
      },
      () => ({ tokens: Number.NaN }),
      () => ({ tokens: -5 }),
      () => null as never,
    ]) {
      const api = new ModelApi(1, { requests: 500, tokens: 200_000 })
      const client = modelClient(api, { actualCost: told })
      const results = await api.clock.runUntilSettled(client.all(prompts(1, 20, (tokens) => ({ tokens }))))
      await client.close()
      expect(results.every(({ ok }) => ok)).toBe(true)
    }
  })
})

describe('tokens that only headers tell of', () => {
  it.each([
    ['estimates', (tokens: number) => ({ tokens: tokens * 1.2 }), actualCost],
    ['nothing but the answers', () => undefined, actualCost],
    ['nothing but the headers', () => undefined, undefined],
  ])('are used to 98 %% of what is refilled with %s, and hardly a call is refused', async (_, cost, told) => {
    for (const seed of [1, 2, 3]) {
      const api = new ModelApi(seed, { requests: 500, tokens: 200_000 }, bucket)
      const client = modelClient(api, { rate: undefined, learn: true, concurrency: 20, actualCost: told })
      const results = await api.clock.runUntilSettled(client.all(prompts(seed, 1_000, cost)), 3_600_000)
      await client.close()
      expect(results.filter(({ ok }) => !ok)).toEqual([])
      // 0.5 % of the calls.
      expect(api.refused).toBeLessThanOrEqual(5)
      expect(api.used).toBeGreaterThan(0.98)
    }
  })

  it('hold nothing up while plenty is left', async () => {
    const api = new ModelApi(1, { requests: 5_000, tokens: 10_000_000 }, bucket)
    const client = modelClient(api, { rate: undefined, learn: true, concurrency: 100 })
    await api.clock.runUntilSettled(client.all(prompts(1, 100, (tokens) => ({ tokens }))))
    await client.close()
    expect(api.clock.now()).toBeLessThan(3_000)
  })
})

describe('a budget', () => {
  it('is never passed with estimates that are upper bounds, and what is left is unfinished', async () => {
    const api = new ModelApi(1, { requests: 1_000_000, tokens: 1e9 })
    const client = modelClient(api, { rate: undefined })
    const run = client.stream(
      prompts(1, 1_000, (tokens) => ({ tokens: tokens * 1.3 })),
      { budget: { tokens: 1_000_000 } },
    )
    const results = await api.clock.runUntilSettled(collect(run))
    await client.close()
    const spent = api.arrived.reduce((sum, { tokens }) => sum + tokens, 0)
    expect(spent).toBeLessThanOrEqual(1_000_000)
    expect(spent).toBeGreaterThan(990_000)
    expect(run.progress).toMatchObject({ spent: { tokens: spent }, budgetLeft: { tokens: 1_000_000 - spent } })
    expect(run.stopReason).toBe(`the budget of 1000000 tokens (${1_000_000 - spent} left) allows no further call`)
    expect(results.filter(({ ok }) => ok).length).toBe(api.arrived.length)
    const unfinished = results.filter((result) => !result.ok && result.error.code === 'SLUICE_UNFINISHED')
    expect(unfinished.length).toBe(results.length - api.arrived.length)
  })

  it('is passed by no more than was in flight where nothing is estimated', async () => {
    const api = new ModelApi(2, { requests: 1_000_000, tokens: 1e9 })
    const client = modelClient(api, { rate: undefined, concurrency: 5 })
    const run = client.stream(
      prompts(2, 1_000, () => undefined),
      { budget: { tokens: 100_000 } },
    )
    await api.clock.runUntilSettled(collect(run))
    await client.close()
    const spent = api.arrived.reduce((sum, { tokens }) => sum + tokens, 0)
    expect(spent).toBeLessThanOrEqual(100_000 + 5 * 4_000)
    expect(spent).toBeGreaterThan(90_000)
  })

  it('counts requests too, also those that were retried', async () => {
    const api = new ModelApi(1, { requests: 1_000_000, tokens: 1e9 })
    const client = modelClient(api, { rate: undefined })
    const run = client.stream(
      prompts(1, 100, () => undefined),
      { budget: { requests: 30 } },
    )
    await api.clock.runUntilSettled(collect(run))
    await client.close()
    expect(api.arrived.length).toBe(30)
  })

  it('of nothing, or that is none, is refused', async () => {
    const client = createClient()
    expect(() => client.stream([], { budget: {} })).toThrow('budget: expected at least one unit')
    expect(() => client.stream([], { budget: { tokens: -1 } })).toThrow('budget.tokens: expected a number from 0 up')
    await client.close()
  })
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

function modelClient(api: ModelApi, options: ClientOptions = {}): Client {
  return createClient({
    clock: api.clock,
    transport: api.transport,
    rate: ['500/min', '200000 tokens/min'],
    concurrency: 50,
    learn: false,
    actualCost,
    ...options,
  })
}
