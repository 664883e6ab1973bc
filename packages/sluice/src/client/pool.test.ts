import { describe, expect, it } from 'vitest'
import type { SluiceEvent } from '../events/event.ts'
import { apiKeyAuth, bearerAuth, tokenAuth } from '../policies/auth/index.ts'
import { seededRandom } from '../random/random.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemorySharedLimits } from '../testing/memory-shared-limits.ts'
import type { Transport } from '../transport/transport.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './settings.ts'

const minute = 60_000
const json = { 'content-type': 'application/json' }

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface Arrival {
  readonly at: number
  readonly path: string
  readonly key: string | undefined
}

/** API with a sliding window of a minute for each key. `special` responses take precedence. */
class KeyedApi {
  readonly clock = new ManualClock()
  readonly arrived: Arrival[] = []
  readonly perMinute: number
  readonly special: (arrival: Arrival) => Answer | undefined

  constructor(perMinute: number, special: KeyedApi['special'] = () => undefined) {
    this.perMinute = perMinute
    this.special = special
  }

  get transport(): Transport {
    return {
      send: async ({ url, headers }) => {
        await new Promise<void>((resolve) => this.clock.timer(20, resolve))
        const key = headers.authorization?.replace('Bearer secret-', '') ?? headers['x-key']
        const arrival = { at: this.clock.now(), path: new URL(url).pathname, key }
        const { status, headers: more, body = {} } = this.special(arrival) ?? this.#count(arrival)
        this.arrived.push(arrival)
        return { status, headers: { ...json, ...more }, body: new TextEncoder().encode(JSON.stringify(body)) }
      },
      close: async () => {},
    }
  }

  of(key: string): readonly Arrival[] {
    return this.arrived.filter((arrival) => arrival.key === key)
  }

  #count({ at, key }: Arrival): Answer {
    const inWindow = this.arrived.filter((one) => one.key === key && one.at > at - minute).length
    return inWindow < this.perMinute ? { status: 200 } : { status: 429, headers: { 'retry-after': '60' } }
  }
}

const keys = ['a', 'b', 'c'].map((name) => ({ name, auth: bearerAuth(`secret-${name}`) }))

async function runAll(api: KeyedApi, count: number, options: ClientOptions) {
  const { clock } = api
  const events: SluiceEvent[] = []
  const client = createClient({ clock, transport: api.transport, random: seededRandom(1), ...options })
  client.on((event) => events.push(event))
  const urls = Array.from({ length: count }, (_, index) => `https://api.example/${index}`)
  const results = await clock.runUntilSettled(client.all(urls))
  await client.close()
  return { results, events, took: clock.now() }
}

