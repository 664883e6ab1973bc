import { createSimulator, type ScenarioOptions, simulatorTransport } from '@sluice/simulator'
import type { ApiRequest, ApiResponse, ClientOptions } from 'sluice'
import { type BenchmarkReport, benchmark } from 'sluice/benchmark'
import type { Effort } from 'sluice/internal'
import { ManualClock, seededRandom } from 'sluice/testing'
import type { Exchange, Transport } from 'sluice/transport'
import { describe, expect, it } from 'vitest'
import { isLongForm } from '../long-form.ts'

// Servers whose limit is known, under a virtual clock, with chance from a seed: the verdict is right for 95 of 100 seeds. The short form
// takes the first 3, and lets none of them be wrong.

const seeds = Array.from({ length: isLongForm ? 100 : 3 }, (_, index) => index + 1)
const product = (index: number): string => `/products/${index}`

interface Known {
  /** @default a product */
  readonly path?: (index: number) => string
  readonly scenario: ScenarioOptions
  /** Milliseconds of this process that each answer takes. */
  readonly ownTime?: number
  readonly client?: ClientOptions
}

/** The report on a server that is known, and the server. */
async function reportOn({ scenario, path = product, ownTime = 0, client }: Known, seed: number, count = 50) {
  const clock = new ManualClock()
  const random = seededRandom(seed)
  const simulator = createSimulator({ ...scenario, seed }, { clock, random })
  const machine = new SlowMachine(clock, simulatorTransport(simulator), ownTime)
  const work = benchmark(
    { ...client, transport: machine, clock, random, baseUrl: 'http://api.test' },
    Array.from({ length: count }, (_, index) => path(index + 1)),
    { effort: machine, count },
  )
  const report = await clock.runUntilSettled(work)
  expect(clock.pending).toBe(0)
  return { report, stats: simulator.stats() }
}

/** A machine that needs its time for each answer, one after another, as an event loop does. */
class SlowMachine implements Transport, Effort {
  readonly #clock: ManualClock
  readonly #transport: Transport
  readonly #perAnswer: number
  #busyUntil = 0
  #busy = 0

  constructor(clock: ManualClock, transport: Transport, perAnswer: number) {
    this.#clock = clock
    this.#transport = transport
    this.#perAnswer = perAnswer
  }

