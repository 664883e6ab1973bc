import { unexpected } from '../../errors/settings-error.ts'
import { JsonNumber } from '../../http/json/json-number.ts'
import { type PageView, PaginationError } from './page-sequence.ts'
import { describeValue, parsePath, readPath, type ValuePath } from './value-path.ts'

/** Place of a number: a path in the value, or a header. */
export type NumberPlace = string | { readonly header: string }

/** The same, checked. */
export type CheckedNumberPlace = { readonly path: ValuePath } | { readonly header: string }

/** Checks where a number is said to stand. @throws SettingsError that names the option */
export function checkedNumberPlace(name: string, place: NumberPlace | undefined): CheckedNumberPlace | undefined {
  if (place === undefined) return undefined
  if (typeof place === 'string') return { path: parsePath(name, place) }
  if (typeof place === 'object' && place !== null && typeof place.header === 'string')
    return { header: place.header.toLowerCase() }
  throw unexpected(name, "a path such as 'meta.total', or { header: 'x-total-count' }", place)
}

/** A count that a page tells; it may be written as text. `undefined` if it need not tell, and does not. */
export function readTotal(
  { raw, headers, number }: Pick<PageView, 'raw' | 'headers' | 'number'>,
  place: CheckedNumberPlace,
): number | undefined | PaginationError {
  const trouble = (name: string, what: string): PaginationError =>
    new PaginationError('SLUICE_PAGE_SHAPE', number, `${name}: expected a number, but ${what}`)
  if ('header' in place) {
    const text = headers[place.header]
    return (
      countOf(text) ?? trouble(`header ${place.header}`, text === undefined ? 'it is missing' : 'it has other text')
    )
  }
  const { path } = place
  const found = readPath(raw, path)
  const value = found.isThere ? found.value : undefined
  const count = countOf(value)
  if (count !== undefined) return count
  if (path.isOptional && (value === undefined || value === null)) return undefined
  return trouble(path.text, found.isThere ? `it is ${describeCount(value)}` : found.instead)
}

/** A count, which may be written as text; undefined for anything else. */
export function countOf(value: unknown): number | undefined {
  const isWritten = (typeof value === 'string' && /^\s*\d+\s*$/.test(value)) || value instanceof JsonNumber
  const number = isWritten ? Number(value) : value
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined
}

function describeCount(value: unknown): string {
  return typeof value === 'number' || value instanceof JsonNumber ? String(value) : describeValue(value)
}
