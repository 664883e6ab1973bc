import { unexpected } from '../errors/settings-error.ts'
import type { ApiRequest, Cost } from './request.ts'

/** Validates a cost. @throws SettingsError that names the unit. */
export function checkedCost(name: string, given: unknown): Cost {
  const prototype: unknown = typeof given === 'object' && given !== null ? Object.getPrototypeOf(given) : undefined
  if (typeof given !== 'object' || given === null || (prototype !== null && prototype !== Object.prototype))
    throw unexpected(name, 'numbers by unit, such as { tokens: 1200 }', given)
  for (const [unit, amount] of Object.entries(given)) {
    if (!isAmount(amount)) throw unexpected(`${name}.${unit}`, 'a number from 0 up', amount)
  }
  return given as Cost
}

/** Valid part of a cost that a user's function has returned. */
export function validCost(given: unknown): Cost | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  return Object.fromEntries(Object.entries(given).filter(([, amount]) => isAmount(amount)))
}

/** Cost in a unit other than requests that the request itself states: by `cost`, otherwise its `weight`. */
export function ownCost({ cost, weight }: ApiRequest, unit: string): number | undefined {
  return cost?.[unit] ?? (weight === 1 ? undefined : weight)
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
