import { handled } from './message-of.ts'
import { SettingsError, unexpected, wrongKind } from './settings-error.ts'
import { suggestion } from './suggestion.ts'

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
export function oneOf<T extends string | number>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  throw unexpected(name, `one of ${choices.join(', ')}`, value)
}

/** Returns `value` if it is an `AbortSignal` or undefined; throws a `SettingsError` that names it otherwise. */
export function abortSignal(name: string, value: unknown): AbortSignal | undefined {
  // Checked by its interface, not its class: it may come from another realm or a polyfill.
  const signal = value as AbortSignal | undefined
  if (signal === undefined) return signal
  const { aborted, addEventListener, throwIfAborted } = signal ?? {}
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof throwIfAborted === 'function')
    return signal
  throw unexpected(name, 'an AbortSignal', value)
}

/** Returns `value` if it is text or undefined; throws a `SettingsError` that names it otherwise. */
export function optionalText(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw wrongKind(name, 'text', value)
}

/** Returns `value` if it is undefined or a whole number from 1; throws a `SettingsError` that names it otherwise. */
export function optionalCount(name: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : wholeNumber(name, value, 1)
}

/**
 * Returns a function of the caller, or undefined; throws a `SettingsError` that names it otherwise. If it returns a
 * promise where a value is expected, a rejection is handled.
 */
export function callback<T>(name: string, value: T): T {
  if (value === undefined) return value
  if (typeof value === 'function') return ((...args: unknown[]) => handled(value(...args))) as T
  throw unexpected(name, 'a function', value)
}

/** Returns `value` if it is undefined or has these functions; throws a `SettingsError` that names them otherwise. */
export function withFunctions<T>(name: string, value: T, functions: readonly string[]): T {
  const given = value as Readonly<Record<string, unknown>> | null | undefined
  if (given === undefined || functions.every((each) => typeof given?.[each] === 'function')) return value
  throw wrongKind(name, `an object with the functions ${functions.join(', ')}`, value)
}

/** Returns `value` if it is an object, and no list; throws a `SettingsError` that names it otherwise. */
export function plainOptions<T>(name: string, value: T): T {
  if (isObject(value)) return value
  throw wrongKind(name, 'an object', value)
}

/** True for an object that is no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The names of the options of `T`, of each of its forms: leaving one out, or inventing one, is a type error. */
export type OptionNames<T> = Readonly<Record<T extends unknown ? keyof T : never, true>>

/**
 * Checks that options are an object without unknown names: a misspelt option would have no effect. Undefined
 * options count as missing. `where` precedes a name, as in `retry.`.
 *
 * @throws SettingsError with the name that was probably meant
 */
export function checkNames(where: string, options: object, known: Readonly<Record<string, true>>): void {
  plainOptions(where.replace(/\.$/, '') || 'options', options)
  for (const name in options) {
    if (Object.hasOwn(known, name) || (options as Record<string, unknown>)[name] === undefined) continue
    const names = Object.keys(known)
    const others = names.length <= 15 ? `; there are ${names.join(', ')}` : ''
    throw new SettingsError(`there is no option ${where}${name}${suggestion(name, names) || others}`)
  }
}
