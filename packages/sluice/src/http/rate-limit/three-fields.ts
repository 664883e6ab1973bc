import { parseReset } from './reset-time.ts'
import { parseCount, type RateLimitSignal } from './signal.ts'
import { type LimitList, parseLimitList, type Report, unnamedSignals } from './unnamed-quotas.ts'

/**
 * `RateLimit-Limit`, `-Remaining`, `-Reset` (draft-ietf-httpapi-ratelimit-headers-06 section 5, and earlier drafts).
 */
export function ietfLegacySignals(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly RateLimitSignal[] {
  const { report, quotas } = threeFields('ratelimit', headers, serverNow)
  if (isBlank(report)) return []
  return unnamedSignals('ietf-legacy', report, [...quotas, ...parseLimitList(headers['ratelimit-policy']).quotas])
}

/** `X-RateLimit-*` of GitHub; `X-RateLimit-Resource` names the limit used. The `graphql` limit counts points. */
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
 * Generic `X-RateLimit-*`. There is no specification: the format of the reset decides its meaning. With windows
 * in the limit (`10, 10;w=60`) it is Envoy's. The policy is named after Discord's bucket, if there is one.
 */
export function genericSignals(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly RateLimitSignal[] {
  const { report, quotas } = threeFields('x-ratelimit', headers, serverNow)
  const policy = headers['x-ratelimit-bucket']?.trim() || undefined
  return unnamedSignals(quotas.length > 0 ? 'envoy' : 'x-ratelimit', { ...report, policy, resource: policy }, quotas)
}

/** Reads the fields of one prefix. Of limit, remaining and used, any two determine the third. */
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
