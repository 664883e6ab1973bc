import { SluiceError } from '../errors/sluice-error.ts'
import type { Verdict } from '../events/event.ts'
import type { ApiResponse } from '../http/response.ts'
import {
  AttemptTimeoutError,
  BodyError,
  ConnectError,
  TransportError,
  TransportFaultError,
} from '../transport/errors.ts'
import { AuthError } from './errors.ts'
import type { Outcome } from './outcome.ts'

/** What counts as passing trouble that another attempt may get over. */
export interface TransientSettings {
  readonly statuses: ReadonlySet<number>
  readonly network: boolean
  readonly timeout: boolean
}

/** 408 Request Timeout, 425 Too Early, server errors but 501 and 505, and the codes of proxies in front of servers. */
export const defaultTransient: TransientSettings = {
  statuses: new Set([408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524]),
  network: true,
  timeout: true,
}

/** Statuses that mean "too much" when they say when to come back, and something else when they do not. */
const throttledWithRetryAfter: ReadonlySet<number> = new Set([403, 413, 503])

/** Codes with which well-known APIs say that a quota or a balance is used up: waiting a little does not help. */
const usedUp = /"(insufficient_quota|billing_hard_limit_reached|apiKeyExhausted|quota_exceeded|QUOTA_EXHAUSTED)"/

/** What an outcome means for what happens next. */
export function classify(outcome: Outcome, transient: TransientSettings): Verdict {
  switch (outcome.kind) {
    case 'cancelled':
      return 'cancelled'
    case 'rejected':
      return 'permanent'
    case 'response':
      return classifyResponse(outcome.response, transient)
    case 'failure':
      return classifyFailure(outcome.error, transient)
  }
}

function classifyResponse(response: ApiResponse, transient: TransientSettings): Verdict {
  const { status, headers } = response
  if (status < 400) return 'success'
  if (status === 429) return isUsedUp(response) ? 'permanent' : 'throttled'
  if (throttledWithRetryAfter.has(status)) {
    const saysRateLimit =
      headers['retry-after'] !== undefined ||
      headers['x-envoy-ratelimited'] !== undefined ||
      (status === 403 && headers['x-ratelimit-remaining'] === '0')
    if (saysRateLimit) return 'throttled'
  }
  return transient.statuses.has(status) ? 'transient' : 'permanent'
}

function classifyFailure(error: Error, transient: TransientSettings): Verdict {
  if (error instanceof AuthError) return classifyAuth(error, transient)
  if (error instanceof TransportFaultError) return 'permanent'
  if (error instanceof ConnectError) return error.permanent || !transient.network ? 'permanent' : 'notSent'
  if (error instanceof AttemptTimeoutError)
    return transient.timeout ? (error.sent === 'no' ? 'notSent' : 'transient') : 'permanent'
  if (error instanceof TransportError) return transient.network ? 'transient' : 'permanent'
  if (error instanceof BodyError && error.code === 'SLUICE_BODY_TRUNCATED')
    return transient.network ? 'transient' : 'permanent'
  return 'permanent'
}

/** As what kept the token away. The request itself was not sent, or was refused, so any method may be sent again. */
function classifyAuth({ cause }: AuthError, transient: TransientSettings): Verdict {
  if (!(cause instanceof SluiceError)) return 'permanent'
  const verdict =
    'response' in cause ? classifyResponse(cause.response as ApiResponse, transient) : classifyFailure(cause, transient)
  return verdict === 'transient' ? 'notSent' : verdict
}

/** Whether a 429 speaks of a quota that is gone rather than of a pace that is too high. */
function isUsedUp(response: ApiResponse): boolean {
  const { body } = response
  return body.byteLength > 0 && body.byteLength <= 65_536 && usedUp.test(new TextDecoder().decode(body))
}
