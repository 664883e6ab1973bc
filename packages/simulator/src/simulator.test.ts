import { ManualClock } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import type { Plan, PlannedBody } from './faults/plan.ts'
import type { SimulatorRequest } from './request.ts'
import type { ScenarioInput } from './scenario/resolve-scenario.ts'
import { createSimulator, type Simulator } from './simulator.ts'
import type { Visit } from './visit.ts'

interface Asked {
  readonly visit: Visit
  /** Time of the response and its content. */
  at?: number
  plan?: Plan
  status?: number
  headers: Readonly<Record<string, string>>
  json?: unknown
}

/** A simulator on a stopped clock, with a function to send requests. */
function practice(scenario: ScenarioInput) {
  const clock = new ManualClock()
  const simulator = createSimulator(scenario, { clock })
  const ask = (path: string, more: Partial<SimulatorRequest> = {}) => asked(simulator, path, more)
  return { clock, simulator, ask }
}

/** Sends a request, and ends the visit when the response arrives. */
function asked(simulator: Simulator, path: string, more: Partial<SimulatorRequest>): Asked {
  const visit = simulator.arrive({ method: 'GET', path, headers: {}, ...more })
  const result: Asked = { visit, headers: {} }
  visit.onAnswer((plan) => {
    result.at = simulator.clock.now()
    result.plan = plan
    if (plan.kind === 'answer') {
      result.status = plan.status
      result.headers = plan.headers
      if (
        plan.headers['content-type']?.includes('json') === true &&
        plan.body.ending === 'end' &&
        more.method !== 'HEAD'
      ) {
        const text = bytesOf(plan).toString()
        result.json = plan.headers['content-encoding'] === undefined ? JSON.parse(text) : undefined
      }
    }
    visit.end('answered')
  })
  return result
}

function bodyOf(plan: Plan | undefined): PlannedBody {
  if (plan?.kind !== 'answer') throw new Error('there is no answer')
  return plan.body
}

function bytesOf(plan: Plan | undefined): Buffer {
  return Buffer.concat([...bodyOf(plan).chunks])
}

describe('time', () => {
  it('answers after the latency of the scenario, with the date of then', async () => {
    const { clock, ask } = practice('products')
    const one = ask('/products/1')
    await clock.advance(199)
    expect(one.at).toBeUndefined()
    await clock.advance(1)
    expect(one).toMatchObject({ at: 200, status: 200 })
    expect(one.headers.date).toBe('Thu, 01 Jan 2026 00:00:00 GMT')
    expect(clock.pending).toBe(0)
  })

  it('takes the requested time of /delay, whatever the scenario says', async () => {
    const { clock, ask } = practice('products')
    const [short, long] = [ask('/delay/50'), ask('/delay/3000')]
    await clock.advance(3_000)
    expect([short.at, long.at]).toEqual([50, 3_000])
  })

  it('gives the same answers at the same times for the same seed', async () => {
    const run = async (seed: number) => {
      const { clock, ask } = practice({ latency: 'lognormal:p50=80ms,p99=900ms', faults: '503:20%,reset:10%', seed })
      const all = Array.from({ length: 200 }, (_, index) => ask(`/products/${index + 1}`))
      await clock.advance(60_000)
      return all.map(({ at, status }) => `${at} ${status}`)
    }
    expect(await run(5)).toEqual(await run(5))
    expect(await run(5)).not.toEqual(await run(6))
  })
})

describe('capacity', () => {
  it('works on so many at once, in order; the others wait', async () => {
    const { clock, ask } = practice({ latency: '100ms', capacity: 2 })
    const all = [1, 2, 3, 4, 5].map((id) => ask(`/products/${id}`))
    await clock.advance(1_000)
    expect(all.map(({ at }) => at)).toEqual([100, 100, 200, 200, 300])
  })

  it('answers 503 at once when the queue is full', async () => {
    const { clock, simulator, ask } = practice({ latency: '100ms', capacity: '1,queue=1' })
    const all = [1, 2, 3].map((id) => ask(`/products/${id}`))
    await clock.advance(1_000)
    expect(all.map(({ at, status }) => [at, status])).toEqual([
      [100, 200],
      [200, 200],
      [0, 503],
    ])
    expect(simulator.stats()).toMatchObject({ overloaded: 1, refused: 0 })
  })

  it('frees the place of a client that leaves, whether it waits or is served', async () => {
    const { clock, simulator, ask } = practice({ latency: '100ms', capacity: 1 })
    const all = [1, 2, 3].map((id) => ask(`/products/${id}`))
    all[1]?.visit.end('aborted')
    await clock.advance(40)
    all[0]?.visit.end('aborted')
    await clock.advance(1_000)
    expect(all.map(({ at }) => at)).toEqual([undefined, undefined, 140])
    expect(simulator.stats()).toMatchObject({ aborted: 2, inFlight: 0, largestAtOnce: 3 })
  })
})

