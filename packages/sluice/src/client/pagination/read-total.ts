import { unexpected } from '../../errors/settings-error.ts'
import { JsonNumber } from '../../http/json/json-number.ts'
import { type PageView, PaginationError } from './page-sequence.ts'
import { describeValue, parsePath, readPath, type ValuePath } from './value-path.ts'

/** Location of a number: a path in the value, or a header. */
export type NumberPlace = string | { readonly header: string }

/** Validated location. */
export type CheckedNumberPlace = { readonly path: ValuePath } | { readonly header: string }

/** Validates the location of a number. @throws SettingsError that names the option */
export function checkedNumberPlace(name: string, place: NumberPlace | undefined): CheckedNumberPlace | undefined {
  if (place === undefined) return undefined
  if (typeof place === 'string') return { path: parsePath(name, place) }
  if (typeof place === 'object' && place !== null && typeof place.header === 'string')
    return { header: place.header.toLowerCase() }
  throw unexpected(name, "a path such as 'meta.total', or { header: 'x-total-count' }", place)
}

/** Reads a count that a page states, as a number or as text. Undefined if it is missing where it is optional. */
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

/** Parses a count, also from text; undefined for anything else. */
export function countOf(value: unknown): number | undefined {
  const isWritten = (typeof value === 'string' && /^\s*\d+\s*$/.test(value)) || value instanceof JsonNumber
  const number = isWritten ? Number(value) : value
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined
}

function describeCount(value: unknown): string {
  return typeof value === 'number' || value instanceof JsonNumber ? String(value) : describeValue(value)
}
