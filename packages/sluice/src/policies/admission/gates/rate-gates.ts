import { inWholeUnits, type Rate } from '../../../algorithms/rate/rate.ts'
import type { Costs } from '../../costs/costs.ts'
import type { SharedGates } from '../sharing/shared-gates.ts'
import { CostGate } from './cost-gate.ts'
import type { Gate } from './gate.ts'
import type { RateGate } from './rate-gate.ts'

export interface RateGatesParts {
  readonly rates: readonly Rate[]
  readonly shared: SharedGates | undefined
  readonly costs: Costs
  /** Creates a gate for a rate limited by this client alone. */
  readonly own: (rate: Rate, partition: string | undefined) => RateGate
}

/** Gates of the configured rates, and their replacement when the rates change. */
export class RateGates {
  readonly #parts: RateGatesParts
  readonly #made = new WeakSet<Gate>()
  #rates: readonly Rate[]

  constructor(parts: RateGatesParts) {
    this.#parts = parts
    this.#rates = parts.rates
  }

  /** Sets the rates for gates created from now on. */
  set(rates: readonly Rate[]): void {
    this.#rates = rates
  }

  /** Creates gates for the current rates, or for others, each of one partition or of all. */
  make(partition?: string, rates: readonly Rate[] = this.#rates): Gate[] {
    const { shared, costs, own } = this.#parts
    const together = shared?.rates(rates, partition)
    return rates.map((rate, index) => {
      const gate = together?.[index] ?? own(rate, partition)
      const counted = rate.unit === undefined ? gate : new CostGate(gate, rate.unit, inWholeUnits(rate).count, costs)
      this.#made.add(counted)
      return counted
    })
  }

  /** True for a gate created here. */
  has(gate: Gate): boolean {
    return this.#made.has(gate)
  }

  /** Replaces the rate gates in the list by new ones; appends them if there were none. */
  replaceIn(gates: Gate[], added: readonly Gate[]): void {
    const first = gates.findIndex((gate) => this.has(gate))
    const kept = gates.filter((gate) => !this.has(gate))
    for (const gate of gates) if (this.has(gate)) gate.retire?.()
    const at = first < 0 ? kept.length : first
    gates.splice(0, gates.length, ...kept.slice(0, at), ...added, ...kept.slice(at))
  }
}