describe('limits', () => {
  it('refuses at once, and says when it is worth coming back', () => {
    const { ask } = practice({ latency: '100ms', limit: 'fixed:2/min' })
    ask('/products/1')
    ask('/products/2')
    const third = ask('/products/3')
    expect(third).toMatchObject({ at: 0, status: 429, json: { error: 'too_many_requests' } })
    expect(third.headers['retry-after']).toBe('60')
  })

  it('rounds the seconds of Retry-After up', async () => {
    const { clock, ask } = practice({ limit: 'sliding:1/s' })
    ask('/products/1')
    await clock.advance(1)
    expect(ask('/products/1').headers['retry-after']).toBe('1')
  })

  it.each([
    ['date', 'Thu, 01 Jan 2026 00:00:10 GMT'],
    ['none', undefined],
  ] as const)('says Retry-After as %s', async (retryAfter, expected) => {
    const { clock, ask } = practice({ limit: 'fixed:1/10s', refusal: { retryAfter, status: 503, body: { code: 7 } } })
    await clock.advance(500)
    ask('/products/1')
    const refused = ask('/products/1')
    expect(refused).toMatchObject({ status: 503, json: { code: 7 } })
    expect(refused.headers['retry-after']).toBe(expected)
  })

  it('takes from all limits or from none', async () => {
    const { clock, ask } = practice({ limit: ['fixed:3/h', 'sliding:1/s'], headers: 'ietf' })
    ask('/products/1')
    for (let times = 0; times < 5; times++) expect(ask('/products/1').status).toBe(429)
    await clock.advance(1_000)
    const next = ask('/products/1')
    expect(next.status).toBe(200)
    expect(next.headers.ratelimit).toBe('"default";r=1;t=3599, "limit-2";r=0;t=1')
  })

  it.each([
    ['key', { headers: { 'x-api-key': 'a' } }, { headers: { 'x-api-key': 'b' } }],
    ['key', { headers: { authorization: 'Bearer a' } }, { headers: { authorization: 'Bearer b' } }],
    ['address', { address: '10.0.0.1' }, { address: '10.0.0.2' }],
    ['path', { path: '/products/1?a' }, { path: '/products/2' }],
  ])('counts per %s', (per, mine, others) => {
    const { ask } = practice({ limit: `fixed:1/min,per=${per}` })
    expect([mine, mine, others, mine].map((who) => ask('/products/1', who).status)).toEqual([200, 429, 200, 429])
  })

  it('counts requests at once until they are over', async () => {
    const { clock, simulator, ask } = practice({ latency: '100ms', limit: 'concurrent:2' })
    const first = [1, 2, 3].map(() => ask('/products/1'))
    expect(first[2]?.status).toBe(429)
    first[0]?.visit.end('aborted')
    expect(ask('/products/1').status).toBeUndefined()
    expect(ask('/products/1').status).toBe(429)
    await clock.advance(100)
    expect(ask('/products/1').status).toBeUndefined()
    expect(simulator.stats()).toMatchObject({ refused: 2, largestAtOnce: 3 })
  })

  it('leaves us what a competitor has not taken', async () => {
    const refusedAt = async (interval: number) => {
      const { clock, simulator, ask } = practice({ limit: 'fixed:100/s', competitor: '30%' })
      for (let ms = 0; ms < 10_000; ms += interval) {
        ask('/products/1')
        await clock.advance(interval)
      }
      return simulator.stats().refused
    }
    expect(await refusedAt(20)).toBe(0)
    // 130 a second are requested for 769 ms; 77 of our 100 get through.
    expect(await refusedAt(10)).toBe(230)
  })

  it('tells the state of the limits with every response, the refused too', () => {
    const { ask } = practice({ limit: 'fixed:2/min', headers: 'ietf-legacy' })
    const remaining = [1, 2, 3].map(() => ask('/nowhere').headers['ratelimit-remaining'])
    expect(remaining).toEqual(['1', '0', '0'])
  })
})

