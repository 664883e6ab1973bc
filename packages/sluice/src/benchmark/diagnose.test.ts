import { describe, expect, it } from 'vitest'
import { diagnose } from './diagnose.ts'
import type { BenchmarkRow } from './report.ts'
import { sweetSpot } from './sweet-spot.ts'

function row(concurrency: number, differences: Partial<BenchmarkRow> = {}): BenchmarkRow {
  const rps = differences.rps ?? concurrency * 10
  return {
    mode: concurrency === 1 ? 'reused' : 'concurrent',
    concurrency,
    rounds: 3,
    wallMs: 50_000 / rps,
    wallMsRange: [50_000 / rps, 50_000 / rps],
    rps,
    rpsRange: [rps, rps],
    speedup: rps / 10,
    efficiency: rps / concurrency / 10,
    p50Ms: 100,
    p50MsRange: [differences.p50Ms ?? 100, differences.p50Ms ?? 100],
    p95Ms: 110,
    p99Ms: 120,
    connectMs: 0,
    firstByteMs: 99,
    bodyMs: 1,
    requests: 150,
    throttled: 0,
    errors: 0,
    bytesPerSecond: rps * 1_000,
    inFlight: concurrency,
    loopBusy: 0.1,
    loopDelayMs: 0.5,
    cpu: 0.1,
    waitedMs: {},
    ...differences,
  }
}

const slow = { p50Ms: 300, p95Ms: 330, firstByteMs: 299 }

describe('what limits the rows', () => {
  it.each<[string, BenchmarkRow[], string, string]>([
    [
      'more at once still helps while a request takes as long as before',
      [row(1), row(5), row(10)],
      'concurrency',
      'one request takes 100 ms alone and 100 ms with 10 at once, so more at once still help: 100/s is 10.0 times one at a time',
    ],
    ['one level alone says no more', [row(1)], 'concurrency', 'one at a time: 10.0/s; no higher concurrency was tried'],
    [
      'the server is full when requests wait there',
      [row(1), row(5), row(20, { ...slow, rps: 60 })],
      'server-capacity',
      'one request takes 100 ms alone and 300 ms with 20 at once, and throughput stays at 60.0/s: the API processes about 6 at once, and the others wait there',
    ],
    [
      'the line is full when bodies take longer, and first bytes do not',
      [row(1), row(20, { ...slow, rps: 60, firstByteMs: 105, bodyMs: 195, bytesPerSecond: 2_400_000 })],
      'network',
      'one request takes 100 ms alone and 300 ms with 20 at once, and 97 % of that growth lies between first and last byte; the connection carries at most 2.40 MB a second',
    ],
    [
      'this machine is full when its event loop is',
      [row(1), row(20, { ...slow, rps: 60, loopBusy: 0.97, cpu: 1.2 })],
      'client-cpu',
      'this process was busy 97 % of the time with 20 at once, with 1.2 cores in use, at 60.0/s',
    ],
    [
      'this machine is full when its event loop comes late by most of the growth',
      [row(1), row(20, { ...slow, rps: 60, loopDelayMs: 120 })],
      'client-cpu',
      'one request takes 100 ms alone and 300 ms with 20 at once, and this process ran 120 ms behind (event loop delay)',
    ],
    [
      'times that have not grown in the quickest round have not grown',
      [row(1), row(20, { ...slow, rps: 60, p50MsRange: [103, 320] })],
      'concurrency',
      'one request takes 100 ms alone and 300 ms with 20 at once, so more at once still help: 60.0/s is 6.0 times one at a time',
    ],
    [
      'refusals are a limit whatever else is true',
      [row(1), row(5), row(20, { ...slow, rps: 60, throttled: 3, loopBusy: 0.97 })],
      'rate-limit',
      '3 of 450 requests were refused (429), from a concurrency of 20 up; at most 60.0/s were accepted',
    ],
    [
      'a throughput of a moment that ended in refusals does not count',
      [row(1), row(5, { throttled: 2 }), row(20, { rps: 900, throttled: 60 })],
      'rate-limit',
      '62 of 450 requests were refused (429), from a concurrency of 5 up; at most 50.0/s were accepted',
    ],
    [
      'a wait for a quota that is told is a limit without a refusal',
      [row(1), row(20, { rps: 60, wallMs: 1_000, waitedMs: { 'advertised quota': 800, concurrency: 950 } })],
      'rate-limit',
      'with 20 at once calls waited 80 % of the time for the quota that the API advertises; at best 60.0/s',
    ],
    [
      'a server that fails under load is full',
      [row(1, { errors: 3 }), row(20, { errors: 30 })],
      'server-capacity',
      'requests fail under load: 2 % one after another, 20 % with 20 at once',
    ],
    ['nothing is known where nothing succeeds', [row(1, { rps: 0, errors: 150 })], 'unknown', 'no request succeeded'],
    ['nothing is known of nothing', [], 'unknown', 'no request succeeded'],
  ])('%s', (_, rows, limitedBy, evidence) => {
    expect(diagnose(rows)).toEqual({ limitedBy, evidence })
  })

  it('ignores a growth within the noise of so few requests', () => {
    const varied = { p50Ms: 100, p95Ms: 500, firstByteMs: 150 }
    const more = { p50Ms: 130, p95Ms: 600, firstByteMs: 200 }
    expect(diagnose([row(1, varied), row(20, more)]).limitedBy).toBe('concurrency')
    const many = { requests: 15_000 }
    expect(diagnose([row(1, { ...varied, ...many }), row(20, { ...more, ...many })]).limitedBy).toBe('server-capacity')
  })

  it('what the row that found its own number has shown is not among the steps', () => {
    expect(diagnose([row(1), row(5), row(16, { ...slow, mode: 'auto', loopBusy: 1, throttled: 9 })]).limitedBy).toBe(
      'concurrency',
    )
  })
})

