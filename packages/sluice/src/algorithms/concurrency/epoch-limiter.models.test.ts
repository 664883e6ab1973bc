import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../random/random.ts'
import {
  about,
  exponential,
  fixedLevel,
  lognormal,
  type ModelRun,
  type ModelServer,
  runModel,
} from '../../testing/model-server.ts'
import { EpochLimiter } from './epoch-limiter.ts'

const endless = Number.POSITIVE_INFINITY
const seeds = Array.from({ length: 24 }, (_, index) => index + 1)

interface Case {
  readonly name: string
  readonly server: ModelServer
  /** Minimum throughput of the median and the worst seed, as a share of that of the best fixed level. */
  readonly median: number
  readonly worst: number
  /** Maximum share of requests that the median seed has refused or lost. */
  readonly refused: number
}

const steady: readonly Case[] = [
  {
    name: '16 workers and 16 places to wait, each request 50 ms',
    server: { workers: [[0, 16]], queue: 16, service: about(50), network: 40 },
    ...{ median: 0.99, worst: 0.98, refused: 0.01 },
  },
  {
    name: '16 workers and 16 places to wait, 50 ms on average',
    server: { workers: [[0, 16]], queue: 16, service: exponential(50), network: 40 },
    ...{ median: 0.98, worst: 0.96, refused: 0.004 },
  },
  {
    name: '32 workers and 8 places to wait, 100 ms away, which bursts overrun',
    server: { workers: [[0, 32]], queue: 8, service: about(50), network: 100 },
    ...{ median: 0.97, worst: 0.96, refused: 0.01 },
  },
  {
    name: '16 workers and an endless queue (M/M/c)',
    server: { workers: [[0, 16]], queue: endless, service: exponential(50), network: 40 },
    ...{ median: 0.98, worst: 0.96, refused: 0 },
  },
  {
    name: '8 slow workers and an endless queue (M/M/c)',
    server: { workers: [[0, 8]], queue: endless, service: exponential(200), network: 40 },
    ...{ median: 0.96, worst: 0.91, refused: 0 },
  },
  {
    name: 'a noisy tail (lognormal, one in a hundred takes ten times the median)',
    server: { workers: [[0, 16]], queue: endless, service: lognormal(50, 1), network: 40 },
    ...{ median: 0.98, worst: 0.95, refused: 0 },
  },
  {
    name: 'a very noisy tail (one in a hundred takes thirty times the median)',
    server: { workers: [[0, 16]], queue: endless, service: lognormal(50, 1.5), network: 40 },
    ...{ median: 0.98, worst: 0.92, refused: 0 },
  },
  {
    name: 'a server that loses 1 in 100 whatever the load',
    server: { workers: [[0, 16]], queue: endless, service: exponential(50), network: 40, fault: lossOf(0.01) },
    ...{ median: 0.96, worst: 0.9, refused: 0.012 },
  },
  {
    name: 'a server that loses 1 in 20 whatever the load',
    server: { workers: [[0, 16]], queue: endless, service: exponential(50), network: 40, fault: lossOf(0.05) },
    ...{ median: 0.95, worst: 0.9, refused: 0.055 },
  },
  {
    name: '2 workers and one place to wait, which doubling overruns',
    server: { workers: [[0, 2]], queue: 1, service: about(50), network: 10 },
    ...{ median: 0.98, worst: 0.96, refused: 0.005 },
  },
]

describe.each(steady)('an EpochLimiter at $name', ({ server, median, worst, refused }) => {
  it(`gets, from 10 s on, ${percent(median)} of the best fixed level's throughput (median of 24 seeds; worst ${percent(worst)}), with at most ${percent(refused)} refused`, () => {
    const best = bestFixed(server)
    const runs = seeds.map((seed) => runModel(server, new EpochLimiter(), 60, seededRandom(seed)))
    const shares = sorted(runs.map((run) => throughput(run, 10, 60) / best))
    expect(shares[12]).toBeGreaterThanOrEqual(median)
    expect(shares[0]).toBeGreaterThanOrEqual(worst)
    expect(sorted(runs.map(refusedShare))[12]).toBeLessThanOrEqual(refused)
  })
})

const steps: readonly Case[] = [
  {
    name: 'from 8 to 32 workers with an endless queue',
    server: { workers: workersFrom(8, 32), queue: endless, service: exponential(100), network: 40 },
    ...{ median: 0.97, worst: 0.95, refused: 0 },
  },
  {
    name: 'from 8 to 32 workers with 8 places to wait',
    server: { workers: workersFrom(8, 32), queue: 8, service: exponential(100), network: 40 },
    ...{ median: 0.96, worst: 0.94, refused: 0.012 },
  },
  {
    name: 'from 32 to 8 workers with an endless queue',
    server: { workers: workersFrom(32, 8), queue: endless, service: exponential(100), network: 40 },
    ...{ median: 0.96, worst: 0.92, refused: 0 },
  },
  {
    name: 'from 32 to 8 workers with 8 places to wait',
    server: { workers: workersFrom(32, 8), queue: 8, service: exponential(100), network: 40 },
    ...{ median: 0.96, worst: 0.91, refused: 0.025 },
  },
]

describe.each(steps)('an EpochLimiter after a step $name', ({ server, median, worst, refused }) => {
  it(`gets, from 30 s after it on, ${percent(median)} of the best fixed level's throughput (median of 24 seeds; worst ${percent(worst)}), with at most ${percent(refused)} refused`, () => {
    const best = bestFixed({ ...server, workers: [[0, server.workers[1]![1]]] })
    const runs = seeds.map((seed) => runModel(server, new EpochLimiter(), 90, seededRandom(seed)))
    const shares = sorted(runs.map((run) => throughput(run, 60, 90) / best))
    expect(shares[12]).toBeGreaterThanOrEqual(median)
    expect(shares[0]).toBeGreaterThanOrEqual(worst)
    expect(sorted(runs.map((run) => refusedShare(run, 60)))[12]).toBeLessThanOrEqual(refused)
  })
})