describe('faults and outages', () => {
  it('come as often as they should', () => {
    const { simulator, ask } = practice({ faults: '503:5%,500:2%,reset:3%,hang:1%' })
    for (let times = 0; times < 10_000; times++) ask('/products/1')
    const { statuses, faults } = simulator.stats()
    expect(statuses['503']).toBeGreaterThan(430)
    expect(statuses['503']).toBeLessThan(570)
    expect(faults.reset).toBeGreaterThan(240)
    expect(faults.reset).toBeLessThan(360)
    expect(faults.hang).toBeGreaterThan(60)
    expect(Object.keys(faults).sort()).toEqual(['hang', 'reset'])
  })

  it('never touch what is requested by name, or the list of endpoints', () => {
    const { ask } = practice({ faults: '500:100%' })
    expect(ask('/fault/reset').plan).toEqual({ kind: 'reset' })
    expect(ask('/').status).toBe(200)
    expect(ask('/products/1').status).toBe(500)
  })

  it('are distinguished on the plan', () => {
    const { ask } = practice({ faults: {} })
    const plan = (name: string) => ask(`/fault/${name}`).plan
    expect(plan('hang')).toEqual({ kind: 'hang' })
    expect(plan('garbage')).toEqual({ kind: 'garbage' })
    expect(plan('reset-body')).toMatchObject({ body: { ending: 'reset' } })
    expect(plan('hang-body')).toMatchObject({ body: { ending: 'hang' } })
    expect(plan('truncated')).toMatchObject({ body: { ending: 'close' } })
    expect(plan('drip?every=5')).toMatchObject({ body: { every: 5, ending: 'end' } })
    expect(plan('redirect-away?to=https://b.test/x')).toMatchObject({
      status: 302,
      headers: { location: 'https://b.test/x' },
    })
    expect(plan('redirect-loop')).toMatchObject({ status: 302, headers: { location: '/fault/redirect-loop' } })
    expect(plan('wrong-type')).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(ask('/fault/boredom').status).toBe(404)
  })

  it('may happen under one path alone', async () => {
    const { clock, ask } = practice({
      latency: 0,
      paths: { '/delay': { outages: '0s-1s' }, '/delay/5': { outages: [] } },
    })
    const statuses = () => {
      const asked = ['/delay/0', '/delay/5', '/delay/0?a=/delay/5', '/delay', '/products/1', '/'].map((path) =>
        ask(path),
      )
      return clock.advance(5).then(() => asked.map(({ status }) => status))
    }
    expect(await statuses()).toEqual([503, 200, 503, 503, 200, 200])
    await clock.advance(1_000)
    expect(await statuses()).toEqual([200, 200, 200, 404, 200, 200])
  })

  it('keep to paths whose names begin alike, and leave what a path does not say as it is everywhere', async () => {
    const { clock, ask } = practice({ latency: '20ms', faults: '500:100%', paths: { '/products': { faults: [] } } })
    const asked = ['/products/1', '/products', '/products-of-others', '/delay'].map((path) => ask(path))
    await clock.advance(20)
    expect(asked.map(({ at, status }) => [at, status])).toEqual([
      [20, 200],
      [20, 200],
      [20, 500],
      [20, 500],
    ])
  })

  it('make outages begin and end on time', async () => {
    const { clock, simulator, ask } = practice({ outages: ['1s-2s', 'reset:3s-4s'] })
    const seen: unknown[] = []
    for (const wait of [999, 1, 999, 1, 1_000, 1_000]) {
      await clock.advance(wait)
      const { status, plan } = ask('/products/1')
      seen.push(status ?? plan?.kind)
    }
    expect(seen).toEqual([200, 503, 503, 200, 'reset', 200])
    expect(simulator.stats().faults).toEqual({ reset: 1 })
  })
})

