import { SluiceError } from '../errors/sluice-error.ts'
import type { Verdict } from '../events/event.ts'
import { graphqlTrouble } from '../http/graphql.ts'
import { refusalWords } from '../http/refusal-words.ts'
import type { ApiResponse } from '../http/response.ts'
import { quotaHint, type RetryHint, retryHint, tellsUsedUp } from '../http/retry-hint.ts'
import {
  AttemptTimeoutError,
  BodyError,
  BodySourceError,
  ConnectError,
  LocalLimitError,
  TransportError,
  TransportFaultError,
} from '../transport/errors.ts'
import { AuthError } from './errors.ts'
import type { Outcome } from './outcome.ts'

/** Failures that another attempt may get over. */
export interface TransientSettings {
  readonly statuses: ReadonlySet<number>
  readonly network: boolean
  readonly timeout: boolean
  /** True if a 200 whose GraphQL errors name a rate limit is a refusal, and one with errors and no data a failure. @default false */
  readonly graphql?: boolean
}

/** 5xx statuses that say what the server will never do: Not Implemented, its HTTP version, a login of the network. */
const finalServerErrors: ReadonlySet<number> = new Set([501, 505, 511])

/** 408 Request Timeout, 425 Too Early, and all server errors but 501, 505 and 511. */
export const defaultTransient: TransientSettings = {
  statuses: new Set([
    408,
    425,
    ...Array.from({ length: 100 }, (_, ones) => 500 + ones).filter((status) => !finalServerErrors.has(status)),
  ]),
  network: true,
  timeout: true,
}

/** "Too much", whatever else the answer says: 420 of Twitter's, 429, and 430 of Shopify. */
export const throttledStatuses: ReadonlySet<number> = new Set([420, 429, 430])
/** Statuses that mean "too much" when they say when to come back, and something else when they do not. */
const throttledWithHint: ReadonlySet<number> = new Set([403, 413, 503, 509, 529])

/** Meaning of an outcome for what happens next, and when the server wants to be asked again. */
export interface Judgement {
  readonly verdict: Verdict
  /** Milliseconds that the server asks to wait, from when the outcome was judged. */
  readonly retryAfter: number | undefined
  /** The date of that, in milliseconds since the epoch. */
  readonly retryAt: number | undefined
  /** True if the only times that it names are none that can be meant. */
  readonly isAbsurd: boolean
  /** True if a refusal stops all calls of the partition: not one for a named part of the API, nor one that is absurd. */
  readonly isForAll: boolean
}

/** Judges an outcome. `wallTime` is our clock, in milliseconds since the epoch. */
export function judge(outcome: Outcome, transient: TransientSettings, wallTime: number): Judgement {
  switch (outcome.kind) {
    case 'cancelled':
      return plain.cancelled
    case 'rejected':
      return plain.permanent
    case 'response':
      return judgeResponse(outcome.response, transient, wallTime)
    case 'failure':
      return judgeFailure(outcome.error, transient, wallTime)
  }
}

/** Judges each response once, however often it is asked: reading a refusal takes time, and its times count from arrival. */
export function judgeOnce(transient: TransientSettings, wallTime: () => number): (outcome: Outcome) => Judgement {
  const judged = new WeakMap<ApiResponse, Judgement>()
  return (outcome) => {
    if (outcome.kind !== 'response') return judge(outcome, transient, wallTime())
    const { response } = outcome
    if (response.status < 400 && transient.graphql !== true) return plain.success
    let judgement = judged.get(response)
    if (judgement === undefined) {
      judgement = judgeResponse(response, transient, wallTime())
      judged.set(response, judgement)
    }
    return judgement
  }
}

/** The verdict alone. */
export function classify(outcome: Outcome, transient: TransientSettings): Verdict {
  return judge(outcome, transient, 0).verdict
}

