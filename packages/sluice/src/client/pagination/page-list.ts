import { describeValue } from './describe-value.ts'
import { PaginationError } from './errors.ts'
import type { PaginationSettings } from './options.ts'
import { readPath, type ValuePath } from './value-path.ts'

/** The value of a page, as it came and as its schema made it. */
export interface PageValue {
  /** From 1. */
  readonly number: number
  readonly raw: unknown
  readonly value: unknown
}

/**
 * The items of a page, if it is known where they are; `null` in place of a list is an empty one.
 *
 * @throws PaginationError with `SLUICE_PAGE_SHAPE` if they are not there
 */
export function pageList(
  { number, raw, value }: PageValue,
  { items, list }: Pick<PaginationSettings, 'items' | 'list'>,
): readonly unknown[] | undefined {
  if (typeof items === 'function') return checkedList(items(value as never), 'items', number)
  if (items !== undefined) return listAt(value, items, number)
  if (list !== undefined) return listAt(raw, list, number)
  return Array.isArray(raw) ? raw : undefined
}

function listAt(value: unknown, path: ValuePath, number: number): readonly unknown[] {
  const found = readPath(value, path)
  if (found.isThere) return checkedList(found.value, path.text, number)
  if (path.isOptional) return []
  throw new PaginationError('SLUICE_PAGE_SHAPE', number, `${path.text} is not there: ${found.instead}`)
}

function checkedList(value: unknown, name: string, number: number): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value === null) return []
  throw new PaginationError('SLUICE_PAGE_SHAPE', number, `${name}: expected a list, but it is ${describeValue(value)}`)
}
