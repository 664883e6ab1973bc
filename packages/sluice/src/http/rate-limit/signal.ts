import { longestTime } from '../told-time.ts'

/** No count in a signal is greater: the greatest integer of a structured field (RFC 9651 section 3.3.1). */
export const greatestCount = 999_999_999_999_999

/**
 * The family of header fields a signal was read from. `ietf` is `RateLimit` since draft 08, `ietf-07` the same field in
 * draft 07, `ietf-legacy` the three fields `RateLimit-*` of drafts 00 to 06. `openai` stands for all that name a unit
 * (`X-RateLimit-Limit-Tokens`), `kong` for all that name a window (`X-RateLimit-Limit-Minute`).
 */
export type RateLimitDialect =
  | 'ietf'
  | 'ietf-07'
  | 'ietf-legacy'
  | 'anthropic'
  | 'openai'
  | 'kong'
  | 'shopify'
  | 'github'
  | 'world-news'
  | 'envoy'
  | 'x-rate-limit'
  | 'x-ratelimit'

/** One rate limit as an answer states it. Facts that it does not state are left out. */
export interface RateLimitSignal {
  readonly dialect: RateLimitDialect
  /** Tells the limits of one API apart: `default`, `requests`, `core`, `minute`, ... The same from answer to answer. */
  readonly policy: string
  /** Unit that is counted. */
  readonly unit: 'requests' | 'tokens' | 'content-bytes' | 'concurrent-requests' | (string & Record<never, never>)
  /** How many units there are in all, a whole number. */
  readonly limit?: number
  /** How many of them are left, a whole number, 0 or more. No promise: the next request can still be refused. */
  readonly remaining?: number
  /** The time that `limit` is for, in milliseconds. */
  readonly window?: number
  /** Milliseconds from now until there is more: 0 or more, at most 366 days. */
  readonly resetAfter?: number
  /**
   * How it comes back. `more`: nothing before `resetAfter`, something (often all) then. `full`: bit by bit, and all of
   * it is there after `resetAfter`. Given whenever `resetAfter` is.
   */
  readonly refill?: 'more' | 'full'
  /** Whose share it is, as the server calls it: opaque, the base64 of what was sent. */
  readonly partitionKey?: string
  /** The part of the API that it is for, such as `search`, if the server names one: other parts have quotas of their own. */
  readonly resource?: string
}

/** A signal as a dialect reads it: `undefined` for what is not said. */
export interface Reading {
  readonly dialect: RateLimitDialect
  readonly policy: string
  readonly unit?: string | undefined
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
  readonly window?: number | undefined
  readonly resetAfter?: number | undefined
  readonly refill?: 'more' | 'full' | undefined
  readonly partitionKey?: string | undefined
  readonly resource?: string | undefined
}

/**
 * The signal of a reading, within the ceilings; none if the reading says nothing. A reset that is further away than can be
 * meant is not said.
 *
 * A reset further away than two windows is a misunderstanding, and the window counts instead. Not so where the time is
 * defined without doubt (`ietf`).
 */
export function toSignals(reading: Reading): readonly RateLimitSignal[] {
  const { dialect, policy, unit = 'requests', partitionKey, resource } = reading
  const limit = atMost(reading.limit, greatestCount)
  const remaining = atMost(reading.remaining, greatestCount)
  const window = atMost(reading.window, longestTime)
  const said = (reading.resetAfter ?? 0) > longestTime ? undefined : reading.resetAfter
  const doubtful = dialect !== 'ietf' && window !== undefined && said !== undefined && said > 2 * window
  const resetAfter = doubtful ? window : said
  if (limit === undefined && remaining === undefined && resetAfter === undefined) return []
  return [
    {
      dialect,
      policy,
      unit,
      ...(limit !== undefined && { limit }),
      ...(remaining !== undefined && { remaining }),
      ...(window !== undefined && { window }),
      ...(resetAfter !== undefined && { resetAfter, refill: reading.refill ?? 'more' }),
      ...(partitionKey !== undefined && { partitionKey }),
      ...(resource !== undefined && { resource }),
    },
  ]
}

function atMost(value: number | undefined, ceiling: number): number | undefined {
  return value === undefined ? undefined : Math.min(value, ceiling)
}

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
