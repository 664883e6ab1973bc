import { SettingsError } from 'sluice'

/** Error with the expected and the actual value: `limit: expected a form such as 'fixed:100/min', got "x" (string)`. */
export function unexpected(name: string, expected: string, value: unknown): SettingsError {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value
  return new SettingsError(`${name}: expected ${expected}, got ${JSON.stringify(value) ?? String(value)} (${kind})`)
}

/** A share as a number from 0 to 1: `0.05` and `'5%'` are equal. */
export function parseShare(name: string, value: unknown): number {
  const share = typeof value === 'string' ? shareOfText(value) : value
  if (typeof share === 'number' && share >= 0 && share <= 1) return share
  throw unexpected(name, "a share such as 0.05 or '5%'", value)
}

function shareOfText(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)(%?)\s*$/.exec(text)
  if (match === null) return Number.NaN
  return match[2] === '%' ? Number(match[1]) / 100 : Number(match[1])
}

export function wholeNumber(name: string, value: unknown, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`
  throw unexpected(name, `a whole number ${range}`, value)
}

export function oneOf<T extends string | number>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  throw unexpected(name, `one of ${choices.join(', ')}`, value)
}

/** Parts of `'a,b=2,c'`: those without a value first, in order, and those with one by name. */
export function splitForm(text: string): {
  readonly words: readonly string[]
  readonly values: ReadonlyMap<string, string>
} {
  const words: string[] = []
  const values = new Map<string, string>()
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    if (at < 0) words.push(part.trim())
    else values.set(part.slice(0, at).trim(), part.slice(at + 1).trim())
  }
  return { words, values }
}

/** A list unchanged; any other value as a list of one; undefined as an empty list. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
