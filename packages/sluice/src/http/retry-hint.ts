import { parseHttpDate } from './http-date.ts'
import { parseRateLimit } from './rate-limit/parse-rate-limit.ts'
import type { RateLimitSignal } from './rate-limit/signal.ts'
import { longestTime, parseToldTimes } from './told-time.ts'

/** The times that a `Retry-After` is understood by. */
export interface RetryAfterContext {
  /** Our own wall clock, in milliseconds since the epoch. */
  readonly now: number
  /** The `Date` of the same answer: dates are counted from it, so that a wrong clock on either side does no harm. */
  readonly date?: string | undefined
}

/** When a server wants to be asked again. */
export interface RetryHint {
  /** Milliseconds from now, from 0 to 366 days; `undefined` if the answer only has impossible times. */
  readonly wait: number | undefined
  /** The part of the API that it is about, if the server names one. */
  readonly resource?: string | undefined
}

/** Fields that say when to come back, with the milliseconds of their unit. The more exact come first, and the first that can be read counts. */
const fields: readonly (readonly [name: string, unit: 1 | 1_000])[] = [
  ['retry-after-ms', 1],
  ['x-ms-retry-after-ms', 1],
  ['retry-after', 1_000],
  ['x-retry-after', 1_000],
  ['x-ratelimit-retry-after', 1_000],
  ['x-rate-limit-retry-after', 1_000],
  ['ratelimit-retry-after', 1_000],
]

/** Hint of the headers about when to come back: `Retry-After` (RFC 9110 section 10.2.3), and what is sent in its place. */
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

/** Units whose quotas say when a refused request may come again: points are those of GitHub's GraphQL API. */
const refusingUnits: ReadonlySet<string> = new Set(['requests', 'points'])

/**
 * The wait that the quotas of a refusal ask for: until there is more of those of which nothing is left, or, if none says
 * what is left, until the last reset.
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

/** True if the headers say that nothing is left of a quota that can be meant. */
export function tellsUsedUp(headers: Readonly<Record<string, string>>, now: number): boolean {
  return parseRateLimit(headers, { now }).some((signal) => refusingUnits.has(signal.unit) && isUsedUp(signal))
}

function isUsedUp({ limit, remaining }: RateLimitSignal): boolean {
  return remaining === 0 && limit !== 0
}

/**
 * How many milliseconds the value of a `Retry-After` asks to wait, or `undefined` if it says nothing usable.
 *
 * Takes seconds, also with a fraction or a unit (`3s`, `500ms`), all three forms of an HTTP date, RFC 3339, and moments
 * since the epoch. A time in the past and a negative one are 0. Of several values joined by commas the largest counts, and
 * what is more than 366 days away is none.
 */
export function parseRetryAfter(value: string | undefined, context: RetryAfterContext): number | undefined {
  return value === undefined ? undefined : readHint(value, context, 1_000)?.wait
}

function readHint(value: string, context: RetryAfterContext, unit: 1 | 1_000): RetryHint | undefined {
  const times = parseToldTimes(value, context.now, unit)
  if (times.length === 0) return undefined
  const waits = times
    .map((time) => ('delay' in time ? time.delay : untilMoment(time.at, context)))
    .filter((wait) => wait <= longestTime)
  return { wait: waits.length === 0 ? undefined : Math.max(...waits) }
}

/**
 * Milliseconds until a moment on the server's clock, which its `Date` tells. Where the two clocks are more than a year
 * apart one of them is wrong: ours is believed, unless the moment can only be meant by the other.
 */
function untilMoment(at: number, { now, date }: RetryAfterContext): number {
  const byOurs = Math.max(0, Math.ceil(at - now))
  const told = date === undefined ? undefined : parseHttpDate(date.trim(), now)
  if (told === undefined) return byOurs
  const byTheirs = Math.max(0, Math.ceil(at - told))
  const canBeOurs = byOurs > 0 && byOurs <= longestTime
  return Math.abs(told - now) > longestTime && (canBeOurs || byTheirs > longestTime) ? byOurs : byTheirs
}
