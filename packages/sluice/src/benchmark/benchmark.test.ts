import { describe, expect, it } from 'vitest'
import type { ApiRequest } from '../http/request.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { memoryTransport } from '../transport/transport.ts'
import { benchmark } from './benchmark.ts'
import { RequestBudget } from './measurement.ts'
import { type BenchmarkOptions, type BenchmarkTurn, resolveBenchmark } from './options.ts'
import { plannedRequests, turnsOf } from './plan.ts'

type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string }

/** A server that takes 100 ms, and answers as it is told by what is in flight. */
function serverOf(answer: (inFlight: number, request: ApiRequest) => Answer) {
  const clock = new ManualClock()
  const seen: { at: number; url: string; inFlight: number }[] = []
  let inFlight = 0
  const transport = memoryTransport(async (request) => {
    inFlight++
    seen.push({ at: clock.now(), url: request.url, inFlight })
    const { status = 200, headers = {}, body = '{}' } = answer(inFlight, request)
    await new Promise<void>((resolve) => clock.timer(100, resolve))
    inFlight--
    return { status, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(body) }
  })
  const measure = async (options: BenchmarkOptions = {}, requests: readonly string[] = ['/a', '/b']) => {
    const client = { transport, clock, baseUrl: 'https://ada:pass@api.test/?x', random: () => 0.5 }
    const report = await clock.runUntilSettled(benchmark(client, requests, { count: 20, ...options }))
    expect(clock.pending).toBe(0)
    expect(report.sentRequests).toBe(seen.length)
    expect(report.sentRequests).toBeLessThanOrEqual(report.plannedRequests)
    return report
  }
  return { clock, seen, measure, transport }
}

describe('benchmark', () => {
  it('sends what it has announced, and nothing twice', async () => {
    const { seen, measure } = serverOf(() => ({}))
    const report = await measure({ levels: [1, 5, 10], repeat: 2 })
    // Five rows in two rounds; 5 and 10 to open connections in the first, 10 in the second.
    expect(report).toMatchObject({
      plannedRequests: 5 * 20 * 2 + 15 + 10,
      sentRequests: 225,
      requestsPerRow: 20,
      repeat: 2,
    })
    expect(report.rows.map(({ mode, requests, rounds }) => [mode, requests, rounds])).toEqual([
      ['sequential', 40, 2],
      ['reused', 40, 2],
      ['concurrent', 40, 2],
      ['concurrent', 40, 2],
      ['auto', 40, 2],
    ])
    expect(Math.max(...seen.slice(0, 80).map(({ inFlight }) => inFlight))).toBe(10)
    expect(seen.slice(0, 40).every(({ inFlight }) => inFlight === 1)).toBe(true)
  })

  it('tells what was asked without credentials', async () => {
    const report = await serverOf(() => ({})).measure({ levels: [], repeat: 1, auto: false }, [
      '/a?api_key=secret',
      '/b',
      '/b',
    ])
    expect(report.targets).toEqual(['GET https://api.test/a?api_key=***', 'GET https://api.test/b'])
    expect(JSON.stringify(report)).not.toMatch(/secret|pass/)
  })

  it('tries nothing above a level at which a fifth is refused', async () => {
    const { seen, measure } = serverOf((inFlight) =>
      inFlight > 5 ? { status: 429, headers: { 'retry-after': '1' } } : {},
    )
    const report = await measure({ levels: [5, 10, 20], auto: false })
    expect(report.rows.map(({ concurrency, rounds }) => [concurrency, rounds])).toEqual([
      [1, 3],
      [1, 3],
      [5, 3],
      [10, 1],
    ])
    expect(report.notes).toEqual(['skipped the levels from 10 up: 5 of 10 requests were refused (429)'])
    expect(Math.max(...seen.map(({ inFlight }) => inFlight))).toBe(10)
    expect(report).toMatchObject({ sweetSpot: 5, limitedBy: 'rate-limit' })
  })

  it('leaves a server alone for as long as that asks, and ends if it is long', async () => {
    let refusals = 0
    const { seen, measure } = serverOf((inFlight) =>
      inFlight > 4 && refusals++ === 0 ? { status: 429, headers: { 'retry-after': '7' } } : {},
    )
    await measure({ levels: [5], repeat: 1, auto: false })
    const gaps = seen.slice(1).map(({ at }, index) => at - seen[index]!.at)
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(7_000)

    const strict = serverOf((inFlight) => (inFlight > 4 ? { status: 429, headers: { 'retry-after': '11' } } : {}))
    const report = await strict.measure({ levels: [5, 10], auto: false })
    expect(report.notes.at(-1)).toBe('stopped early: the API requested a wait of 11.0 s (Retry-After)')
    expect(strict.clock.now()).toBeLessThan(10_000)
  })

  it('ends after the first row if nothing succeeds', async () => {
    const { seen, measure } = serverOf(() => ({ status: 404 }))
    const report = await measure()
    expect(seen).toHaveLength(20)
    expect(report).toMatchObject({ limitedBy: 'unknown', waterfalls: [] })
    expect('sweetSpot' in report).toBe(false)
    expect(report.notes).toEqual(['stopped after the first row: none of its 20 requests succeeded'])
  })

  it('follows no redirect, which would be an unannounced request', async () => {
    const { seen, measure } = serverOf(() => ({ status: 302, headers: { location: '/elsewhere' } }))
    const report = await measure()
    expect(seen).toHaveLength(20)
    expect(report.rows[0]).toMatchObject({ errors: 20, rps: 0 })
  })

  it('repeats nothing that failed', async () => {
    const { seen, measure } = serverOf(() => (seen.length % 4 === 0 ? { status: 503 } : {}))
    const report = await measure({ levels: [], repeat: 1, auto: false })
    expect(seen).toHaveLength(40)
    expect(report.rows[0]).toMatchObject({ errors: 5, requests: 20, rps: 7.5 })
  })

  it('leaves out levels above the number of requests, and says so', async () => {
    const report = await serverOf(() => ({})).measure({ levels: [5, 20, 21, 50], auto: false })
    expect(report.rows.map(({ concurrency }) => concurrency)).toEqual([1, 1, 5, 20])
    expect(report.notes).toEqual(['21, 50 at once: left out, because there are only 20 requests'])
  })

  it('tells before each turn what comes', async () => {
    const turns: BenchmarkTurn[] = []
    await serverOf(() => ({})).measure({ levels: [2], repeat: 2, count: 4, onTurn: (turn) => turns.push(turn) })
    expect(turns.map(({ round, mode, concurrency, sent }) => `${round} ${mode} ${concurrency} ${sent}`)).toEqual([
      '1 sequential 1 0',
      '1 reused 1 4',
      '1 warm-up 2 8',
      '1 concurrent 2 10',
      '1 auto auto 14',
      '2 sequential 1 18',
      '2 reused 1 22',
      '2 warm-up 2 26',
      '2 concurrent 2 28',
      '2 auto auto 32',
    ])
  })

  it.each(['in a row', 'in a rest'])(
    'ends %s with the reason of its signal, and gives everything back',
    async (when) => {
      const { clock, transport } = serverOf((inFlight) =>
        when === 'in a rest' && inFlight === 2 ? { status: 429, headers: { 'retry-after': '9' } } : {},
      )
      const abort = new AbortController()
      const work = benchmark({ transport, clock, baseUrl: 'https://api.test' }, ['/a'], {
        count: 4,
        levels: [2],
        repeat: 1,
        signal: abort.signal,
      })
      work.catch(() => {})
      await clock.advance(when === 'in a row' ? 150 : 2_000)
      abort.abort(new Error('enough'))
      await expect(clock.runUntilSettled(work)).rejects.toThrow('enough')
      // What the server itself still has to do.
      await clock.advance(100)
      expect(clock.pending).toBe(0)
    },
  )

  it.each([
    [{ count: 0 }, 'count: expected a whole number from 1 up, got 0 (number)'],
    [{ levels: [1.5] }, 'levels: expected a whole number from 1 up, got 1.5 (number)'],
    [{ levels: 5 as never }, 'levels: expected a list of whole numbers'],
    [{ repeat: -1 }, 'repeat: expected a whole number from 1 up, got -1 (number)'],
    [{ auto: 'no' as never }, 'auto: expected'],
  ])('refuses the options %j', async (options, message) => {
    await expect(benchmark({}, ['https://api.test'], options)).rejects.toThrow(message)
  })

  it('refuses to measure nothing', async () => {
    await expect(benchmark({}, [])).rejects.toThrow('requests: expected a list with at least one request')
  })
})