  async send(request: ApiRequest, exchange: Exchange): Promise<ApiResponse> {
    const response = await this.#transport.send(request, exchange)
    if (this.#perAnswer === 0) return response
    this.#busyUntil = Math.max(this.#clock.now(), this.#busyUntil) + this.#perAnswer
    this.#busy += this.#perAnswer
    await new Promise<void>((resolve) => this.#clock.timer(this.#busyUntil - this.#clock.now(), resolve))
    return response
  }

  close(): Promise<void> {
    return this.#transport.close()
  }

  begin() {
    const [busyBefore, beganAt] = [this.#busy, this.#clock.now()]
    return () => {
      const loopBusy = Math.min(1, (this.#busy - busyBefore) / Math.max(1, this.#clock.now() - beganAt))
      return { loopBusy, loopDelay: 0, cpu: loopBusy }
    }
  }
}

type Verdict = readonly [limitedBy: BenchmarkReport['limitedBy'], sweetSpots: readonly number[]]

const known: readonly (readonly [string, Known, Verdict])[] = [
  ['works on 8 at once', { scenario: { capacity: 8, latency: around(50) } }, ['server-capacity', [10]]],
  ['works on 30 at once', { scenario: { capacity: 30, latency: around(50) } }, ['server-capacity', [50]]],
  ['fails when much is asked', { scenario: { capacity: '8,queue=4', latency: around(50) } }, ['server-capacity', [10]]],
  ['has no limit', { scenario: { latency: around(100) } }, ['concurrency', [50]]],
  ['has no limit and a long tail', { scenario: { latency: 'tail:80ms,2%=600ms' } }, ['concurrency', [10, 20, 50]]],
  ['lets 40 a second in', { scenario: { limit: 'sliding:40/s', latency: around(50) } }, ['rate-limit', [5, 10, 20]]],
  [
    'tells its quota of 40 a second',
    { scenario: { limit: 'fixed:40/s', headers: 'ietf', latency: around(50) } },
    ['rate-limit', [5, 10, 20]],
  ],
  ['lets 20 in at once', { scenario: { limit: 'concurrent:20', latency: around(50) } }, ['rate-limit', [20]]],
  [
    'is called with a rate of 40/s',
    { scenario: { latency: around(50) }, client: { rate: '40/s' } },
    ['rate-limit', [5, 10]],
  ],
  [
    'is behind a narrow line',
    { scenario: { line: '1MB/s', latency: around(100) }, path: () => '/bytes/20000' },
    ['network', [5, 10]],
  ],
  ['is quicker than the client', { scenario: { latency: around(40) }, ownTime: 5 }, ['client-cpu', [10, 20]]],
]

function around(milliseconds: number): string {
  return `lognormal:p50=${milliseconds}ms,p99=${milliseconds * 1.8}ms`
}

describe.each(known)('of a server that %s', (_, server, [limitedBy, sweetSpots]) => {
  it('the verdict is right for at least 95 % of the seeds, and no more is sent than was announced', {
    timeout: 60_000,
  }, async () => {
    const wrong: string[] = []
    for (const seed of seeds) {
      const { report, stats } = await reportOn(server, seed)
      expect(stats.requests).toBe(report.sentRequests)
      expect(stats.requests).toBeLessThanOrEqual(report.plannedRequests)
      const isRight = report.limitedBy === limitedBy && sweetSpots.includes(report.sweetSpot ?? 0)
      if (!isRight)
        wrong.push(`${seed}: ${report.limitedBy}, ${report.sweetSpot}: ${report.evidence}; ${rowsText(report)}`)
    }
    expect(wrong.length, wrong.slice(0, 3).join('\n')).toBeLessThanOrEqual(seeds.length / 20)
  })
})

function rowsText({ rows }: BenchmarkReport): string {
  return rows
    .map(
      ({ concurrency, rps, p95Ms, requests, throttled, errors }) =>
        `${concurrency}: ${rps.toFixed(1)}/s p95 ${p95Ms.toFixed(0)} ${throttled}+${errors} of ${requests}`,
    )
    .join(', ')
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000

describe('the table', () => {
  it('of 50 endpoints that take 200 ms shows ten at once to be ten times as fast', async () => {
    const { report } = await reportOn({ scenario: { latency: '200ms' } }, 1)
    const rows = report.rows.map(({ mode, concurrency, wallMs, speedup, efficiency, requests }) => [
      mode,
      concurrency,
      wallMs,
      round(speedup),
      round(efficiency),
      requests,
    ])
    expect(rows.slice(0, -1)).toEqual([
      ['sequential', 1, 10_000, 1, 1, 150],
      ['reused', 1, 10_000, 1, 1, 150],
      ['concurrent', 5, 2_000, 5, 1, 150],
      ['concurrent', 10, 1_000, 10, 1, 150],
      ['concurrent', 20, 600, 16.667, 0.833, 150],
      ['concurrent', 50, 200, 50, 1, 150],
    ])
    expect(report.rows.at(-1)).toMatchObject({ mode: 'auto', requests: 150 })
  })

  it('of 500 products that take 200 ms shows twenty at once to be twenty times as fast', async () => {
    const { report } = await reportOn({ scenario: { latency: '200ms' } }, 1, 500)
    expect(report.rows.find(({ mode, concurrency }) => mode === 'concurrent' && concurrency === 20)).toMatchObject({
      wallMs: 5_000,
      speedup: 20,
    })
  })

  it('has waterfalls of one after another and of the sweet spot, in which the overlap is to be seen', async () => {
    const { report } = await reportOn({ scenario: { latency: '200ms', capacity: 10 } }, 1)
    const [before, after] = report.waterfalls
    expect([before!.mode, before!.bars.map(({ startMs }) => startMs)]).toEqual([
      'reused',
      Array.from({ length: 50 }, (_, index) => index * 200),
    ])
    expect([after!.concurrency, after!.bars.map(({ startMs }) => startMs)]).toEqual([
      10,
      Array.from({ length: 50 }, (_, index) => Math.floor(index / 10) * 200),
    ])
  })
})
