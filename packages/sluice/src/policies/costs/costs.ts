import { BoundedMap } from '../../algorithms/bounded-map.ts'
import { UpperEstimate } from '../../algorithms/upper-estimate.ts'
import type { Verdict } from '../../events/event.ts'
import { ownCost, validCost } from '../../http/cost.ts'
import { type GraphqlPoints, graphqlPoints } from '../../http/graphql.ts'
import type { ApiRequest, Cost } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import type { Attempt } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'
import { lastEvents } from './last-events.ts'

/** Response whose cost is to be read. */
interface CostedResponse {
  readonly request: ApiRequest
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Parsed body, or what a function returned; undefined if the body cannot be parsed or is streamed. */
  readonly value: unknown
  /**
   * JSON values of the last events or lines of a streamed body (its last 16 kB), where APIs of language models report
   * usage. Empty for other bodies.
   */
  readonly events: readonly unknown[]
}

/** Reads the actual cost of an attempt from its response, by unit. Units left out keep their estimates. @inline */
export type ActualCost = (response: CostedResponse) => Cost | undefined

/** Estimates of one unit in one partition. */
interface Seen {
  /** Costs of requests that did not name one. */
  readonly amounts: UpperEstimate
  /** Costs, as shares of the estimates of their requests. */
  readonly shares: UpperEstimate
}

const maxSeen = 1_000

/** Costs of requests in units other than requests: estimated before sending, and read from their responses. */
export class Costs {
  readonly #actualCost: ActualCost | undefined
  readonly #readValue: (request: ApiRequest, response: ApiResponse) => unknown
  readonly #readsPoints: boolean
  readonly #seen = new BoundedMap<string, Seen>(maxSeen)
  /** Partitions that have returned a response. */
  readonly #answered = new BoundedMap<string, true>(maxSeen)

  /** With `readsPoints`, points of GraphQL responses are read too. */
  constructor(
    actualCost: ActualCost | undefined,
    readValue: (request: ApiRequest, response: ApiResponse) => unknown,
    readsPoints = false,
  ) {
    this.#actualCost = actualCost
    this.#readValue = readValue
    this.#readsPoints = readsPoints
  }

  /**
   * Upper estimate of the cost of a request in a unit: its stated cost, raised while responses show that stated costs
   * are too low; without one, an estimate from responses of the partition. Undefined while unknown.
   */
  expected(request: ApiRequest, unit: string): number | undefined {
    if (unit === 'requests') return request.weight
    const seen = this.#seen.get(keyOf(request, unit))
    const own = ownCost(request, unit)
    if (own !== undefined) return own * Math.max(1, seen?.shares.value ?? 1)
    if (!this.#learnsFrom(unit)) return 0
    // If no response states the unit, its cost is 0.
    return seen?.amounts.value ?? (this.#answered.has(request.partition) ? 0 : undefined)
  }

  /** True if the cost of a request in a unit is unknown. A cost known to be 0 counts as known. */
  isUnknown(request: ApiRequest, unit: string): boolean {
    return ownCost(request, unit) === undefined && this.#seen.get(keyOf(request, unit))?.amounts.value === undefined
  }

  /** Sets the cost of an attempt that has just ended, and updates the estimates. */
  settle(attempt: Attempt, outcome: Outcome, verdict: Verdict): void {
    const { request } = attempt
    const points = this.#pointsOf(outcome)
    const { requested = 0, actual = verdict === 'success' ? points?.requested : undefined } = points ?? {}
    const told = withPoints(this.#told(attempt, outcome), actual)
    attempt.reportedCost = told
    // A server that reserves more points than a query finally costs refuses by the reserved number.
    const most = points === undefined ? undefined : Math.max(actual ?? 0, requested)
    if (verdict === 'success' && this.#readsCosts) this.#learn(request, { ...told, ...withPoints(undefined, most) })
    if (verdict === 'throttled' && most !== undefined && most > 0) this.#learn(request, { points: most })
    const own = verdict === 'throttled' || isUnsent(outcome) ? undefined : request.cost
    if (own === undefined && told === undefined) return
    const billed = { ...own, ...told }
    if (Object.keys(billed).length > 0) attempt.cost = billed
  }

  get #readsCosts(): boolean {
    return this.#actualCost !== undefined || this.#readsPoints
  }

  #learnsFrom(unit: string): boolean {
    return this.#actualCost !== undefined || (this.#readsPoints && unit === 'points')
  }

  #pointsOf(outcome: Outcome): GraphqlPoints | undefined {
    return this.#readsPoints && outcome.kind === 'response' ? graphqlPoints(outcome.response, 0) : undefined
  }

  #told({ request, streamed }: Attempt, outcome: Outcome): Cost | undefined {
    const actualCost = this.#actualCost
    if (actualCost === undefined || outcome.kind !== 'response') return undefined
    const { status, headers } = outcome.response
    try {
      const value = this.#readValue(request, outcome.response)
      const events = streamed === undefined ? [] : lastEvents(streamed.tail)
      return validCost(actualCost({ request, status, headers, value, events }))
    } catch {
      // If the user's function throws, the estimate stays.
      return undefined
    }
  }

  #learn(request: ApiRequest, told: Cost): void {
    this.#answered.set(request.partition, true)
    for (const unit in told) {
      const seen = this.#seenOf(request, unit)
      const own = request.cost?.[unit]
      if (own === undefined) seen.amounts.add(told[unit]!)
      else if (own > 0) seen.shares.add(told[unit]! / own)
    }
  }

  #seenOf(request: ApiRequest, unit: string): Seen {
    const make = (): Seen => ({ amounts: new UpperEstimate(), shares: new UpperEstimate() })
    return this.#seen.getOrMake(keyOf(request, unit), make)
  }
}

function withPoints(told: Cost | undefined, points: number | undefined): Cost | undefined {
  return points === undefined ? told : { points, ...told }
}

/** True if the attempt cannot have reached the server. */
function isUnsent(outcome: Outcome): boolean {
  return (
    outcome.kind === 'rejected' ||
    (outcome.kind === 'failure' && 'sent' in outcome.error && outcome.error.sent === 'no')
  )
}

function keyOf({ partition }: ApiRequest, unit: string): string {
  return `${unit} ${partition}`
}
