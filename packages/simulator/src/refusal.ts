import { type Answer, json } from './faults/answer.ts'
import { wholeSeconds } from './limits/limit-headers.ts'
import type { Scenario } from './scenario/scenario.ts'

/** Answer to a request over a limit, which would be allowed `wait` milliseconds from now. */
export function refusal(settings: Scenario['refusal'], wait: number, wallTime: number): Answer {
  const body = settings.body ?? { error: 'too_many_requests', message: 'the limit of this API is reached' }
  switch (settings.retryAfter) {
    case 'none':
      return json(settings.status, body)
    case 'seconds':
      return json(settings.status, body, { 'retry-after': String(wholeSeconds(wait)) })
    case 'date':
      return json(settings.status, body, { 'retry-after': httpDate(Math.ceil((wallTime + wait) / 1_000) * 1_000) })
  }
}

/** IMF-fixdate of RFC 9110 section 5.6.7: `Thu, 01 Jan 2026 00:00:00 GMT`. */
export function httpDate(wallTime: number): string {
  return new Date(wallTime).toUTCString()
}
