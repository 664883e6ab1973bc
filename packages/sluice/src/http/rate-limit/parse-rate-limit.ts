import { serverClock } from '../stated-time.ts'
import { ietfSignals } from './ietf.ts'
import { ietf07Signals } from './ietf-07.ts'
import { anthropicSignals, suffixedSignals } from './named-quotas.ts'
import { shopifySignals, worldNewsSignals } from './points.ts'
import type { RateLimitSignal } from './signal.ts'
import { genericSignals, githubSignals, ietfLegacySignals, twitterSignals } from './three-fields.ts'

/** Reference times for rate limit fields. */
export interface RateLimitContext {
  /** Local wall clock, in milliseconds since the epoch. */
  readonly now: number
  /** `Date` of the response: points in time are relative to it. @default the header `date` */
  readonly date?: string | undefined
}

/** Maximum length of a field; longer ones are ignored. Names have a limit as well. */
const longestField = 8_192
const longestName = 256
/** Maximum number of limits read from a response. */
const maxSignals = 32

/** Dialects, the most informative first. */
const dialects: readonly ((
  headers: Readonly<Record<string, string>>,
  serverNow: number,
) => readonly RateLimitSignal[])[] = [
  ietfSignals,
  ietf07Signals,
  // Before the plain RateLimit-*, which Kong sends too, but for only one of its windows.
  suffixedSignals,
  ietfLegacySignals,
  anthropicSignals,
  shopifySignals,
  githubSignals,
  worldNewsSignals,
  twitterSignals,
  genericSignals,
]

/**
 * Reads the rate limits in the headers of a response: draft-ietf-httpapi-ratelimit-headers in all versions, and the
 * older, nonstandard fields. Returns one signal per limit, from the most informative dialect that states what remains.
 *
 * A response from a cache is ignored (draft 10, "Caching"): its numbers are outdated. Unreadable fields are ignored,
 * and times and counts are capped, whatever the server sends. `Retry-After` is not read here; if present, it takes
 * precedence (`retryHint`).
 *
 * @param headers names in lower case; repeated fields joined with `, `
 */
export function parseRateLimit(
  headers: Readonly<Record<string, string>>,
  context: RateLimitContext,
): readonly RateLimitSignal[] {
  const fields = Object.entries(headers).filter(([name, value]) => isAboutLimits(name) && value.length <= longestField)
  if (fields.length === 0 || isFromCache(headers.age)) return []
  const limitFields = Object.fromEntries(fields)
  const serverNow = serverClock(context.date ?? headers.date, context.now)

  let lesser: readonly RateLimitSignal[] = []
  for (const read of dialects) {
    const signals = read(limitFields, serverNow)
    if (signals.some(({ remaining }) => remaining !== undefined)) return bounded(signals)
    if (lesser.length === 0) lesser = signals
  }
  return bounded(lesser)
}

function bounded(signals: readonly RateLimitSignal[]): readonly RateLimitSignal[] {
  return signals.filter(({ policy, unit }) => Math.max(policy.length, unit.length) <= longestName).slice(0, maxSignals)
}

function isAboutLimits(name: string): boolean {
  return name.includes('limit') || name.startsWith('x-api-quota-')
}

/** True if `Age` is above 0 (RFC 9111 section 5.1); an invalid number is ignored. */
function isFromCache(age: string | undefined): boolean {
  return age !== undefined && /^\s*0*[1-9]/.test(age)
}
