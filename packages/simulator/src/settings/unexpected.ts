import { SettingsError } from 'sluice'

/** Says what was expected and what came instead: `limit: expected a form such as 'fixed:100/min', got "x" (string)`. */
export function unexpected(name: string, expected: string, value: unknown): SettingsError {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value
  return new SettingsError(`${name}: expected ${expected}, got ${JSON.stringify(value) ?? String(value)} (${kind})`)
}
