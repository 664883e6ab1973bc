import { parseHttpDate } from './http-date.ts'
import { parseRateLimit } from './rate-limit/parse-rate-limit.ts'
import type { RateLimitSignal } from './rate-limit/signal.ts'
import { longestTime, parseStatedTimes } from './stated-time.ts'

/** Reference times for `Retry-After`. */
interface RetryAfterContext {
  /** Local wall clock, in milliseconds since the epoch. */
  readonly now: number
  /** `Date` of the same response: dates are relative to it, so that clock errors on either side do not matter. */
  readonly date?: string | undefined
}

/** Time at which a server allows a retry. */
export interface RetryHint {
  /** Milliseconds from now, from 0 to 366 days; `undefined` if the response has only impossible times. */
  readonly wait: number | undefined
  /** Part of the API that it applies to, if the server names one. */
  readonly resource?: string | undefined
}

/** Fields with a retry time, and their unit in milliseconds. Ordered by precision; the first readable one is used. */
const fields: readonly (readonly [name: string, unit: 1 | 1_000])[] = [
  ['retry-after-ms', 1],
  ['x-ms-retry-after-ms', 1],
  ['retry-after', 1_000],
  ['x-retry-after', 1_000],
  ['x-ratelimit-retry-after', 1_000],
  ['x-rate-limit-retry-after', 1_000],
  ['ratelimit-retry-after', 1_000],
]

/** Reads the retry time of the headers: `Retry-After` (RFC 9110 section 10.2.3), or a nonstandard equivalent. */
export function retryHint(headers: Readonly<Record<string, string>>, now: number): RetryHint | undefined {
  let hint: RetryHint | undefined
  for (const [name, unit] of fields) {
    const value = headers[name]
    if (value === undefined) continue
    const read = readHint(value, { now, date: headers.date }, unit)
    if (read?.wait !== undefined) return read
    hint ??= read
  }
  return hint
}

/** Units whose quotas determine the retry time of a refused request; points are those of GitHub's GraphQL API. */
const refusingUnits: ReadonlySet<string> = new Set(['requests', 'points'])

/**
 * Wait according to the quotas of a refusal: until the exhausted ones have more units, or, if no quota states what
 * remains, until the last reset.
 */
export function quotaHint(headers: Readonly<Record<string, string>>, now: number): RetryHint | undefined {
  const signals = parseRateLimit(headers, { now }).filter(
    ({ unit, refill, resetAfter }) => refusingUnits.has(unit) && refill === 'more' && resetAfter !== undefined,
  )
  const usedUp = signals.filter(isUsedUp)
  const telling = usedUp.length > 0 ? usedUp : signals.filter(({ remaining }) => remaining === undefined)
  const last = telling.toSorted((a, b) => b.resetAfter! - a.resetAfter!)[0]
  return last === undefined ? undefined : { wait: last.resetAfter, resource: last.resource }
}

/** True if the headers report that a relevant quota is exhausted. */
export function reportsExhausted(headers: Readonly<Record<string, string>>, now: number): boolean {
  return parseRateLimit(headers, { now }).some((signal) => refusingUnits.has(signal.unit) && isUsedUp(signal))
}

function isUsedUp({ limit, remaining }: RateLimitSignal): boolean {
  return remaining === 0 && limit !== 0
}

/**
 * Reads the value of a field; `undefined` if it has no time. `unit` is that of plain numbers, in milliseconds.
 *
 * Accepts seconds, also with a fraction or a unit (`3s`, `500ms`), all three forms of an HTTP date, RFC 3339, and
 * timestamps. Past and negative times are 0. Of several values joined by commas the largest is used; times beyond
 * 366 days are ignored.
 */
function readHint(value: string, context: RetryAfterContext, unit: 1 | 1_000): RetryHint | undefined {
  const times = parseStatedTimes(value, context.now, unit)
  if (times.length === 0) return undefined
  const waits = times
    .map((time) => ('delay' in time ? time.delay : untilMoment(time.at, context)))
    .filter((wait) => wait <= longestTime)
  return { wait: waits.length === 0 ? undefined : Math.max(...waits) }
}

/**
 * Milliseconds until a time on the server's clock, which is known from its `Date`. If the two clocks differ by more
 * than a year, one of them is wrong: the local clock is used, unless the time makes sense only by the server's.
 */
function untilMoment(at: number, { now, date }: RetryAfterContext): number {
  const byOurs = Math.max(0, Math.ceil(at - now))
  const told = date === undefined ? undefined : parseHttpDate(date.trim(), now)
  if (told === undefined) return byOurs
  const byTheirs = Math.max(0, Math.ceil(at - told))
  const canBeOurs = byOurs > 0 && byOurs <= longestTime
  return Math.abs(told - now) > longestTime && (canBeOurs || byTheirs > longestTime) ? byOurs : byTheirs
}
