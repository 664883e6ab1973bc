import type { RefusalWords, Refused } from './endpoints/route.ts'
import { type Answer, json } from './faults/answer.ts'
import { wholeSeconds } from './limits/limit-headers.ts'
import type { Scenario } from './scenario/scenario.ts'

/** Response to a request over a limit that would be allowed in `wait` milliseconds; Infinity: never. */
function refusal(settings: Scenario['refusal'], wait: number, wallTime: number): Answer {
  const body = settings.body ?? { error: 'too_many_requests', message: 'the limit of this API is reached' }
  switch (wait === Number.POSITIVE_INFINITY ? 'none' : settings.retryAfter) {
    case 'none':
      return json(settings.status, body)
    case 'seconds':
      return json(settings.status, body, { 'retry-after': String(wholeSeconds(wait)) })
    case 'date':
      return json(settings.status, body, { 'retry-after': httpDate(Math.ceil((wallTime + wait) / 1_000) * 1_000) })
  }
}

/**
 * Response to a refused request, in the API's own format: 401 because of its key, otherwise the scenario's status,
 * unless the API has a status of its own for all refusals.
 */
export function turnedAway(
  settings: Scenario['refusal'],
  { reason, wait }: Refused,
  words: RefusalWords | undefined,
  wallTime: number,
): Answer {
  if (reason === 'key') {
    const body = words?.body ?? { error: 'invalid_key', message: 'no such key, or it was revoked' }
    return json(401, body, { 'www-authenticate': 'Bearer' })
  }
  if (words?.status !== undefined) return json(words.status, words.body)
  const told = settings.body ?? words?.body
  if (reason === 'balance') {
    return json(429, told ?? { error: 'insufficient_quota', message: 'nothing is left of the balance of this key' })
  }
  return refusal({ ...settings, body: told }, wait, wallTime)
}

/** IMF-fixdate of RFC 9110 section 5.6.7: `Thu, 01 Jan 2026 00:00:00 GMT`. */
export function httpDate(wallTime: number): string {
  return new Date(wallTime).toUTCString()
}
