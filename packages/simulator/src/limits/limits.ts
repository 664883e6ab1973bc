import type { SimulatorRequest } from '../request.ts'
import { BusiestWindow } from '../stats/busiest-window.ts'
import { type KeyRule, keyOf } from './keys.ts'
import type { Limit, Per } from './limit.ts'
import {
  concurrent,
  fixedWindow,
  type Level,
  type Limiter,
  leakyBucket,
  slidingLog,
  tokenBucket,
  withCompetitor,
} from './limiters.ts'

/** Amounts by unit that a request costs in addition to itself, such as `{ tokens: 1200 }`. */
export type Units = Readonly<Record<string, number>>

/** Decision of the limits on one request. */
export interface Ruling {
  readonly allowed: boolean
  /** If refused: milliseconds until it would be allowed in the current state; Infinity if never. */
  readonly wait: number
  /** If refused: unit of the limit with the longest wait. */
  readonly unit: string
  /** Limits that counted the request, in their state at `now`. */
  levels(now: number): readonly NamedLevel[]
  /** Returns part of a unit that was charged: the request turned out to cost less. */
  giveBack(now: number, unit: string, units: number): void
  /** Must be called once when an allowed request is over. */
  release(): void
}

export interface NamedLevel extends Level {
  readonly name: string
  readonly unit: string
}

/** Counts of one limit, as the server saw them. */
export interface LimitStats {
  readonly unit: string
  readonly quota: number
  /** Milliseconds; null for a concurrency limit. */
  readonly window: number | null
  /** Units allowed, less those released. */
  readonly used: number
  /** Maximum units allowed in any window, wherever it starts; for limits by key, path or address, in any partition. */
  readonly busiestWindow: number
  /** Requests that it refused. */
  readonly refused: number
}

/** Maximum number of partitions; the least recently used are forgotten, so that a client cannot exhaust the memory. */
const maxPartitions = 10_000

/** All limits of a scenario. A request counts against each of them or, if one refuses it, against none. */
export class Limits {
  readonly #limits: readonly PartitionedLimit[]
  readonly #ofKeys: ReadonlyMap<KeyRule, readonly PartitionedLimit[]>

  constructor(limits: readonly Limit[], competitor: number, keys: readonly KeyRule[] = []) {
    const partitioned = (limit: Limit) => new PartitionedLimit(limit, competitor)
    this.#limits = limits.map(partitioned)
    this.#ofKeys = new Map(keys.map((rule) => [rule, rule.limits.map(partitioned)]))
  }

  /** Decides on a request that costs `cost` in addition to itself, including the limits of its key. */
  ask(request: SimulatorRequest, now: number, cost: Units = {}, key?: KeyRule): Ruling {
    const counting = [...this.#limits, ...((key && this.#ofKeys.get(key)) ?? [])].flatMap((limit) => {
      const units = limit.unit === 'requests' ? 1 : (cost[limit.unit] ?? 0)
      return units === 0 ? [] : [{ limit, units, counter: limit.of(request) }]
    })
    let [wait, unit] = [0, 'requests']
    for (const { limit, counter, units } of counting) {
      const its = counter.limiter.wait(now, units)
      if (its > 0) limit.refused++
      if (its > wait) [wait, unit] = [its, limit.unit]
    }
    const allowed = wait === 0
    if (allowed) for (const { limit, counter, units } of counting) limit.take(counter, now, units)
    return {
      allowed,
      wait,
      unit,
      levels: (at) =>
        counting.map(({ limit: { name, unit: of }, counter }) => ({ name, unit: of, ...counter.limiter.level(at) })),
      giveBack(at, of, units) {
        for (const { limit, counter } of counting) if (limit.unit === of) limit.giveBack(counter, at, units)
      },
      release() {
        if (allowed) for (const { counter } of counting) counter.limiter.release()
      },
    }
  }

  /** Counts of each limit, by name. */
  stats(): Readonly<Record<string, LimitStats>> {
    const all = [...this.#limits, ...[...this.#ofKeys.values()].flat()]
    return Object.fromEntries(all.map((limit) => [limit.name, limit.stats()]))
  }
}

/** State of a limit for one partition. */
interface Counter {
  readonly limiter: Limiter
  readonly busiest: BusiestWindow | undefined
}

class PartitionedLimit {
  readonly #limit: Limit
  readonly #competitor: number
  readonly #partitions = new Map<string, Counter>()
  #used = 0
  #busiest = 0
  refused = 0

  constructor(limit: Limit, competitor: number) {
    this.#limit = limit
    this.#competitor = competitor
  }

  get name(): string {
    return this.#limit.name
  }

  get unit(): string {
    return this.#limit.unit
  }

  of(request: SimulatorRequest): Counter {
    const partition = partitionOf(request, this.#limit.per)
    let counter = this.#partitions.get(partition)
    if (counter === undefined) {
      const limit = this.#limit
      counter = {
        limiter: withCompetitor(limiterOf(limit, this.#competitor), limit, this.#competitor),
        busiest: limit.kind === 'concurrent' ? undefined : new BusiestWindow(limit.window),
      }
      if (this.#partitions.size >= maxPartitions) this.#partitions.delete(this.#partitions.keys().next().value!)
    } else if (this.#limit.per !== 'all') {
      this.#partitions.delete(partition)
    }
    this.#partitions.set(partition, counter)
    return counter
  }

  take({ limiter, busiest }: Counter, now: number, units: number): void {
    limiter.take(now, units)
    this.#used += units
    busiest?.add(now, units)
    this.#busiest = Math.max(this.#busiest, busiest?.largest ?? 0)
  }

  giveBack({ limiter }: Counter, now: number, units: number): void {
    if (limiter.giveBack === undefined) return
    limiter.giveBack(now, units)
    this.#used -= units
  }

  stats(): LimitStats {
    const { unit, quota, kind } = this.#limit
    const window = kind === 'concurrent' ? null : this.#limit.window
    return { unit, quota, window, used: this.#used, busiestWindow: this.#busiest, refused: this.refused }
  }
}

function partitionOf(request: SimulatorRequest, per: Per): string {
  switch (per) {
    case 'all':
      return ''
    case 'key':
      return keyOf(request)
    case 'path':
      return request.path.split('?', 1)[0]!
    case 'address':
      return request.address ?? ''
  }
}

function limiterOf(limit: Limit, competitor: number): Limiter {
  switch (limit.kind) {
    case 'fixed':
      return fixedWindow(limit.quota, limit.window)
    case 'sliding':
      return slidingLog(limit.quota, limit.window)
    case 'token':
      return tokenBucket(limit.quota, limit.window, limit.burst)
    case 'leaky':
      return leakyBucket(limit.quota, limit.window, limit.burst)
    case 'concurrent':
      return concurrent(limit.quota - Math.round(limit.quota * competitor))
  }
}
