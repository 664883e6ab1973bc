import { unexpected } from '../../errors/settings-error.ts'
import { JsonNumber } from '../../http/json/json-number.ts'

/** Path into a value. */
export interface ValuePath {
  /** Path as written. */
  readonly text: string
  /** Names in objects, and indexes in lists; a negative index counts from the end. */
  readonly keys: readonly (string | number)[]
  /** True if the value may be missing. */
  readonly isOptional: boolean
}

/** Value at a path, or a description of where the path ended. */
export type Found =
  | { readonly isThere: true; readonly value: unknown }
  | { readonly isThere: false; readonly instead: string }

const step = /\.?([^.[\]"?]+)|\[(-?\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y

/**
 * Parses `meta.next`, `items[0].id`, `data[-1].id` (the last one), `["odd.name"].x`, or `.` for the value itself. A
 * question mark at the end makes the value optional.
 *
 * @throws SettingsError that names the option
 */
export function parsePath(name: string, text: unknown): ValuePath {
  const expected = "a path such as 'meta.next' or 'items[0].id'"
  if (typeof text !== 'string') throw unexpected(name, expected, text)
  const isOptional = text.endsWith('?')
  const way = isOptional ? text.slice(0, -1) : text
  const keys: (string | number)[] = []
  if (way === '.') return { text, keys, isOptional }
  for (let position = 0; position === 0 || position < way.length; position = step.lastIndex) {
    step.lastIndex = position
    const match = step.exec(way)
    // A dot is allowed only between two names.
    const isMisplaced = match?.[1] !== undefined && match[0].startsWith('.') !== position > 0
    if (match === null || isMisplaced) throw unexpected(name, expected, text)
    const [, plain, index, quoted] = match
    keys.push(plain ?? (index === undefined ? quotedName(quoted!) : Number(index)))
  }
  return { text, keys, isOptional }

  function quotedName(quoted: string): string {
    try {
      return JSON.parse(quoted) as string
    } catch {
      throw unexpected(name, expected, text)
    }
  }
}

/**
 * Reads the value at a path. A missing name or index is reported; `undefined` or `null` at the end counts as present.
 */
export function readPath(value: unknown, { keys }: ValuePath): Found {
  let at = value
  for (const [depth, key] of keys.entries()) {
    const next = child(at, key)
    if (next === undefined) return { isThere: false, instead: whatIsAt(keys.slice(0, depth), at) }
    at = next.value
  }
  return { isThere: true, value: at }
}

function child(value: unknown, key: string | number): { readonly value: unknown } | undefined {
  if (typeof key === 'number') {
    if (!Array.isArray(value)) return undefined
    const position = key < 0 ? value.length + key : key
    return position in value ? { value: value[position] } : undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof JsonNumber)
    return undefined
  if (!Object.hasOwn(value, key)) return undefined
  return { value: (value as Record<string, unknown>)[key] }
}

function whatIsAt(keys: readonly (string | number)[], value: unknown): string {
  const place = keys.map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? key : `.${key}`)).join('')
  return `${place === '' ? 'the value' : place} is ${describeValue(value)}`
}

/**
 * Copies `value` with `leaf` at the path, and creates missing objects. Undefined if the value cannot hold that path.
 */
export function withValueAt(value: unknown, keys: ValuePath['keys'], leaf: unknown): unknown {
  const [key, ...rest] = keys
  if (key === undefined) return leaf
  const whole = value ?? {}
  if (typeof whole !== 'object' || whole instanceof Uint8Array || whole instanceof JsonNumber) return undefined
  if (Array.isArray(whole) !== (typeof key === 'number')) return undefined
  const inner = withValueAt(child(whole, key)?.value, rest, leaf)
  if (inner === undefined) return undefined
  if (Array.isArray(whole)) return whole.with(key as number, inner)
  return { ...whole, [key]: inner }
}

/** Maximum number of an object's names in a message. */
const maxNames = 10
const longestName = 40

/** Describes a value for a message: its kind and the names in it, never their values. */
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
  const told = names.slice(0, maxNames).map(shortName)
  const others = names.length - told.length
  return `an object with ${told.join(', ')}${others > 0 ? ` and ${others} more` : ''}`
}

function shortName(name: string): string {
  const line = name.replaceAll(/[\s\p{Cc}]+/gu, ' ')
  return line.length <= longestName ? line : `${line.slice(0, longestName - 1)}…`
}
