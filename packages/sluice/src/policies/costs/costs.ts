import { BoundedMap } from '../../algorithms/bounded-map.ts'
import { UpperEstimate } from '../../algorithms/upper-estimate.ts'
import type { Verdict } from '../../events/event.ts'
import { ownCost, soundCost } from '../../http/cost.ts'
import { type GraphqlPoints, graphqlPoints } from '../../http/graphql.ts'
import type { ApiRequest, Cost } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import type { Attempt } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'
import { lastEvents } from './last-events.ts'

/** An answer whose cost is to be read from it. */
interface CostedResponse {
  readonly request: ApiRequest
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body as a value, or what a function returned; undefined if the body cannot be read or comes as a stream. */
  readonly value: unknown
  /**
   * JSON values of the last events or lines of a body that was read as it came (its last 16 kB): model APIs tell the usage there.
   * Empty for other bodies.
   */
  readonly events: readonly unknown[]
}

/** Reads from an answer what the attempt has cost, by unit. What it leaves out is as estimated. */
export type ActualCost = (response: CostedResponse) => Cost | undefined

/** Estimates of one unit in one partition. */
interface Seen {
  /** Costs of requests that did not name one. */
  readonly amounts: UpperEstimate
  /** Costs as shares of the estimates of their requests. */
  readonly shares: UpperEstimate
}

const maxSeen = 1_000

/** Costs of requests besides themselves: estimated before they are sent, and read from their answers. */
export class Costs {
  readonly #actualCost: ActualCost | undefined
  readonly #readValue: (request: ApiRequest, response: ApiResponse) => unknown
  readonly #readsPoints: boolean
  readonly #seen = new BoundedMap<string, Seen>(maxSeen)
  /** Partitions that have given an answer. */
  readonly #answered = new BoundedMap<string, true>(maxSeen)

  /** With `readsPoints` the points of GraphQL answers are read too. */
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
   * Upper estimate of what a request costs in a unit: its own number, raised while answers show that such numbers are too low;
   * without one, what answers of the partition have told. Undefined while nothing is known.
   */
  expected(request: ApiRequest, unit: string): number | undefined {
    if (unit === 'requests') return request.weight
    const seen = this.#seen.get(keyOf(request, unit))
    const own = ownCost(request, unit)
    if (own !== undefined) return own * Math.max(1, seen?.shares.value ?? 1)
    if (!this.#learnsFrom(unit)) return 0
    // Where answers tell nothing about a unit, there is nothing to wait for.
    return seen?.amounts.value ?? (this.#answered.has(request.partition) ? 0 : undefined)
  }

  /** True if nothing is known of what a request costs in a unit, not even that it is nothing. */
  isUnknown(request: ApiRequest, unit: string): boolean {
    return ownCost(request, unit) === undefined && this.#seen.get(keyOf(request, unit))?.amounts.value === undefined
  }

  /** Sets what an attempt that has just ended has cost, and learns from it. */
  settle(attempt: Attempt, outcome: Outcome, verdict: Verdict): void {
    const { request } = attempt
    const points = this.#pointsOf(outcome)
    const { requested = 0, actual = verdict === 'success' ? points?.requested : undefined } = points ?? {}
    const told = withPoints(this.#told(attempt, outcome), actual)
    attempt.toldCost = told
    // A server that asks for more points beforehand than a query turns out to cost refuses by the former.
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
      return soundCost(actualCost({ request, status, headers, value, events }))
    } catch {
      // A function of the user's that throws costs nothing but the correction.
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

/** True if the server cannot have seen the attempt. */
function isUnsent(outcome: Outcome): boolean {
  return (
    outcome.kind === 'rejected' ||
    (outcome.kind === 'failure' && 'sent' in outcome.error && outcome.error.sent === 'no')
  )
}

function keyOf({ partition }: ApiRequest, unit: string): string {
  return `${unit} ${partition}`
}
