import { parseReset } from './reset-time.ts'
import type { RateLimitSignal } from './signal.ts'
import { dictionaryMembers, isWhole } from './structured-field.ts'
import { parseLimitList, unnamedSignals } from './unnamed-quotas.ts'

/**
 * `RateLimit: limit=100, remaining=25, reset=5` with `RateLimit-Policy: 100;w=60`
 * (draft-ietf-httpapi-ratelimit-headers-07 section 2). Without `remaining` the field is ignored.
 */
export function ietf07Signals(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly RateLimitSignal[] {
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
