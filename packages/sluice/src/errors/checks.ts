import { unexpected } from './settings-error.ts'

/** Returns `value` if it is a whole number from `min` to `max`; throws a `SettingsError` that names it otherwise. */
export function wholeNumber(name: string, value: unknown, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`
  throw unexpected(name, `a whole number ${range}`, value)
}

/** Returns `value` if it is true or false; throws a `SettingsError` that names it otherwise. */
export function flag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw unexpected(name, 'true or false', value)
}

/** Returns `value` if it is one of `choices`; throws a `SettingsError` that lists them otherwise. */
export function oneOf<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  throw unexpected(name, `one of ${choices.join(', ')}`, value)
}