describe('endpoints', () => {
  const { ask } = practice({ latency: 0 })

  it('has 5,000 products that never change', () => {
    expect(ask('/products/7').json).toEqual(ask('/products/7').json)
    expect(ask('/products/7').json).toMatchObject({ id: 7, name: expect.any(String), price: expect.any(Number) })
    expect(ask('/products/5000').status).toBe(200)
    for (const id of ['5001', '0', '-1', 'x', '1e3']) expect(ask(`/products/${id}`).status).toBe(404)
  })

  it('pages through them with the way to the other pages', () => {
    const page = ask('/products?page=2&per_page=100')
    expect(page.json).toMatchObject({ page: 2, per_page: 100, total: 5_000 })
    expect((page.json as { items: { id: number }[] }).items.map(({ id }) => id)).toEqual(
      Array.from({ length: 100 }, (_, index) => 101 + index),
    )
    expect(page.headers.link).toBe(
      '</products?page=1&per_page=100>; rel="first", </products?page=1&per_page=100>; rel="prev", ' +
        '</products?page=3&per_page=100>; rel="next", </products?page=50&per_page=100>; rel="last"',
    )
    expect(ask('/products?page=50&per_page=100').headers.link).not.toContain('next')
    expect(ask('/products?page=51&per_page=100').json).toMatchObject({ items: [] })
    expect(ask('/products?page=0').status).toBe(400)
    expect(ask('/products?per_page=101').status).toBe(400)
  })

  it('echoes a request as it was understood', () => {
    const body = Buffer.from('hé')
    const headers = { 'x-a': '1' }
    expect(ask('/echo?a=1&a=2&b=%20', { method: 'PATCH', body, headers }).json).toEqual({
      method: 'PATCH',
      path: '/echo',
      query: { a: ['1', '2'], b: ' ' },
      headers,
      body: 'hé',
    })
  })

  it('gives as many bytes as wanted, up to 100 MB, and holds a few of them in memory', () => {
    const { plan, headers } = ask('/bytes/100000000')
    expect(headers['content-type']).toBe('application/octet-stream')
    expect(bodyOf(plan).length).toBe(100_000_000)
    const held = new Set<ArrayBufferLike>()
    let size = 0
    for (const { byteLength, buffer } of bodyOf(plan).chunks) {
      expect(byteLength).toBeLessThanOrEqual(16_000)
      size += byteLength
      held.add(buffer)
    }
    expect(size).toBe(100_000_000)
    expect(held.size).toBe(1)
    expect(bytesOf(ask('/bytes/50').plan).toString()).toBe('sluice practice bytes, always the same. sluice pra')
    expect(bytesOf(ask('/bytes/0').plan).byteLength).toBe(0)
  })

  it('gives a valid JSON document of exactly as many bytes as wanted', () => {
    const around = (size: number) => Array.from({ length: 200 }, (_, index) => size - 100 + index)
    for (const size of [25, 26, 100, ...around(600), ...around(16_000), ...around(32_000), 1_000_003]) {
      const { plan, json } = ask(`/json/${size}`)
      expect(bodyOf(plan).length).toBe(size)
      expect(bytesOf(plan).byteLength).toBe(size)
      expect(json).toEqual({ padding: expect.any(String), items: expect.any(Array) })
    }
    const { items, padding } = ask('/json/1000000').json as { items: object[]; padding: string }
    expect(items.length).toBeGreaterThan(3_000)
    expect(items.at(-1)).toMatchObject({ id: expect.any(Number), name: expect.any(String), tags: expect.any(Array) })
    expect(padding.length).toBeLessThan(400)
  })

  it('gives the same JSON document for the same seed', () => {
    const documentOf = (seed: number) => bytesOf(practice({ seed }).ask('/json/100000').plan).toString()
    expect(documentOf(5)).toBe(documentOf(5))
    expect(documentOf(5)).not.toBe(documentOf(6))
  })

  it.each([
    ['truncated', 50_000, 100_000],
    ['reset-body', 50_000, 100_000],
    ['malformed', 50_000, 50_000],
    ['drip', 100_000, 100_000],
  ])('lets large bodies go wrong: %s brings %d bytes where %d were announced', (fault, brought, announced) => {
    const { simulator } = practice({ faults: `${fault}:100%` })
    let seen: Plan | undefined
    simulator.arrive({ method: 'GET', path: '/json/100000', headers: {} }).onAnswer((plan) => {
      seen = plan
    })
    expect(bodyOf(seen).length).toBe(announced)
    expect(bytesOf(seen).byteLength).toBe(brought)
  })

  it('fails as often as requested for a key, then succeeds', () => {
    expect([1, 2, 3, 4].map(() => ask('/flaky/2/a').status)).toEqual([503, 503, 200, 200])
    expect(ask('/flaky/1/b').status).toBe(503)
  })

  it.each([
    ['/status/418', {}, 418],
    ['/status/204', {}, 204],
    ['/status/99', {}, 400],
    ['/redirect/2', {}, 302],
    ['/redirect/0', {}, 200],
    ['/bytes/100000000', {}, 200],
    ['/bytes/100000001', {}, 400],
    ['/json/100000000', { method: 'HEAD' }, 200],
    ['/json/100000001', {}, 400],
    ['/json/24', {}, 400],
    ['/json/10', { method: 'POST' }, 405],
    ['/bearer', {}, 401],
    ['/bearer', { headers: { authorization: 'Bearer x' } }, 200],
    ['/basic-auth/u/p', {}, 401],
    ['/basic-auth/u/p', { headers: { authorization: `Basic ${Buffer.from('u:p').toString('base64')}` } }, 200],
    ['/products', { method: 'POST' }, 405],
    ['/nowhere', {}, 404],
    ['/products/', {}, 404],
    ['/%E0%A4%A', {}, 404],
    ['/', {}, 200],
  ])('answers %s %j with %d', (path, more, status) => {
    expect(ask(path, more).status).toBe(status)
  })

  it('puts retry-after on a status if asked to', () => {
    expect(ask('/status/503?retry-after=7').headers['retry-after']).toBe('7')
  })
})

