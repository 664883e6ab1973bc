import { SluiceError } from '../errors/sluice-error.ts'
import type { Verdict } from '../events/event.ts'
import { graphqlTrouble } from '../http/graphql.ts'
import { refusalWords } from '../http/refusal-words.ts'
import type { ApiResponse } from '../http/response.ts'
import { quotaHint, type RetryHint, reportsExhausted, retryHint } from '../http/retry-hint.ts'
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

/** Failures that are worth another attempt. */
export interface TransientSettings {
  readonly statuses: ReadonlySet<number>
  readonly network: boolean
  readonly timeout: boolean
  /** True if a 200 with GraphQL rate limit errors is a refusal, and one with errors only a failure. @default false */
  readonly graphql?: boolean
}

/** 5xx statuses that are permanent: Not Implemented, HTTP Version Not Supported, Network Authentication Required. */
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

/** Statuses that always mean a rate limit: 420 (Twitter), 429 and 430 (Shopify). */
export const throttledStatuses: ReadonlySet<number> = new Set([420, 429, 430])
/** Statuses that mean a rate limit only if they state when to retry. */
const throttledWithHint: ReadonlySet<number> = new Set([403, 413, 503, 509, 529])

/** Judgement of an outcome: its verdict, and when to retry. */
export interface Judgement {
  readonly verdict: Verdict
  /** Wait in ms requested by the server, from when the outcome was judged. */
  readonly retryAfter: number | undefined
  /** Date of the end of that wait, in ms since the epoch. */
  readonly retryAt: number | undefined
  /** True if the response only states implausible times. */
  readonly isAbsurd: boolean
  /** True if a refusal stops all calls of the partition: not if it is for a named part of the API, or absurd. */
  readonly isForAll: boolean
}

/** Judges an outcome. `wallTime` is the local time in ms since the epoch. */
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

/** Judges each response only once: parsing a refusal takes time, and its wait counts from arrival. */
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

/** Returns only the verdict of an outcome. */
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
    (status === 403 && reportsExhausted(headers, now))
  if (isThrottled) return throttledFor(words?.wait, headers, now)
  return transient.statuses.has(status) || advice === 'true' ? withHint('transient', hint, now) : plain.permanent
}

/** Refusal with the wait stated by the headers, else by the body, else by the quotas. */
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

/** Judges by the error that prevented the token. The request was not sent or was refused, so it may be repeated. */
function judgeAuth({ cause }: AuthError, transient: TransientSettings, now: number): Judgement {
  if (!(cause instanceof SluiceError)) return plain.permanent
  const judgement =
    'response' in cause
      ? judgeResponse(cause.response as ApiResponse, transient, now)
      : judgeFailure(cause, transient, now)
  return judgement.verdict === 'transient' ? { ...judgement, verdict: 'notSent' } : judgement
}