const plainOf = (verdict: Verdict): Judgement =>
  Object.freeze({ verdict, retryAfter: undefined, retryAt: undefined, isAbsurd: false, isForAll: true })
const plain = {
  success: plainOf('success'),
  transient: plainOf('transient'),
  permanent: plainOf('permanent'),
  notSent: plainOf('notSent'),
  cancelled: plainOf('cancelled'),
  throttled: plainOf('throttled'),
} as const satisfies Record<Verdict, Judgement>

function judgeResponse(response: ApiResponse, transient: TransientSettings, now: number): Judgement {
  const { status, headers } = response
  if (status < 400) {
    const trouble = transient.graphql === true ? graphqlTrouble(response) : undefined
    if (trouble === undefined) return plain.success
    return trouble.means === 'failed' ? plain.permanent : throttledFor(trouble.wait, headers, now)
  }

  const hint = retryHint(headers, now)
  const words = refusalWords(response)
  const advice = headers['x-should-retry']?.trim().toLowerCase()
  if (words?.means === 'used up' || advice === 'false') return withHint('permanent', hint, now)

  const isThrottled =
    throttledStatuses.has(status) ||
    words !== undefined ||
    (throttledWithHint.has(status) && (hint !== undefined || headers['x-envoy-ratelimited'] !== undefined)) ||
    (status === 403 && tellsUsedUp(headers, now))
  if (isThrottled) return throttledFor(words?.wait, headers, now)
  return transient.statuses.has(status) || advice === 'true' ? withHint('transient', hint, now) : plain.permanent
}

/** Refusal with the wait that the headers state, else the body, else the quotas. */
function throttledFor(stated: number | undefined, headers: ApiResponse['headers'], now: number): Judgement {
  const hint = retryHint(headers, now)
  if (hint?.wait !== undefined) return withHint('throttled', hint, now)
  const other = stated === undefined ? quotaHint(headers, now) : { wait: stated }
  return withHint('throttled', other ?? hint, now)
}

function withHint(
  verdict: 'throttled' | 'transient' | 'permanent',
  hint: RetryHint | undefined,
  now: number,
): Judgement {
  if (hint === undefined) return plain[verdict]
  const { wait, resource } = hint
  return {
    verdict,
    retryAfter: wait,
    retryAt: wait === undefined ? undefined : now + wait,
    isAbsurd: wait === undefined,
    isForAll: wait !== undefined && resource === undefined,
  }
}

function judgeFailure(error: Error, transient: TransientSettings, now: number): Judgement {
  return error instanceof AuthError ? judgeAuth(error, transient, now) : plain[classifyFailure(error, transient)]
}

function classifyFailure(error: Error, transient: TransientSettings): Verdict {
  if (error instanceof TransportFaultError || error instanceof BodySourceError) return 'permanent'
  if (error instanceof LocalLimitError) return 'notSent'
  if (error instanceof ConnectError) return error.permanent || !transient.network ? 'permanent' : 'notSent'
  if (error instanceof AttemptTimeoutError)
    return transient.timeout ? (error.sent === 'no' ? 'notSent' : 'transient') : 'permanent'
  if (error instanceof TransportError)
    return !transient.network ? 'permanent' : error.sent === 'no' ? 'notSent' : 'transient'
  if (error instanceof BodyError && error.code === 'SLUICE_BODY_TRUNCATED')
    return transient.network ? 'transient' : 'permanent'
  return 'permanent'
}

/** Judges by the error that kept the token away. The request itself was not sent, or was refused, so any method may be repeated. */
function judgeAuth({ cause }: AuthError, transient: TransientSettings, now: number): Judgement {
  if (!(cause instanceof SluiceError)) return plain.permanent
  const judgement =
    'response' in cause
      ? judgeResponse(cause.response as ApiResponse, transient, now)
      : judgeFailure(cause, transient, now)
  return judgement.verdict === 'transient' ? { ...judgement, verdict: 'notSent' } : judgement
}
