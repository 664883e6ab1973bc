import { unexpected } from 'sluice/internal'

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
