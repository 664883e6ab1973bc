import type { Path } from './network.ts'
import type { ServerMaker } from './servers.ts'
import { items, runTrial, type Trial } from './trial.ts'

const levels = [1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192]
/** Milliseconds: the first part is not counted. */
const from = 10_000
const to = 40_000
/** More errors than this share of all answers, and it is no way to treat a server, however much gets done. */
const mostErrors = 0.05
/** So many levels without a gain, and there is none to come: queues only get longer. */
const patience = 4

const known = new Map<string, Promise<Best>>()

export interface Best {
  readonly level: number
  /** Successes per second. */
  readonly rate: number
}

/** The fixed number in flight that gets most done: each is tried with one seed. Found once for each name. */
export function bestFixed(name: string, server: ServerMaker, network: Path): Promise<Best> {
  const best = known.get(name) ?? sweep(server, network)
  known.set(name, best)
  return best
}

async function sweep(server: ServerMaker, network: Path): Promise<Best> {
  let best: Best = { level: 0, rate: 0 }
  let inVain = 0
  for (const level of levels) {
    const client = { concurrency: level, breaker: false as const, learn: false }
    const trial = await runTrial({ server, network, client, requests: items(), bulk: { maxTime: to } }, 1_000)
    if (1 - trial.arrivals.share(200) > mostErrors) break
    const rate = perSecond(trial, from, to)
    if (rate > best.rate * 1.005) {
      best = { level, rate }
      inVain = 0
    } else if (++inVain === patience) break
  }
  return best
}

/** Successes per second between two moments. */
export function perSecond({ succeeded }: Trial, start: number, end: number): number {
  return (succeeded.filter(({ at }) => start <= at && at < end).length * 1_000) / (end - start)
}

/** Milliseconds from `start` until `span` milliseconds at `wanted` per second lie behind; the whole time if that never happens. */
export function timeToReach(trial: Trial, wanted: number, start: number, end: number, span: number): number {
  for (let at = start; at + span <= end; at += 500) {
    if (perSecond(trial, at, at + span) >= wanted) return at - start
  }
  return end - start
}
