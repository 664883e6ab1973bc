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

function show(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value)
  try {
    return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
  } catch {
    return 'something'
  }
}
