import { greatestCount } from './signal.ts'

/**
 * The count that a field states, or `undefined` if it states none: -1, words, thousands separators, different values in
 * one field. A fraction is dropped (Reddit sends `598.0`), and a field that came twice with the same value is one field.
 */
export function parseCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [value, ...others] = new Set(text.split(',').map((part) => part.trim()))
  if (value === undefined || others.length > 0 || !/^\d+(\.\d+)?$/.test(value)) return undefined
  return Math.min(Math.floor(Number(value)), greatestCount)
}
