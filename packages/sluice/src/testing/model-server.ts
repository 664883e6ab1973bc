import type { RequestEnd } from '../algorithms/concurrency/epoch.ts'
import type { LimitChange } from '../algorithms/concurrency/epoch-limiter.ts'
import { Heap } from '../algorithms/heap.ts'
import type { Random } from '../random/random.ts'

/** Queueing model of a server behind a network. Times are in milliseconds. */
export interface ModelServer {
  /** Number of requests served at once, over time: ordered, the first from 0. */
  readonly workers: readonly (readonly [from: number, count: number])[]
  /** Maximum number waiting; further requests are refused immediately. */
  readonly queue: number
  /** Service time of the next request. */
  readonly service: (random: Random) => number
  /** Round trip time of the network. */
  readonly network: number
  /** Outcome on arrival without service, if any. */
  readonly fault?: (now: number, random: Random) => 'loss' | 'ignore' | undefined
}

/** Limiter under test: an `EpochLimiter`, or a fixed level. */
export interface Limiter {
  readonly limit: number
  start(now: number): void
  end(now: number, end: RequestEnd): LimitChange | undefined
}

export interface ModelRun {
  /** Successes per second. */
  readonly succeeded: readonly number[]
  readonly refused: readonly number[]
  /** Sum of the round trips of the successes, per second. */
  readonly waited: readonly number[]
  readonly changes: readonly (LimitChange & { readonly at: number })[]
  /** Highest and last limit within each second. */
  readonly highest: readonly number[]
}

interface Event {
  readonly at: number
  readonly kind: 'arrival' | 'done' | 'answer' | 'workers'
  readonly sentAt: number
  readonly end: RequestEnd['kind']
}

/** A client with endless work that always has as many requests in flight as the limiter allows. */
export function runModel(server: ModelServer, limiter: Limiter, seconds: number, random: Random): ModelRun {
  const perSecond = (): number[] => new Array<number>(seconds).fill(0)
  const [succeeded, refused, waited, highest] = [perSecond(), perSecond(), perSecond(), perSecond()]
  const changes: (LimitChange & { at: number })[] = []
  const events = new Heap<Event>((a, b) => a.at < b.at)
  const line: number[] = []
  let lineFrom = 0
  let busy = 0
  let workers = 0
  let inFlight = 0

  const send = (now: number): void => {
    const second = Math.floor(now / 1_000)
    highest[second] = Math.max(highest[second]!, limiter.limit)
    for (; inFlight < limiter.limit; inFlight++) {
      limiter.start(now)
      events.push({ at: now + server.network / 2, kind: 'arrival', sentAt: now, end: 'success' })
    }
  }
  const work = (now: number): void => {
    for (; busy < workers && lineFrom < line.length; busy++) {
      const at = now + server.service(random)
      events.push({ at, kind: 'done', sentAt: line[lineFrom++]!, end: 'success' })
    }
  }
  const answer = (now: number, sentAt: number, end: RequestEnd['kind']): void =>
    events.push({ at: now + server.network / 2, kind: 'answer', sentAt, end })

  for (const [at] of server.workers) events.push({ at, kind: 'workers', sentAt: 0, end: 'ignore' })
  events.push({ at: 0, kind: 'workers', sentAt: 0, end: 'ignore' })
  for (let started = false; ; ) {
    const { at: now, kind, sentAt, end } = events.pop()!
    if (now >= seconds * 1_000) return { succeeded, refused, waited, changes, highest }
    if (kind === 'workers') {
      workers = server.workers.findLast(([from]) => from <= now)![1]
      work(now)
      if (!started) send(now)
      started = true
    } else if (kind === 'arrival') {
      const fault = server.fault?.(now, random)
      if (fault !== undefined) answer(now, sentAt, fault)
      else if (busy >= workers && line.length - lineFrom >= server.queue) answer(now, sentAt, 'loss')
      else line.push(sentAt)
      work(now)
    } else if (kind === 'done') {
      busy--
      answer(now, sentAt, 'success')
      work(now)
    } else {
      inFlight--
      const second = Math.floor(now / 1_000)
      if (end === 'success') {
        succeeded[second]!++
        waited[second]! += now - sentAt
      } else {
        refused[second]!++
      }
      const change = limiter.end(now, { kind: end, sentAt, rtt: now - sentAt, isPaced: false })
      if (change !== undefined) changes.push({ ...change, at: now })
      send(now)
    }
  }
}

export function fixedLevel(limit: number): Limiter {
  return { limit, start: () => {}, end: () => undefined }
}

export const exponential =
  (mean: number) =>
  (random: Random): number =>
    -mean * Math.log(1 - random())

/** Random duration with the given median, log-normal: with sigma 1 one in a hundred takes ten times the median. */
export const lognormal =
  (median: number, sigma: number) =>
  (random: Random): number =>
    median * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))

export const about =
  (mean: number) =>
  (random: Random): number =>
    mean * (0.9 + 0.2 * random())
