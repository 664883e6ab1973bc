import type { Plan } from '../faults/plan.ts'
import type { KeyStats } from '../limits/keys.ts'
import type { LimitStats } from '../limits/limits.ts'
import { BusiestWindow } from './busiest-window.ts'

/** The most frequent request. */
export interface MostRepeated {
  readonly times: number
  readonly method: string
  /** Path with query. */
  readonly path: string
  readonly idempotencyKey?: string
}

/** Maximum number of distinct requests; beyond it the one first seen longest ago is forgotten. */
const maxDistinct = 100_000

/** Counts of identical requests: same method, path and `Idempotency-Key`. */
export class Repeats {
  readonly #times = new Map<string, number>()
  #most: MostRepeated | null = null

  get most(): MostRepeated | null {
    return this.#most
  }

  add(method: string, path: string, idempotencyKey: string | undefined): void {
    const key = `${method} ${path} ${idempotencyKey ?? ''}`
    const times = (this.#times.get(key) ?? 0) + 1
    if (times === 1 && this.#times.size >= maxDistinct) this.#times.delete(this.#times.keys().next().value!)
    this.#times.set(key, times)
    if (times <= (this.#most?.times ?? 0)) return
    this.#most = { times, method, path, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }
  }
}

/** One request as it arrived. */
export interface Arrival {
  /** Milliseconds since the start. */
  readonly at: number
  readonly method: string
  /** Path with query. */
  readonly path: string
  /** Value of `Idempotency-Key`, if sent. */
  readonly key?: string
}

const longest = 100_000

/** The last 100,000 arrivals. */
export class ArrivalLog {
  #ring: Arrival[] = []
  #next = 0

  add(arrival: Arrival): void {
    if (this.#ring.length < longest) this.#ring.push(arrival)
    else this.#ring[this.#next] = arrival
    this.#next = (this.#next + 1) % longest
  }

  /** Oldest first. */
  list(): readonly Arrival[] {
    if (this.#ring.length < longest) return this.#ring.slice()
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)]
  }
}

/** Figures of the simulator, as the server saw them. Instants are milliseconds since its start or its last reset. */
export interface SimulatorStats {
  /** Requests that arrived, refused ones included. */
  readonly requests: number
  /** By endpoint, such as `/products/:id`; unknown paths are `(other)`. */
  readonly paths: Readonly<Record<string, number>>
  /** Started responses, by status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Faults injected on the wire, by name. Statuses are not counted here. */
  readonly faults: Readonly<Record<string, number>>
  /** Refused by a limit, or because of their key. */
  readonly refused: number
  /** Counts of each limit, by name. */
  readonly limits: Readonly<Record<string, LimitStats>>
  /** Counts of each key of the scenario. */
  readonly keys: Readonly<Record<string, KeyStats>>
  /** Refused because the queue was full. */
  readonly overloaded: number
  /** Clients that left before their response was complete. */
  readonly aborted: number
  readonly inFlight: number
  readonly largestAtOnce: number
  /** Maximum number of arrivals in any second, wherever it starts. */
  readonly busiestSecond: number
  /** Maximum number of arrivals in any 50 ms. */
  readonly busiest50ms: number
  readonly firstArrivalAt: number | null
  readonly lastArrivalAt: number | null
  /** Connections opened; always 0 in process. */
  readonly connections: number
  /** HTTP/2 streams: 0 if every request used HTTP/1.1. */
  readonly streams: number
  /** The most frequent request (method, path, `Idempotency-Key`) among the last 100,000 distinct ones. */
  readonly mostRepeated: MostRepeated | null
}

/** Counts whose memory does not grow with the number of requests. */
export class Statistics {
  readonly #paths: Record<string, number> = Object.create(null)
  readonly #statuses: Record<string, number> = Object.create(null)
  readonly #faults: Record<string, number> = Object.create(null)
  readonly #keys: Record<string, { requests: number; refused: number }> = Object.create(null)
  readonly #second = new BusiestWindow(1_000)
  readonly #moment = new BusiestWindow(50)
  readonly #repeats = new Repeats()
  readonly #log = new ArrivalLog()
  #requests = 0
  #refused = 0
  #overloaded = 0
  #aborted = 0
  #inFlight = 0
  #largestAtOnce = 0
  #first: number | null = null
  #last: number | null = null
  #connections = 0
  #streams = 0

  get arrivals(): readonly Arrival[] {
    return this.#log.list()
  }

  arrived(arrival: Arrival, group: string): void {
    this.#requests++
    this.#inFlight++
    this.#largestAtOnce = Math.max(this.#largestAtOnce, this.#inFlight)
    this.#first ??= arrival.at
    this.#last = arrival.at
    count(this.#paths, group)
    this.#second.add(arrival.at)
    this.#moment.add(arrival.at)
    this.#repeats.add(arrival.method, arrival.path, arrival.key)
    this.#log.add(arrival)
  }

  answered(plan: Plan, fault: string | undefined): void {
    if (plan.kind === 'answer') count(this.#statuses, String(plan.status))
    if (fault !== undefined) count(this.#faults, fault)
  }

  keyUsed(key: string): void {
    this.#ofKey(key).requests++
  }

  /** `key` is the request's key if the scenario lists it. */
  refused(key: string | undefined): void {
    this.#refused++
    if (key !== undefined) this.#ofKey(key).refused++
  }

  overloaded(): void {
    this.#overloaded++
  }

  left(how: 'answered' | 'aborted'): void {
    this.#inFlight--
    if (how === 'aborted') this.#aborted++
  }

  connectionOpened(): void {
    this.#connections++
  }

  streamOpened(): void {
    this.#streams++
  }

  #ofKey(key: string): { requests: number; refused: number } {
    this.#keys[key] ??= { requests: 0, refused: 0 }
    return this.#keys[key]
  }

  read(limits: SimulatorStats['limits']): SimulatorStats {
    return {
      requests: this.#requests,
      paths: { ...this.#paths },
      statuses: { ...this.#statuses },
      faults: { ...this.#faults },
      refused: this.#refused,
      limits,
      keys: Object.fromEntries(Object.entries(this.#keys).map(([key, counts]) => [key, { ...counts }])),
      overloaded: this.#overloaded,
      aborted: this.#aborted,
      inFlight: this.#inFlight,
      largestAtOnce: this.#largestAtOnce,
      busiestSecond: this.#second.largest,
      busiest50ms: this.#moment.largest,
      firstArrivalAt: this.#first,
      lastArrivalAt: this.#last,
      connections: this.#connections,
      streams: this.#streams,
      mostRepeated: this.#repeats.most,
    }
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
