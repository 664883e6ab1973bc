import { type ClientOptions, type Cost, JsonNumber } from 'sluice'
import { amountOf, unitPairs } from '../flags/amounts.ts'
import { forFlag } from '../flags/values.ts'
import { compileSelect } from '../outputs/compile-select.ts'

interface CostFlags {
  readonly cost?: readonly string[] | undefined
  readonly actualCost?: readonly string[] | undefined
}

/**
 * Fixed cost of each request, and how to read the actual cost from responses. @throws SettingsError that names the
 * flag
 */
export function resolveCosts({ cost = [], actualCost = [] }: CostFlags): Pick<ClientOptions, 'cost' | 'actualCost'> {
  const fixed: Cost = Object.fromEntries(
    unitPairs(cost, '--cost').flatMap(([unit, text]) => {
      const amount = amountOf(text)
      return amount === undefined ? [] : [[unit, amount]]
    }),
  )
  // Expressions may contain commas.
  const selects = actualCost.map((text) => forFlag('--actual-cost', () => compileSelect(text)))
  return {
    ...(Object.keys(fixed).length > 0 && { cost: () => fixed }),
    ...(selects.length > 0 && {
      actualCost: ({ status, headers, value }) => {
        const found = Object.assign({}, ...selects.map((select) => select.apply({ status, headers, data: value })))
        return Object.fromEntries(Object.entries(found).flatMap(([unit, one]) => costEntry(unit, one)))
      },
    }),
  }
}

/** Units, and the columns or fields of an input that hold the cost in each. */
export function costColumns({ cost = [] }: CostFlags): (readonly [unit: string, name: string])[] {
  return unitPairs(cost, '--cost').filter(([, text]) => amountOf(text) === undefined)
}

function costEntry(unit: string, value: unknown): [string, number][] {
  const number = value instanceof JsonNumber ? Number(value.digits) : value
  return typeof number === 'number' ? [[unit, number]] : []
}