describe('the sweet spot', () => {
  const spotOf = (...rows: BenchmarkRow[]): number | undefined => sweetSpot(rows)?.concurrency

  it('is the smallest level within 5 % of the best throughput', () => {
    expect(spotOf(row(1), row(5, { rps: 94 }), row(10, { rps: 96 }), row(20, { rps: 100 }))).toBe(10)
    expect(spotOf(row(20, { rps: 100 }), row(10, { rps: 95 }), row(1))).toBe(10)
  })

  it('is a smaller one where its quickest rounds were as quick as the slowest of the best', () => {
    const best = row(20, { rps: 100, rpsRange: [90, 110] })
    expect(spotOf(row(1), row(10, { rps: 88, rpsRange: [80, 90] }), best)).toBe(10)
    expect(spotOf(row(1), row(10, { rps: 88, rpsRange: [80, 89] }), best)).toBe(20)
    expect(spotOf(row(1), row(10, { rps: 84, rpsRange: [80, 95] }), best)).toBe(20)
  })

  it('is no level at which one in twenty takes more than twice as long as unloaded, if another one is as good', () => {
    const [slower, quicker] = [row(10, { rps: 100, p95Ms: 221 }), row(20, { rps: 98, p95Ms: 220 })]
    expect(spotOf(row(1), slower, quicker)).toBe(20)
    expect(spotOf(row(1), slower)).toBe(10)
  })

  it('is no level that fails more than one connection does, if another one is as good', () => {
    expect(spotOf(row(1), row(10, { rps: 100, errors: 3 }), row(20, { rps: 98 }))).toBe(20)
    expect(spotOf(row(1, { errors: 2 }), row(10, { rps: 100, errors: 3 }), row(20, { rps: 98 }))).toBe(10)
    expect(spotOf(row(1), row(10, { rps: 300, throttled: 60 }), row(5, { rps: 40 }))).toBe(5)
  })

  it('is nowhere if nothing succeeds', () => {
    expect(spotOf()).toBeUndefined()
    expect(spotOf(row(1, { rps: 0, errors: 150 }))).toBeUndefined()
  })
})