describe('a pool of keys', () => {
  it('uses the rate of each key, and passes none', async () => {
    const api = new KeyedApi(100)
    const { results, took } = await runAll(api, 1_500, { pool: keys, rate: '100/min' })
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(api.arrived).toHaveLength(1_500)
    expect(['a', 'b', 'c'].map((key) => api.of(key).length)).toEqual([500, 500, 500])
    // 1,500 at 300 a minute.
    expect(took).toBeLessThan((5 * minute) / 0.97)
  })

  it('has limits of each key of its own', async () => {
    const api = new KeyedApi(1_000)
    const pool = [
      { ...keys[0]!, rate: '10/s' },
      { ...keys[1]!, rate: '1/s' },
    ]
    await runAll(api, 110, { pool })
    expect(api.of('a').length).toBeGreaterThanOrEqual(99)
    expect(api.of('b').length).toBeGreaterThanOrEqual(9)
  })

  it('shares the limits of each key with other processes, and what one of them learns of a key', async () => {
    const api = new KeyedApi(600)
    const memory = new MemorySharedLimits({ clock: api.clock })
    const shares = ['one', 'other'].map((name) => memory.join(name))
    const { clock, transport } = api
    const clients = shares.map((sharedLimits) =>
      createClient({ clock, transport, sharedLimits, pool: keys, rate: '600/min' }),
    )
    const urls = Array.from({ length: 900 }, (_, index) => `https://api.example/${index}`)
    const results = await api.clock.runUntilSettled(Promise.all(clients.map((client) => client.all(urls))))
    await clock.runUntilSettled(Promise.all([...clients, ...shares].map((one) => one.close())))
    expect(results.flat().every(({ ok }) => ok)).toBe(true)
    expect(
      results
        .flat()
        .flatMap(({ attempts }) => attempts)
        .filter(({ status }) => status === 429),
    ).toEqual([])
    // 1,800 at 1,800 a minute.
    expect(api.clock.now()).toBeLessThan(minute * 1.1)
    for (const key of ['a', 'b', 'c']) expect(api.of(key).length).toBeGreaterThan(500)
  })

  it('continues with other keys when one is revoked in the middle: no item is lost, and the key is named', async () => {
    const api = new KeyedApi(100, ({ key, at }) => (key === 'b' && at > minute ? { status: 401 } : undefined))
    const { results, events } = await runAll(api, 600, { pool: keys, rate: '100/min' })
    expect(results.filter(({ ok }) => !ok)).toEqual([])
    const refusals = events.filter(({ type }) => type === 'key.refused')
    expect(refusals[0]).toMatchObject({ key: 'b', partition: 'https://api.example', status: 401 })
    expect(JSON.stringify(events)).not.toContain('secret-')
    // Retried after a minute, and then after two.
    expect(api.of('b').filter(({ at }) => at > minute).length).toBeLessThanOrEqual(2)
    expect(results.every(({ attempts }) => attempts.length === 1)).toBe(true)
    expect(new Set(results.map(({ attempts }) => attempts[0]!.key))).toEqual(new Set(['a', 'b', 'c']))
  })

  it('passes a throttled request to another key at once', async () => {
    let refused = false
    const api = new KeyedApi(1_000, ({ key }) => {
      if (key !== 'a' || refused) return undefined
      refused = true
      return { status: 429, headers: { 'retry-after': '300' } }
    })
    const { results, took, events } = await runAll(api, 20, { pool: keys, concurrency: 1 })
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(took).toBeLessThan(1_000)
    expect(api.of('a')).toHaveLength(1)
    expect(events.find(({ type }) => type === 'partition.paused')).toMatchObject({
      partition: 'https://api.example (key a)',
    })
  })

  it('waits for the first key to come back while all are throttled', async () => {
    const waits: Record<string, number> = { a: 90, b: 30, c: 60 }
    const api = new KeyedApi(1_000, ({ key, at }) =>
      at < 1_000 ? { status: 429, headers: { 'retry-after': String(waits[key!]) } } : undefined,
    )
    const { results, took } = await runAll(api, 1, { pool: keys })
    expect(results[0]).toMatchObject({ ok: true })
    expect(api.arrived.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'b'])
    expect(took).toBeGreaterThanOrEqual(30_000)
    expect(took).toBeLessThan(35_000)
  })

  it('continues with another key after one that asks for a longer wait than is allowed', async () => {
    const api = new KeyedApi(1_000, ({ key }) =>
      key === 'a' ? { status: 429, headers: { 'retry-after': '86400' } } : undefined,
    )
    const { results, took } = await runAll(api, 30, { pool: keys })
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(took).toBeLessThan(5_000)
  })

  it('tries each key once before it waits for refusals that state no time', async () => {
    const api = new KeyedApi(1_000, ({ at }) => (at < 500 ? { status: 429 } : undefined))
    const { results } = await runAll(api, 1, { pool: keys })
    expect(results[0]).toMatchObject({ ok: true })
    expect(api.arrived.slice(0, 3).map(({ key }) => key)).toEqual(['a', 'b', 'c'])
    expect(api.arrived.length).toBeLessThan(7)
  })

  it('takes a key out whose quota is used up', async () => {
    const error = { error: { code: 'insufficient_quota' } }
    const api = new KeyedApi(1_000, ({ key }) => (key === 'c' ? { status: 429, body: error } : undefined))
    const { results, events } = await runAll(api, 30, { pool: keys, concurrency: 1 })
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(api.of('c')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'key.refused')).toMatchObject([{ key: 'c', status: 429 }])
  })

  it('gives the response of the server where every key is refused, with one request for each item from then on', async () => {
    const api = new KeyedApi(1_000, () => ({ status: 401 }))
    const { results } = await runAll(api, 10, { pool: keys, concurrency: 1, breaker: false })
    expect(results.every((result) => !result.ok && result.status === 401)).toBe(true)
    expect(api.arrived).toHaveLength(12)
  })

  it('refuses what only one key may not do as any other request: 403 says nothing about the key', async () => {
    const api = new KeyedApi(1_000, () => ({ status: 403 }))
    const { results, events } = await runAll(api, 4, { pool: keys, breaker: false })
    expect(results.every((result) => !result.ok && result.status === 403)).toBe(true)
    expect(api.arrived).toHaveLength(4)
    expect(events.filter(({ type }) => type === 'key.refused')).toEqual([])
  })

  it('replaces the key of a request', async () => {
    const api = new KeyedApi(1_000)
    const client = createClient({ clock: api.clock, transport: api.transport, pool: [keys[1]!] })
    await api.clock.runUntilSettled(client.get('https://api.example/', { headers: { authorization: 'Bearer own' } }))
    expect(api.of('b')).toHaveLength(1)
    await client.close()
  })

  it('keeps its keys from other origins that a redirect leads to', async () => {
    const to = { status: 302, headers: { location: 'https://other.example/moved' } }
    const api = new KeyedApi(1_000, ({ path }) => (path === '/0' ? to : undefined))
    const { results } = await runAll(api, 1, { pool: keys })
    expect(results[0]).toMatchObject({ ok: true })
    expect(api.arrived.map(({ key }) => key)).toEqual(['a', undefined])
  })

  it('tells functions which key they may use', async () => {
    const client = createClient({ pool: keys, retry: false })
    const used = await Promise.all([1, 2, 3].map(() => client.run(({ key }) => key)))
    expect(used).toEqual(['a', 'b', 'c'])
    await client.close()
  })

  it('has keys in headers of any name, and in queries', async () => {
    const seen: string[] = []
    const transport: Transport = {
      send: async ({ url, headers }) => {
        seen.push(`${new URL(url).search} ${headers['x-key']}`)
        return { status: 200, headers: {}, body: new Uint8Array() }
      },
      close: async () => {},
    }
    const pool = [
      { name: 'in a header', headers: { 'X-Key': 'one' } },
      { name: 'in the query', auth: apiKeyAuth({ query: 'key', key: 'two' }) },
    ]
    const client = createClient({ transport, pool })
    const results = await client.all(['https://api.example/?key=own', 'https://api.example/?key=own'])
    expect(seen).toEqual(['?key=own one', '?key=two undefined'])
    expect(JSON.stringify(results)).not.toContain('two')
    await client.close()
  })

  it.each([
    [{ pool: [] }, 'pool: expected a list of at least one key'],
    [{ pool: [{ name: '', auth: keys[0]!.auth }] }, 'pool[0].name: expected 1 to 100 visible ASCII characters'],
    [{ pool: [keys[0]!, keys[0]!] }, 'pool: two keys are named "a"'],
    [{ pool: [{ name: 'a' }] }, 'pool[0]: expected either auth or headers'],
    [{ pool: [{ name: 'a', headers: {} }] }, 'pool[0].headers: expected at least one header'],
    [{ pool: [{ name: 'a', auth: keys[0]!.auth, rates: '1/s' } as never] }, 'there is no option pool[0].rates'],
    [{ pool: [{ name: 'a', auth: keys[0]!.auth, rate: 'often' }] }, 'pool[0].rate'],
    [{ pool: keys, auth: bearerAuth('x') }, 'pool and auth: each key of a pool has its own auth'],
    [{ pool: [{ name: 'a', auth: tokenAuth({ fetchToken: async () => ({ token: 'x' }) }) }] }, 'pool[0].auth: a key'],
  ] as [ClientOptions, string][])('refuses a mistake in it: %#', (options, message) => {
    expect(() => createClient(options)).toThrow(message)
  })
})
