import { serverClock } from '../stated-time.ts'
import { ietfSignals } from './ietf.ts'
import { anthropicSignals, suffixedSignals } from './named-quotas.ts'
import { parseReset } from './reset-time.ts'
import { parseCount, type RateLimitSignal, toSignals } from './signal.ts'
import { dictionaryMembers, isWhole } from './structured-field.ts'
import { genericSignals, githubSignals, ietfLegacySignals, twitterSignals } from './three-fields.ts'
import { parseLimitList, unnamedSignals } from './unnamed-quotas.ts'

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

/** `X-Shopify-Shop-Api-Call-Limit: 32/40`: level and size of the leaky bucket. Its leak rate is not stated. */
function shopifySignals(headers: Readonly<Record<string, string>>): readonly RateLimitSignal[] {
  const [usedText, limitText, ...rest] = headers['x-shopify-shop-api-call-limit']?.split('/') ?? []
  const used = parseCount(usedText)
  const limit = parseCount(limitText)
  if (used === undefined || limit === undefined || rest.length > 0) return []
  return toSignals({ dialect: 'shopify', policy: 'default', limit, remaining: Math.max(0, limit - used) })
}

/** `X-API-Quota-Left` of the World News API: remaining points of the day. The end of the day is not stated. */
function worldNewsSignals(headers: Readonly<Record<string, string>>): readonly RateLimitSignal[] {
  const remaining = parseCount(headers['x-api-quota-left'])
  if (remaining === undefined) return []
  const used = parseCount(headers['x-api-quota-used'])
  const limit = used === undefined ? undefined : used + remaining
  return toSignals({ dialect: 'world-news', policy: 'day', unit: 'points', limit, remaining, window: 86_400_000 })
}

/**
 * `RateLimit: limit=100, remaining=25, reset=5` with `RateLimit-Policy: 100;w=60`
 * (draft-ietf-httpapi-ratelimit-headers-07 section 2). Without `remaining` the field is ignored.
 */
function ietf07Signals(headers: Readonly<Record<string, string>>, serverNow: number): readonly RateLimitSignal[] {
  const members = dictionaryMembers(headers.ratelimit)
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => {
    const value = members.get(name)
    return isWhole(value, 0) ? value : undefined
  })
  if (remaining === undefined) return []
  const resetAfter = reset === undefined ? undefined : parseReset(String(reset), serverNow)
  const { quotas } = parseLimitList(headers['ratelimit-policy'])
  return unnamedSignals('ietf-07', { limit, remaining, resetAfter }, quotas)
}