describe('statistics', () => {
  it('count what was seen', async () => {
    const { clock, simulator, ask } = practice({ latency: '10ms' })
    await clock.advance(100)
    for (const path of ['/products/1', '/products/2', '/products?page=3', '/secret/path']) ask(path)
    await clock.advance(500)
    ask('/products/1', { method: 'HEAD' })
    ask('/echo', { method: 'POST', headers: { 'idempotency-key': 'k' } })
    ask('/echo', { method: 'POST', headers: { 'idempotency-key': 'k' } })
    await clock.advance(2_000)
    expect(simulator.stats()).toEqual({
      requests: 7,
      paths: { '/products/:id': 3, '/products': 1, '(other)': 1, '/echo': 2 },
      statuses: { 200: 6, 404: 1 },
      faults: {},
      refused: 0,
      limits: {},
      keys: {},
      overloaded: 0,
      aborted: 0,
      inFlight: 0,
      largestAtOnce: 4,
      busiestSecond: 7,
      busiest50ms: 4,
      firstArrivalAt: 100,
      lastArrivalAt: 600,
      connections: 0,
      streams: 0,
      mostRepeated: { times: 2, method: 'POST', path: '/echo', idempotencyKey: 'k' },
    })
    expect(simulator.arrivals[0]).toEqual({ at: 100, method: 'GET', path: '/products/1' })
    expect(simulator.arrivals).toHaveLength(7)
  })

  it('are reported and cleared over HTTP, without being limited, delayed or counted', async () => {
    const { clock, simulator, ask } = practice({ latency: '1s', limit: 'fixed:1/h', outages: '10s-20s' })
    ask('/products/1')
    await clock.advance(12_000)
    expect(ask('/__stats')).toMatchObject({ at: 12_000, status: 200, json: { requests: 1 } })
    expect(ask('/__reset').status).toBe(405)
    expect(ask('/__reset', { method: 'POST' }).status).toBe(200)
    expect(simulator.stats()).toMatchObject({ requests: 0, firstArrivalAt: null })
    const afresh = ask('/products/1')
    await clock.advance(1_000)
    expect(afresh.status).toBe(200)
    expect(simulator.stats()).toMatchObject({ requests: 1, firstArrivalAt: 0 })
  })

  it('end requests in flight at a reset without counting it', async () => {
    const { clock, simulator, ask } = practice({ latency: '1s', limit: 'concurrent:1' })
    ask('/products/1')
    simulator.reset()
    expect(ask('/products/1').status).toBeUndefined()
    await clock.advance(1_000)
    expect(simulator.stats()).toMatchObject({ requests: 1, inFlight: 0, largestAtOnce: 1, statuses: { 200: 1 } })
  })
})

describe('the end', () => {
  it('leaves no timer when the simulator is closed', async () => {
    const { clock, simulator, ask } = practice({ latency: '1s', capacity: 1 })
    const all = [1, 2, 3].map(() => ask('/products/1'))
    simulator.close()
    expect(clock.pending).toBe(0)
    await clock.advance(10_000)
    expect(all.every(({ plan }) => plan === undefined)).toBe(true)
  })

  it('tells nobody a response that comes after the visit ended', async () => {
    const { clock, simulator } = practice('products')
    const visit = simulator.arrive({ method: 'GET', path: '/products/1', headers: {} })
    let answers = 0
    visit.end('aborted')
    visit.onAnswer(() => answers++)
    await clock.advance(1_000)
    expect(answers).toBe(0)
    expect(simulator.stats()).toMatchObject({ aborted: 1, statuses: {} })
  })
})
