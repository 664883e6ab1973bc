import { type Duration, parseDuration, SettingsError } from 'sluice'
import { isObject, unexpected } from 'sluice/internal'
import type { SimulatorRequest } from '../request.ts'
import { listOf } from '../settings/parse.ts'
import type { Limit, LimitOption } from './limit.ts'
import { parseLimit, plainName } from './parse-limit.ts'

/** Options of one key. */
export interface KeyOptions {
  /** Limits of this key alone, in addition to the scenario's. */
  readonly limit?: LimitOption | readonly LimitOption[] | undefined
  /** When the key answers 401, measured from the start; true: always. @default never */
  readonly revoked?: Duration | boolean | undefined
  /** When the balance is used up (429 `insufficient_quota`), measured from the start. @default never */
  readonly exhausted?: Duration | boolean | undefined
}

/** A validated key. */
export interface KeyRule {
  readonly name: string
  readonly limits: readonly Limit[]
  /** Milliseconds since the start; Infinity for never. */
  readonly revokedAt: number
  readonly exhaustedAt: number
}

/** Counts of one key, as the server saw them. */
export interface KeyStats {
  readonly requests: number
  /** Refused by a limit, or because the key was revoked or used up. */
  readonly refused: number
}

const fields: ReadonlySet<string> = new Set(['limit', 'revoked', 'exhausted'])
const expected = "keys with limits, such as { 'key-1': 'sliding:100/min', 'key-2': { revoked: '10s' } }"

/** @throws SettingsError if the value is not an object of keys, or a key has invalid options. */
export function parseKeys(name: string, value: unknown): readonly KeyRule[] {
  if (value === undefined) return []
  if (!isObject(value)) throw unexpected(name, expected, value)
  return Object.entries(value).map(([key, given]) => {
    plainName(name, key)
    const place = `${name}.${key}`
    const isLimit = typeof given === 'string' || Array.isArray(given) || (isObject(given) && 'kind' in given)
    const options = isLimit ? { limit: given } : given
    if (!isObject(options)) throw unexpected(place, 'a limit, or an object with limit, revoked and exhausted', given)
    const odd = Object.keys(options).find((field) => !fields.has(field))
    if (odd !== undefined) throw new SettingsError(`${place}.${odd}: a key has limit, revoked and exhausted`)
    return {
      name: key,
      limits: listOf(options.limit).map((limit, index) => {
        const parsed = parseLimit(`${place}.limit`, limit, index)
        // Limits without a name are named after their unit.
        return /^(?:default|limit-\d+)$/.test(parsed.name) ? { ...parsed, name: nameOf(key, parsed.unit) } : parsed
      }),
      revokedAt: instantOf(`${place}.revoked`, options.revoked),
      exhaustedAt: instantOf(`${place}.exhausted`, options.exhausted),
    }
  })
}

/** Key of a request: `x-api-key`, or `Authorization` without its scheme; empty if there is neither. */
export function keyOf({ headers }: Pick<SimulatorRequest, 'headers'>): string {
  return headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /i, '') ?? ''
}

function nameOf(key: string, unit: string): string {
  return unit === 'requests' ? key : `${key}-${unit}`
}

function instantOf(name: string, value: unknown): number {
  if (value === undefined || value === false) return Number.POSITIVE_INFINITY
  return value === true ? 0 : parseDuration(name, value as string)
}
