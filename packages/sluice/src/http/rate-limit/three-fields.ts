import { parseReset } from './reset-time.ts'
import { parseCount, type RateLimitSignal } from './signal.ts'
import { type LimitList, parseLimitList, type Report, unnamedSignals } from './unnamed-quotas.ts'

/** `RateLimit-Limit`, `-Remaining`, `-Reset` (draft-ietf-httpapi-ratelimit-headers-06 section 5, and those before it). */
export function ietfLegacySignals(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly RateLimitSignal[] {
  const { report, quotas } = threeFields('ratelimit', headers, serverNow)
  if (isBlank(report)) return []
  return unnamedSignals('ietf-legacy', report, [...quotas, ...parseLimitList(headers['ratelimit-policy']).quotas])
}

/** `X-RateLimit-*` of GitHub, whose `X-RateLimit-Resource` says which of its limits was used. That of `graphql` counts points. */
export function githubSignals(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly RateLimitSignal[] {
  const policy = headers['x-ratelimit-resource']?.trim()
  if (policy === undefined || policy === '') return []
  const { report } = threeFields('x-ratelimit', headers, serverNow)
  const signals = unnamedSignals('github', { ...report, policy, resource: policy }, [])
  return policy === 'graphql' ? signals.map((signal) => ({ ...signal, unit: 'points' })) : signals
}

/** `X-Rate-Limit-*` of X (Twitter), Okta and others. */
export function twitterSignals(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly RateLimitSignal[] {
  const { report, quotas } = threeFields('x-rate-limit', headers, serverNow)
  return unnamedSignals('x-rate-limit', report, quotas)
}

/**
 * `X-RateLimit-*` of everybody. No specification says what it means: the form of the reset decides. With windows
 * in the limit (`10, 10;w=60`) it is Envoy's. Discord's bucket is the name of the policy.
 */
export function genericSignals(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly RateLimitSignal[] {
  const { report, quotas } = threeFields('x-ratelimit', headers, serverNow)
  const policy = headers['x-ratelimit-bucket']?.trim() || undefined
  return unnamedSignals(quotas.length > 0 ? 'envoy' : 'x-ratelimit', { ...report, policy, resource: policy }, quotas)
}

/** Facts from the fields of one prefix. Two of limit, remaining and used give the third. */
function threeFields(
  prefix: string,
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): { readonly report: Report; readonly quotas: LimitList['quotas'] } {
  const { limit, quotas } = parseLimitList(headers[`${prefix}-limit`])
  const remaining = parseCount(headers[`${prefix}-remaining`])
  const used = parseCount(headers[`${prefix}-used`])
  const resetAfter = ['reset-after', 'reset', 'retry-after']
    .map((name) => parseReset(headers[`${prefix}-${name}`], serverNow))
    .find((time) => time !== undefined)
  return {
    report: {
      limit: limit ?? sum(used, remaining),
      remaining: remaining ?? (limit === undefined || used === undefined ? undefined : Math.max(0, limit - used)),
      resetAfter,
    },
    quotas,
  }
}

function isBlank({ limit, remaining, resetAfter }: Report): boolean {
  return limit === undefined && remaining === undefined && resetAfter === undefined
}

function sum(used: number | undefined, remaining: number | undefined): number | undefined {
  return used === undefined || remaining === undefined ? undefined : used + remaining
}
