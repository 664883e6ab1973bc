import { JsonNumber, SettingsError } from 'sluice'
import { writeJson } from 'sluice/http'
import { percentDecode } from 'sluice/internal'

/** Value of an input by name: text from a table, or any JSON value; undefined if there is none. */
export type Row = (name: string) => unknown

/**
 * Values of a JSON line: `data.id` is a field of exactly that name, or else the `id` in `data`; `0` is the first
 * element of a list.
 */
export function jsonRow(line: unknown): Row {
  return (name) => {
    const found = fieldAt(line, name)
    return found === undefined && name.includes('%') ? fieldAt(line, percentDecode(name)) : found
  }
}

function fieldAt(line: unknown, name: string): unknown {
  const whole = ownField(line, name)
  if (whole !== undefined || !name.includes('.')) return whole
  return name.split('.').reduce(ownField, line)
}

function ownField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return undefined
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

/**
 * A value as text: null is empty, an object or a list is its JSON. @throws SettingsError if there is none of that name
 */
export function textOf(row: Row, name: string): string {
  const value = knownValue(row, name)
  if (typeof value === 'string') return value
  if (value === null) return ''
  return typeof value === 'object' && !(value instanceof JsonNumber) ? writeJson(value)! : String(value)
}

/** A value unconverted. @throws SettingsError if there is none of that name */
export function knownValue(row: Row, name: string): unknown {
  const value = row(name)
  if (value === undefined) throw valueError(name, 'there is no such field in this line')
  return value
}

/** Error about a value. Never repeats the value, which may be secret. */
export function valueError(name: string, problem: string): SettingsError {
  return new SettingsError(`${JSON.stringify(name)}: ${problem}`, 'SLUICE_BAD_INPUT')
}
