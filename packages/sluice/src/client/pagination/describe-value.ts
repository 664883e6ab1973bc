import { JsonNumber } from '../../http/json/json-number.ts'

/** Names of an object that a message tells of. */
const mostNames = 10
const longestName = 40

/** What something is, for a message: its kind and the names in it, never a value. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return 'bytes'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'string') return 'text'
  if (value instanceof JsonNumber) return 'a number'
  if (typeof value !== 'object') return `a ${typeof value}`
  const names = Object.keys(value)
  if (names.length === 0) return 'an empty object'
  const told = names.slice(0, mostNames).map(shortName)
  const others = names.length - told.length
  return `an object with ${told.join(', ')}${others > 0 ? ` and ${others} more` : ''}`
}

function shortName(name: string): string {
  const line = name.replaceAll(/[\s\p{Cc}]+/gu, ' ')
  return line.length <= longestName ? line : `${line.slice(0, longestName - 1)}…`
}
