import { JsonNumber } from 'sluice'
import { parseJson } from 'sluice/http'

/** Kind of a column that holds all its values: `text` as it is, or `json` for values of several kinds. */
export type SeenKind = 'boolean' | 'integer' | 'real' | 'text' | 'json'

/** Kind of a single value. A `long` is an integer beyond 2^53 that 64 bits hold. */
type ValueKind = SeenKind | 'long'

/** Looks at the values of a column, to tell the narrowest kind that holds each of them without loss. */
export class ValueKinds {
  readonly #seen = new Set<ValueKind>()

  /** Null and undefined fit everywhere. */
  see(value: unknown): void {
    if (value !== null && value !== undefined) this.#seen.add(kindOf(value))
  }

  get kind(): SeenKind {
    const seen = this.#seen
    const [only = 'text'] = seen
    if (seen.size < 2) return only === 'long' ? 'integer' : only
    if (seen.size > 2 || !seen.has('integer')) return 'json'
    if (seen.has('long')) return 'integer'
    return seen.has('real') ? 'real' : 'json'
  }
}

function kindOf(value: unknown): ValueKind {
  switch (typeof value) {
    case 'boolean':
      return 'boolean'
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : 'real'
    case 'string':
      return 'text'
    default:
      return value instanceof JsonNumber ? kindOfNumber(plainNumber(value)) : 'json'
  }
}

function kindOfNumber(plain: number | bigint | undefined): ValueKind {
  if (plain === undefined) return 'json'
  return typeof plain === 'bigint' ? 'long' : kindOf(plain)
}

const mostInt64 = 2n ** 63n

/** The same number in a type of databases: a 64-bit integer as bigint, a double as number; nothing if neither holds it. */
export function plainNumber(value: JsonNumber): number | bigint | undefined {
  const number = Number(value)
  if (/^-?\d{1,19}$/.test(value.digits)) {
    if (Number.isSafeInteger(number)) return number
    const integer = BigInt(value.digits)
    return integer < mostInt64 && integer >= -mostInt64 ? integer : undefined
  }
  return isHeld(value.digits) ? number : undefined
}

/** True if a double holds the number: `1.10` and `1E5`, not `1e400`. */
function isHeld(digits: string): boolean {
  return typeof parseJson(digits, 'exact') === 'number'
}
