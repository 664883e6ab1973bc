import { SettingsError } from '../../errors/settings-error.ts'
import { checkedCost } from '../../http/cost.ts'
import type { ApiRequest, Cost } from '../../http/request.ts'
import type { Attempt, Spending } from '../../policies/attempt.ts'
import type { Costs } from '../../policies/costs/costs.ts'

/** Costs of a run, and its remaining budget. */
export interface Spent {
  /** Costs by unit over all sessions; missing if no costs are known. */
  readonly spent?: Cost
  /** Remaining budget by unit; missing without a budget. */
  readonly budgetLeft?: Cost
}

/** Stores the costs of a run across its sessions. */
export interface CostLedger {
  /** Costs of earlier sessions. */
  readonly before: Cost
  /** Called with the cost of each attempt. */
  readonly add: (cost: Cost) => void
}

/**
 * Tracks the costs of a run's calls against its budget. An attempt starts only if the costs so far, the estimates of
 * the attempts in flight and its own upper estimate fit the budget together: if the estimates are upper bounds, the
 * budget is never exceeded. An attempt of unknown cost starts only while no other is in flight.
 */
export class Budget implements Spending {
  #budget: Cost = {}
  #units: readonly string[] = []
  readonly #costs: Costs
  readonly #onSpent: (reason: string) => void
  readonly #ledger: CostLedger | undefined
  readonly #spent: Record<string, number>
  /** Upper estimates of the attempts in flight. */
  readonly #reserved = new Map<Attempt, Cost>()
  readonly #inFlight: Record<string, number> = {}
  #held: (() => void)[] = []

  /** `onSpent` is called when the budget allows no further attempt and none is in flight. */
  constructor(
    budget: Cost | undefined,
    costs: Costs,
    ledger: CostLedger | undefined,
    onSpent: (reason: string) => void,
  ) {
    this.#costs = costs
    this.#onSpent = onSpent
    this.#ledger = ledger
    this.#spent = { ...ledger?.before }
    this.change(budget)
  }

  /** Replaces the budget. Costs so far count against the new one. @throws SettingsError that names the unit */
  change(budget: Cost | undefined): void {
    this.#budget = resolveBudget(budget) ?? {}
    this.#units = Object.keys(this.#budget)
    for (const unit of this.#units) this.#spent[unit] ??= 0
    this.#reenter()
  }

  get state(): Spent {
    const spent = { ...this.#spent }
    if (this.#units.length > 0) return { spent, budgetLeft: leftOfBudget(this.#budget, spent) }
    return Object.keys(spent).length === 0 ? {} : { spent }
  }

  allows(request: ApiRequest): boolean {
    return this.#units.length === 0 || this.#units.every((unit) => this.#allowsIn(unit, request))
  }

  #allowsIn(unit: string, request: ApiRequest): boolean {
    const left = this.#unreserved(unit)
    const expected = this.#costs.expected(request, unit)
    return expected === undefined ? left > 0 : expected === 0 || expected <= left * (1 + rounding)
  }

  whenOpen(reenter: () => void): void {
    this.#held.push(reenter)
    // Deferred: the caller is in the middle of admitting an attempt.
    if (this.#reserved.size === 0) queueMicrotask(() => this.#endIfIdle())
  }

  take(attempt: Attempt): void {
    if (this.#units.length === 0) return
    const reserved: Record<string, number> = {}
    for (const unit of this.#units) {
      const units = this.#costs.expected(attempt.request, unit) ?? this.#unreserved(unit)
      reserved[unit] = units
      this.#inFlight[unit] = (this.#inFlight[unit] ?? 0) + units
    }
    this.#reserved.set(attempt, reserved)
  }

  settle(attempt: Attempt): void {
    this.#add(attempt)
    const reserved = this.#reserved.get(attempt)
    if (reserved === undefined) return
    for (const unit in reserved) this.#inFlight[unit]! -= reserved[unit]!
    this.#reserved.delete(attempt)
    this.#reenter()
  }

  #reenter(): void {
    const held = this.#held
    this.#held = []
    for (const reenter of held) reenter()
  }

  /** Amount of a unit that is neither spent nor reserved by an attempt in flight. */
  #unreserved(unit: string): number {
    return this.#budget[unit]! - this.#spent[unit]! - (this.#inFlight[unit] ?? 0)
  }

  #add({ cost, request }: Attempt): void {
    const isCounted = 'requests' in this.#spent
    if (cost === undefined && !isCounted) return
    const all = isCounted ? { ...cost, requests: request.weight } : cost!
    for (const unit in all) this.#spent[unit] = (this.#spent[unit] ?? 0) + all[unit]!
    this.#ledger?.add(all)
  }

  #endIfIdle(): void {
    if (this.#reserved.size > 0 || this.#held.length === 0) return
    const { budgetLeft = {} } = this.state
    const shown = Object.entries(this.#budget).map(
      ([unit, most]) => `${shortNumber(most)} ${unit} (${shortNumber(budgetLeft[unit] ?? 0)} left)`,
    )
    this.#onSpent(`the budget of ${shown.join(' and ')} allows no further call`)
  }
}

/** Remaining budget by unit. */
export function leftOfBudget(budget: Cost, spent: Cost): Cost {
  return Object.fromEntries(
    Object.entries(budget).map(([unit, most]) => [unit, Math.max(0, most - (spent[unit] ?? 0))]),
  )
}

/** Validates a budget option. @throws SettingsError that names the unit */
export function resolveBudget(budget: unknown): Cost | undefined {
  if (budget === undefined) return undefined
  const checked = checkedCost('budget', budget)
  if (Object.keys(checked).length === 0)
    throw new SettingsError('budget: expected at least one unit, such as { tokens: 5_000_000 }')
  return checked
}

/** Tolerance for rounding errors in sums of fractions. */
const rounding = 1e-9

function shortNumber(value: number): string {
  return String(Number(value.toFixed(6)))
}
