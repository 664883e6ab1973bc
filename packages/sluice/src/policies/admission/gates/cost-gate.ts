import type { ApiRequest } from '../../../http/request.ts'
import type { Attempt } from '../../attempt.ts'
import type { Costs } from '../../costs/costs.ts'
import type { SharedSignal } from '../sharing/shared-limits.ts'
import { type Answer, type Gate, go, type Settled } from './gate.ts'

/** Gate that counts units; a call may cost any number of them. */
export interface UnitGate extends Gate {
  /** Corrects the units counted for a call that is about to settle by `more`, which may be negative. */
  correct?(now: number, attempt: Attempt, more: number): void
}

/** Maximum share of a window that can be used again after it was reserved in vain elsewhere. */
const maxCarried = 0.1

/**
 * Limit in a unit of its own, such as tokens. A call counts for its upper estimate until its response states the actual
 * cost. A call of unknown cost goes alone and takes a whole window.
 */
export class CostGate implements Gate {
  readonly name: string
  readonly #gate: UnitGate
  readonly #unit: string
  /** Units in a whole window. */
  readonly #most: number
  readonly #costs: Costs
  /** Units counted for calls in flight. */
  readonly #taken = new Map<Attempt, number>()
  /** Units to add to the next call, if the gate itself cannot be corrected. */
  #carried = 0

  constructor(gate: UnitGate, unit: string, most: number, costs: Costs) {
    this.name = gate.name
    this.#gate = gate
    this.#unit = unit
    this.#most = most
    this.#costs = costs
  }

  get prefetches(): Gate['prefetches'] {
    return this.#gate.prefetches
  }

  ask(now: number, _weight: number, request?: ApiRequest): Answer {
    // Without a request: asks if any call could go, however little it costs.
    const units = request === undefined ? 0 : this.#unitsOf(request)
    return units === 0 ? go : this.#gate.ask(now, this.#withCarried(units))
  }

  take(now: number, _weight: number, attempt: Attempt): void {
    const units = this.#unitsOf(attempt.request)
    if (units === 0) return
    this.#gate.take(now, this.#withCarried(units), attempt)
    this.#carried = Math.min(0, this.#carried + units)
    this.#taken.set(attempt, units)
  }

  settle(now: number, settled: Settled): void {
    const { attempt } = settled
    const taken = this.#taken.get(attempt)
    if (taken === undefined) return
    this.#taken.delete(attempt)
    const told = attempt.reportedCost?.[this.#unit] ?? this.#costs.expected(attempt.request, this.#unit) ?? 0
    const more = Math.min(told, this.#most) - taken
    if (more !== 0) this.#correct(now, attempt, more)
    this.#gate.settle(now, settled)
  }

  prefetch(now: number, _weight: number, waiting: number, request: ApiRequest): void {
    const units = this.#unitsOf(request)
    if (units > 0) this.#gate.prefetch?.(now, this.#withCarried(units), waiting * units, request)
  }

  retire(): void {
    this.#gate.retire?.()
  }

  receive(now: number, signal: SharedSignal): void {
    this.#gate.receive?.(now, signal)
  }

  isFresh(now: number): boolean {
    return this.#gate.isFresh(now)
  }

  #unitsOf(request: ApiRequest): number {
    return Math.min(this.#costs.expected(request, this.#unit) ?? this.#most, this.#most)
  }

  #withCarried(units: number): number {
    return Math.min(Math.max(0, units + this.#carried), this.#most)
  }

  #correct(now: number, attempt: Attempt, more: number): void {
    if (this.#gate.correct !== undefined) this.#gate.correct(now, attempt, more)
    else this.#carried = Math.max(-maxCarried * this.#most, this.#carried + more)
  }
}
