import { serverClock } from '../told-time.ts'
import { ietfSignals } from './ietf.ts'
import { ietf07Signals } from './ietf-07.ts'
import { anthropicSignals, suffixedSignals } from './named-quotas.ts'
import { shopifySignals, worldNewsSignals } from './points.ts'
import type { RateLimitSignal } from './signal.ts'
import { genericSignals, githubSignals, ietfLegacySignals, twitterSignals } from './three-fields.ts'

/** The times that rate limit fields are understood by. */
export interface RateLimitContext {
  /** Our own wall clock, in milliseconds since the epoch. */
  readonly now: number
  /** The `Date` of the answer: moments are counted from it. @default the header `date` */
  readonly date?: string | undefined
}

/** A longer field is no rate limit, and a longer name no name. */
const longestField = 8_192
const longestName = 256
/** More limits than this are not meant for a client to keep. */
const mostSignals = 32

/** The most telling first. */
const dialects: readonly ((
  headers: Readonly<Record<string, string>>,
  serverNow: number,
) => readonly RateLimitSignal[])[] = [
  ietfSignals,
  ietf07Signals,
  // Before the plain RateLimit-*, which Kong sends as well, and which are about one of its windows only.
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
 * Rate limits in the headers of an answer: draft-ietf-httpapi-ratelimit-headers in all its forms, and the
 * fields that were there before it. One signal for each limit, from the most telling dialect that says what is left.
 *
 * An answer from a cache says nothing (draft 10, "Caching"): its numbers are old. Anything unreadable is ignored, and
 * times and counts stay within ceilings, whatever the server sends. `Retry-After` is not looked at; where there is one
 * it wins (`retryHint`).
 *
 * @param headers names in lower case; a field that came more than once joined with `, `
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
  return signals.filter(({ policy, unit }) => Math.max(policy.length, unit.length) <= longestName).slice(0, mostSignals)
}

function isAboutLimits(name: string): boolean {
  return name.includes('limit') || name.startsWith('x-api-quota-')
}

/** `Age` above 0 (RFC 9111 section 5.1); what is no number counts as none. */
function isFromCache(age: string | undefined): boolean {
  return age !== undefined && /^\s*0*[1-9]/.test(age)
}
