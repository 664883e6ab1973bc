import type { SimulatorRequest } from '../request.ts'
import type { Limit, Per } from './limit.ts'
import type { Level, Limiter } from './limiters.ts'
import { concurrent, fixedWindow, leakyBucket, slidingLog, tokenBucket, withCompetitor } from './limiters.ts'

/** Verdict of the limits on one request. */
export interface Ruling {
  readonly allowed: boolean
  /** If refused: milliseconds until it would be allowed, as things stand. */
  readonly wait: number
  readonly levels: readonly NamedLevel[]
  /** To be called once when an allowed request is over. */
  release(): void
}

export interface NamedLevel extends Level {
  readonly name: string
}

/** More partitions than this, and those used least lately are forgotten: a client cannot make us run out of memory. */
const maxPartitions = 10_000

/** All limits of a scenario: a request counts against each of them, or, when one refuses it, against none. */
export class Limits {
  readonly #limits: readonly PartitionedLimit[]

  constructor(limits: readonly Limit[], competitor: number) {
    this.#limits = limits.map((limit) => new PartitionedLimit(limit, competitor))
  }

  ask(request: SimulatorRequest, now: number): Ruling {
    const limiters = this.#limits.map((limit) => limit.of(request))
    const wait = limiters.reduce((longest, limiter) => Math.max(longest, limiter.wait(now)), 0)
    if (wait === 0) for (const limiter of limiters) limiter.take(now)
    return {
      allowed: wait === 0,
      wait,
      levels: limiters.map((limiter, index) => ({ name: this.#limits[index]!.name, ...limiter.level(now) })),
      release: () => {
        if (wait === 0) for (const limiter of limiters) limiter.release()
      },
    }
  }
}

class PartitionedLimit {
  readonly #limit: Limit
  readonly #competitor: number
  readonly #partitions = new Map<string, Limiter>()

  constructor(limit: Limit, competitor: number) {
    this.#limit = limit
    this.#competitor = competitor
  }

  get name(): string {
    return this.#limit.name
  }

  of(request: SimulatorRequest): Limiter {
    const partition = partitionOf(request, this.#limit.per)
    let limiter = this.#partitions.get(partition)
    if (limiter === undefined) {
      limiter = withCompetitor(limiterOf(this.#limit, this.#competitor), this.#limit, this.#competitor)
      if (this.#partitions.size >= maxPartitions) this.#partitions.delete(this.#partitions.keys().next().value!)
    } else if (this.#limit.per !== 'all') {
      this.#partitions.delete(partition)
    }
    this.#partitions.set(partition, limiter)
    return limiter
  }
}

function partitionOf(request: SimulatorRequest, per: Per): string {
  switch (per) {
    case 'all':
      return ''
    case 'key':
      return request.headers['x-api-key'] ?? request.headers.authorization ?? ''
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
