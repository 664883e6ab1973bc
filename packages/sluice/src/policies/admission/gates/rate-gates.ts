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
  /** Makes a rate that is kept by this client alone. */
  readonly own: (rate: Rate, partition: string | undefined) => RateGate
}

/** The gates of rates, and others in their place when other rates are set. */
export class RateGates {
  readonly #parts: RateGatesParts
  readonly #made = new WeakSet<Gate>()
  #rates: readonly Rate[]

  constructor(parts: RateGatesParts) {
    this.#parts = parts
    this.#rates = parts.rates
  }

  /** Sets other rates, for the gates that are made from now on. */
  set(rates: readonly Rate[]): void {
    this.#rates = rates
  }

  /** Gates of the rates that are set, or of others. Each belongs to one partition, or to all. */
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

  /** True for a gate that was made here. */
  has(gate: Gate): boolean {
    return this.#made.has(gate)
  }

  /** Puts new gates in the place of those of rates; at the end where there were none. */
  replaceIn(gates: Gate[], added: readonly Gate[]): void {
    const first = gates.findIndex((gate) => this.has(gate))
    const kept = gates.filter((gate) => !this.has(gate))
    const at = first < 0 ? kept.length : first
    gates.splice(0, gates.length, ...kept.slice(0, at), ...added, ...kept.slice(at))
  }
}
