import { isObject } from 'sluice/internal'
import type { Product } from '../products.ts'

/** Fields of a product that a client may set. */
export type ProductFields = Omit<Product, 'id' | 'currency' | 'updated_at'>

/** Error of a field, in the format of RFC 9457. */
export interface FieldError {
  readonly pointer: string
  readonly detail: string
}

interface Rule {
  readonly expected: string
  readonly without?: unknown
  holds(value: unknown): boolean
}

const rules: { readonly [Field in keyof ProductFields]: Rule } = {
  name: { expected: 'a text of 1 to 200 characters', holds: (value) => isText(value, 200) },
  category: { expected: 'a text of 1 to 50 characters', without: 'home', holds: (value) => isText(value, 50) },
  price: { expected: 'a number from 0 to 1000000', without: 0, holds: (value) => isBetween(value, 1_000_000) },
  stock: {
    expected: 'a whole number from 0 to 1000000',
    without: 0,
    holds: (value) => isBetween(value, 1_000_000) && Number.isInteger(value),
  },
  rating: { expected: 'a number from 0 to 5', without: 0, holds: (value) => isBetween(value, 5) },
  tags: {
    expected: 'a list of at most 20 texts of 1 to 50 characters',
    without: [],
    holds: (value) => Array.isArray(value) && value.length <= 20 && value.every((tag) => isText(tag, 50)),
  },
}

/** Complete and valid fields of a product, or the errors. Unknown fields are ignored. */
export function readProduct(value: unknown): ProductFields | readonly FieldError[] {
  if (!isObject(value)) return [{ pointer: '#', detail: 'expected an object' }]
  const fields: Record<string, unknown> = {}
  const errors: FieldError[] = []
  for (const [name, { expected, without, holds }] of Object.entries(rules)) {
    const given = value[name] ?? without
    if (holds(given)) fields[name] = given
    else if (given === undefined) errors.push({ pointer: `#/${name}`, detail: `missing: expected ${expected}` })
    else errors.push({ pointer: `#/${name}`, detail: `expected ${expected}` })
  }
  return errors.length > 0 ? errors : (fields as unknown as ProductFields)
}

function isText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && value !== '' && value.length <= longest
}

function isBetween(value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most
}
