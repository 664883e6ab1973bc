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
    ...{ median: 0.98, worst: 0.97, refused: 0.015 },
  },
  {
    name: '32 workers and 8 places to wait, 100 ms away, which bursts overrun',
    server: { workers: [[0, 32]], queue: 8, service: about(50), network: 100 },
    ...{ median: 0.97, worst: 0.96, refused: 0.01 },
  },
  {
    name: '16 workers and an endless queue (M/M/c)',
    server: { workers: [[0, 16]], queue: endless, service: exponential(50), network: 40 },
    ...{ median: 0.98, worst: 0.97, refused: 0 },
  },
  {
    name: '8 slow workers and an endless queue (M/M/c)',
    server: { workers: [[0, 8]], queue: endless, service: exponential(200), network: 40 },
    ...{ median: 0.96, worst: 0.92, refused: 0 },
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
    ...{ median: 0.92, worst: 0.75, refused: 0.012 },
  },
  {
    name: 'a server that loses 1 in 20 whatever the load',
    server: { workers: [[0, 16]], queue: endless, service: exponential(50), network: 40, fault: lossOf(0.05) },
    ...{ median: 0.92, worst: 0.75, refused: 0.055 },
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
    ...{ median: 0.96, worst: 0.94, refused: 0.01 },
  },
  {
    name: 'from 32 to 8 workers with an endless queue',
    server: { workers: workersFrom(32, 8), queue: endless, service: exponential(100), network: 40 },
    ...{ median: 0.96, worst: 0.92, refused: 0 },
  },
  {
    name: 'from 32 to 8 workers with 8 places to wait',
    server: { workers: workersFrom(32, 8), queue: 8, service: exponential(100), network: 40 },
    ...{ median: 0.96, worst: 0.92, refused: 0.025 },
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

/** Throughput of the best fixed level up to 112 with at most 1 % more refusals than the unavoidable losses. */
function bestFixed(server: ModelServer): number {
  const runs = Array.from({ length: 112 }, (_, index) => runModel(server, fixedLevel(index + 1), 30, seededRandom(99)))
  const background = refusedShare(runs[0]!)
  const careful = runs.filter((run) => refusedShare(run) <= background + 0.01)
  return Math.max(...careful.map((run) => throughput(run, 5, 30)))
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
