import { longestTime } from '../stated-time.ts'

/** Maximum count in a signal: the largest integer of a structured field (RFC 9651 section 3.3.1). */
export const greatestCount = 999_999_999_999_999

/**
 * Family of header fields that a signal was read from. `ietf` is `RateLimit` since draft 08, `ietf-07` the same field
 * in draft 07, `ietf-legacy` the three fields `RateLimit-*` of drafts 00 to 06. `openai` covers all fields with a unit
 * in the name (`X-RateLimit-Limit-Tokens`), `kong` all with a window in the name (`X-RateLimit-Limit-Minute`).
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

/** Rate limit stated by a response. Properties that it does not state are missing. */
export interface RateLimitSignal {
  readonly dialect: RateLimitDialect
  /**
   * Identifies the limit among those of one API: `default`, `requests`, `core`, `minute`, ... Stable across responses.
   */
  readonly policy: string
  /** Unit that is counted. */
  readonly unit: 'requests' | 'tokens' | 'content-bytes' | 'concurrent-requests' | (string & Record<never, never>)
  /** Total number of units in the window, a whole number. */
  readonly limit?: number
  /** Remaining number of units, a whole number from 0. Not a guarantee: the next request may still be refused. */
  readonly remaining?: number
  /** Length of the window of `limit`, in milliseconds. */
  readonly window?: number
  /** Milliseconds from now until more units are available: from 0 to 366 days. */
  readonly resetAfter?: number
  /**
   * Refill behaviour. `more`: no units before `resetAfter`, some (often all) then. `full`: continuous, with all
   * units available after `resetAfter`. Present whenever `resetAfter` is.
   */
  readonly refill?: 'more' | 'full'
  /** Server's opaque key of the quota's owner, as base64 of the value received. */
  readonly partitionKey?: string
  /**
   * Part of the API that it applies to, such as `search`, if the server names one; other parts have their own quotas.
   */
  readonly resource?: string
}

/** Signal as read by a dialect; `undefined` for properties that are not stated. */
export type Reading = Pick<RateLimitSignal, 'dialect' | 'policy'> & {
  readonly [Name in keyof RateLimitSignal]?: RateLimitSignal[Name] | undefined
}

/**
 * Converts a reading to a signal, with counts and times capped; none if the reading is empty. A reset beyond the
 * maximum time is dropped.
 *
 * A reset further away than two windows is probably misread, and replaced by the window, except where the format is
 * unambiguous (`ietf`).
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
 * Parses the count of a field; `undefined` for -1, words, thousands separators, or different values in
 * one field. Fractions are truncated (Reddit sends `598.0`), and a repeated field with equal values counts as one.
 */
export function parseCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [value, ...others] = new Set(text.split(',').map((part) => part.trim()))
  if (value === undefined || others.length > 0 || !/^\d+(\.\d+)?$/.test(value)) return undefined
  return Math.min(Math.floor(Number(value)), greatestCount)
}
