import { handled } from './message-of.ts'
import { SluiceError } from './sluice-error.ts'

/** Invalid options. Thrown when something is created or configured, never in the middle of a call. */
export class SettingsError extends SluiceError {
  declare readonly code: 'SLUICE_SETTINGS' | 'SLUICE_BAD_INPUT'
  override readonly name = 'SettingsError'

  constructor(message: string, code: SettingsError['code'] = 'SLUICE_SETTINGS') {
    super(code, message)
  }
}

/** Error with the expected and the actual value: `maxAttempts: expected a whole number from 1 up, got 0 (number)`. */
export function unexpected(name: string, expected: string, value: unknown): SettingsError {
  if (handled(value) instanceof Promise) return new SettingsError(`${name}: expected ${expected}, got a promise`)
  return new SettingsError(
    `${name}: expected ${expected}, got ${show(value)} (${value === null ? 'null' : typeof value})`,
  )
}

/** As `unexpected` for an option that is no text: text and objects may be a secret in the wrong place, and are not quoted. */
export function wrongKind(name: string, expected: string, value: unknown): SettingsError {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null))
    return unexpected(name, expected, value)
  return new SettingsError(`${name}: expected ${expected}, got ${kindOf(value)}`)
}

/** Kind of a value of the wrong type, in words: 'text', 'a list', 'of type symbol'. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (handled(value) instanceof Promise) return 'a promise: await it'
  if (typeof value === 'string') return 'text'
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `of type ${typeof value}`
}

const longest = 200

function show(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value)
  try {
    const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
    return text.length > longest ? `${text.slice(0, longest)}…` : text
  } catch {
    return 'something'
  }
}
