import type { Path } from './network.ts'
import type { ServerMaker } from './servers.ts'
import { items, runTrial, type Trial } from './trial.ts'

const levels = [1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192]
/** Measured part of a run, in ms. */
const from = 10_000
const to = 40_000
/** Largest share of errors, beyond that of one in flight, that is acceptable, whatever the throughput. */
const maxErrors = 0.05
/** Levels without a gain after which the sweep ends: queues only get longer. */
const maxWithoutGain = 4

const known = new Map<string, Promise<Best>>()

export interface Best {
  readonly level: number
  /** Successes per second. */
  readonly rate: number
  /** Smallest level with 97 % of that rate. */
  readonly smallest: number
}

/** Fixed number in flight with the highest throughput: each is tried with one seed. Found once for each name. */
export function bestFixed(name: string, server: ServerMaker, network: Path): Promise<Best> {
  const best = known.get(name) ?? sweep(server, network)
  known.set(name, best)
  return best
}

async function sweep(server: ServerMaker, network: Path): Promise<Best> {
  let best = { level: 0, rate: 0 }
  const rates: number[] = []
  let unavoidable: number | undefined
  let inVain = 0
  for (const level of levels) {
    const client = { concurrency: level, breaker: false as const, learn: false }
    const trial = await runTrial({ server, network, client, requests: items(), bulk: { maxTime: to } }, 1_000)
    // Those that arrived last may have no answer yet.
    const early = trial.arrivals.between(0, to - from)
    const errors = early.filter(({ status }) => status !== 200).length / early.length
    unavoidable ??= errors
    if (errors > unavoidable + maxErrors) break
    const rate = perSecond(trial, from, to)
    rates.push(rate)
    if (rate > best.rate * 1.005) {
      best = { level, rate }
      inVain = 0
    } else if (++inVain === maxWithoutGain) break
  }
  return { ...best, smallest: levels[rates.findIndex((rate) => rate >= 0.97 * best.rate)]! }
}

/** Successes per second between two moments. */
export function perSecond({ succeeded }: Trial, start: number, end: number): number {
  return (succeeded.filter(({ at }) => start <= at && at < end).length * 1_000) / (end - start)
}

/** Time in ms from `start` to the first `span` milliseconds with `wanted` successes per second; the whole time if there is none. */
export function timeToReach(trial: Trial, wanted: number, start: number, end: number, span: number): number {
  for (let at = start; at + span <= end; at += 500) {
    if (perSecond(trial, at, at + span) >= wanted) return at - start
  }
  return end - start
}