describe('the turns of a round', () => {
  const settings = resolveBenchmark({ levels: [20, 5, 1, 5, 10], count: 50 })
  const shown = (round: number): string[] =>
    turnsOf(settings, round).map(({ mode, concurrency }) => `${mode} ${concurrency}`)

  it('go up step by step first, then down, then up again', () => {
    expect(shown(1).join(', ')).toBe(
      'sequential 1, reused 1, warm-up 5, concurrent 5, warm-up 10, concurrent 10, warm-up 20, concurrent 20, auto auto',
    )
    expect(shown(2).join(', ')).toBe(
      'sequential 1, reused 1, warm-up 20, concurrent 20, concurrent 10, concurrent 5, auto auto',
    )
    expect(shown(3).join(', ')).toBe(
      'sequential 1, reused 1, warm-up 20, concurrent 5, concurrent 10, concurrent 20, auto auto',
    )
  })

  it('are counted before they are taken', () => {
    expect(plannedRequests(settings)).toBe(3 * 6 * 50 + (5 + 10 + 20) + 20 + 20)
  })
})

describe('a budget of requests', () => {
  it('lets so many through, and no more', async () => {
    const budget = new RequestBudget(2)
    let arrived = 0
    const answer = { status: 200, headers: {}, body: Buffer.alloc(0) }
    const transport = budget.over(
      memoryTransport(async () => {
        arrived++
        return answer
      }),
    )
    const send = () =>
      transport.send({} as ApiRequest, { signal: new AbortController().signal, onSent() {}, onFirstByte() {} })
    const results = await Promise.allSettled([send(), send(), send()])
    expect([arrived, budget.sent, results.at(-1)!.status]).toEqual([2, 2, 'rejected'])
  })
})