/** Eight workers of which others take three, every other 2 s. */
const shared: ModelServer['workers'] = Array.from({ length: 60 }, (_, index) => [
  index * 2_000,
  index % 2 === 0 ? 8 : 5,
])

const knees: readonly (readonly [string, ModelServer])[] = [
  ['8 workers of 100 ms each', { workers: [[0, 8]], queue: endless, service: about(100), network: 40 }],
  ['8 workers of 100 ms each on a LAN', { workers: [[0, 8]], queue: endless, service: about(100), network: 1 }],
  ['8 workers of 100 ms on average', { workers: [[0, 8]], queue: endless, service: exponential(100), network: 40 }],
  ['8 workers of 1 s each', { workers: [[0, 8]], queue: endless, service: about(1_000), network: 40 }],
  ['8 workers that others use too', { workers: shared, queue: endless, service: about(100), network: 40 }],
  [
    '8 workers, of which one works at first',
    {
      workers: [
        [0, 1],
        [5_000, 8],
      ],
      queue: endless,
      service: about(100),
      network: 40,
    },
  ],
  ['8 workers and 8 places to wait', { workers: [[0, 8]], queue: 8, service: about(100), network: 40 }],
  ['100 workers of 50 ms each', { workers: [[0, 100]], queue: endless, service: about(50), network: 4 }],
  ['2 workers of 100 ms each', { workers: [[0, 2]], queue: endless, service: about(100), network: 5 }],
]

describe.each(knees)('an EpochLimiter at %s', (_, server) => {
  it('settles within 1.3 x of the smallest number that gives 97 % of the best throughput, with at least 88 % of it (5 seeds)', () => {
    const busiest = server.workers.at(-1)![1]
    const levels = Array.from({ length: 32 }, (_, index) => Math.ceil((busiest * 2 * (index + 1)) / 32))
    const runs = levels.map((level) => runModel(server, fixedLevel(level), 20, seededRandom(99)))
    const best = Math.max(...runs.map((run) => throughput(run, 8, 20)))
    const smallest = levels[runs.findIndex((run) => throughput(run, 8, 20) >= 0.97 * best)]!
    for (const seed of seeds.slice(0, 5)) {
      const run = runModel(server, new EpochLimiter(), 60, seededRandom(seed))
      expect(throughput(run, 30, 60) / best).toBeGreaterThan(0.88)
      // By Little's law, the number in flight is that of the round trips that end at any moment.
      expect(sum(run.waited.slice(30)) / 30_000 / smallest).toBeLessThanOrEqual(1.3)
    }
  })
})

describe('an EpochLimiter at a server that fails fast', () => {
  const healthy: ModelServer = { workers: [[0, 16]], queue: 16, service: exponential(50), network: 10 }

  it.each([
    ['all', 'loss', 1],
    ['half of them', 'loss', 0.5],
    ['all, in a way that says nothing about the load,', 'ignore', 1],
  ] as const)('never goes above its level while %s fail, and is back 30 s after that (24 seeds)', (_, kind, share) => {
    const fault: NonNullable<ModelServer['fault']> = (now, random) =>
      now >= 10_000 && now < 20_000 && random() < share ? kind : undefined
    for (const seed of seeds) {
      const run = runModel({ ...healthy, fault }, new EpochLimiter(), 60, seededRandom(seed))
      // Requests sent earlier still succeed until then.
      const level = Math.max(...run.changes.filter(({ at }) => at < 10_300).map(({ to }) => to))
      for (const { at, to } of run.changes) if (at >= 10_300 && at < 20_000) expect(to).toBeLessThanOrEqual(level)
      expect(throughput(run, 50, 60)).toBeGreaterThan(0.9 * throughput(run, 5, 10))
    }
  })

  it.each(['loss', 'ignore'] as const)('never goes up when nothing but 429 comes, taken as %s', (kind) => {
    for (const seed of seeds) {
      const run = runModel({ ...healthy, fault: () => kind }, new EpochLimiter(), 10, seededRandom(seed))
      expect(Math.max(...run.highest)).toBe(4)
      expect(run.changes.every(({ from, to }) => to < from)).toBe(true)
    }
  })
})

function workersFrom(before: number, after: number): ModelServer['workers'] {
  return [
    [0, before],
    [30_000, after],
  ]
}

function lossOf(share: number): NonNullable<ModelServer['fault']> {
  return (_, random) => (random() < share ? 'loss' : undefined)
}

/**
 * Throughput of the best fixed level with at most 1 % more refusals than the unavoidable losses. Higher levels are tried
 * until one is refused more often, or 16 in a row bring no 0.1 % more.
 */
function bestFixed(server: ModelServer): number {
  let [best, bestLevel, background] = [0, 0, 1]
  for (let level = 1; level <= bestLevel + 16; level++) {
    const run = runModel(server, fixedLevel(level), 30, seededRandom(99))
    if (level === 1) background = refusedShare(run)
    if (refusedShare(run) > background + 0.01) break
    if (throughput(run, 5, 30) > 1.001 * best) [best, bestLevel] = [throughput(run, 5, 30), level]
  }
  return best
}

/** Successes per second between two seconds. */
function throughput({ succeeded }: ModelRun, from: number, to: number): number {
  return sum(succeeded.slice(from, to)) / (to - from)
}

function refusedShare({ succeeded, refused }: ModelRun, from = 0): number {
  const lost = sum(refused.slice(from))
  return lost / (lost + sum(succeeded.slice(from)))
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function sorted(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b)
}
