import { SluiceError, withCall } from '../errors/sluice-error.ts'
import type { Writable } from '../errors/writable.ts'
import type { BigNumbers } from '../http/json/parse-json.ts'
import { redactUrl } from '../http/redact.ts'
import { type ApiRequest, Passthrough, type ReadAs, type StreamForm } from '../http/request.ts'
import { maskerOf } from '../http/request-masker.ts'
import type { ApiResponse } from '../http/response.ts'
import type { Call } from '../policies/attempt.ts'
import type { Judgement } from '../policies/classify.ts'
import { CancelledError, DeadlineExceededError } from '../policies/errors.ts'
import type { FromCache, Outcome } from '../policies/outcome.ts'
import { returnedBy, workError, workOf } from '../policies/work.ts'
import type { Clock } from '../time/clock.ts'
import type { BodyError } from '../transport/errors.ts'
import type { CallLog } from './call-log.ts'
import { type CallError, type FailedCall, InternalError, ResponseError, responseError } from './errors.ts'
import { readValueOnce } from './read-value.ts'
import type { CallResult, Failure, Success } from './result.ts'
import type { StreamedHead } from './streams/call-stream.ts'
import { streamValue } from './streams/stream-value.ts'

export interface ResultSettings {
  readonly clock: Clock
  readonly keepBody: boolean
  /** Setting of the client. */
  readonly bigNumbers: BigNumbers
}

/** Creates the result of a call that has just ended. The only place that attaches a call to its error. */
export function callResult(
  call: Call,
  outcome: Outcome,
  judgement: Judgement,
  log: CallLog,
  { clock, keepBody, bigNumbers }: ResultSettings,
): CallResult {
  const total = clock.now() - call.startedAt
  const ended = { call, log, total, startedAt: clock.wallTime() - total }
  if (outcome.kind !== 'response') return failure(ended, undefined, errorOf(outcome, log))
  const { response } = outcome
  if (workOf(call.request) !== undefined) return workResult(ended, response)
  if (judgement.verdict !== 'success') {
    return failure(ended, response, responseError(response, judgement, failedCall(call, log)))
  }
  try {
    const value = readValueOnce(response, formOf(call.request), call.request.bigNumbers ?? bigNumbers)
    return success(ended, response, value, keepBody, outcome.fromCache)
  } catch (error) {
    // The parser's error quotes its input, which in the response to a token request is a token.
    if (call.credentials !== undefined) delete (error as Error).cause
    return failure(ended, response, error as BodyError)
  }
}

function formOf({ meta, readAs }: ApiRequest): ReadAs {
  return meta instanceof Passthrough ? 'bytes' : readAs
}

/** Result of a function. */
function workResult(ended: Ended & { readonly startedAt: number }, response: ApiResponse): CallResult {
  const error = workError(response)
  return error === undefined ? success(ended, response, returnedBy(response), false) : failure(ended, undefined, error)
}

/** Result of a call whose body has yet to arrive. */
export function streamedResult(
  call: Call,
  { status, headers, body, attempt }: StreamedHead,
  log: CallLog,
  { clock, bigNumbers }: Omit<ResultSettings, 'keepBody'>,
): Success {
  const { index, request, redirectedTo } = call
  const form = request.readAs as StreamForm
  const value = streamValue(body, form, { status, bigNumbers: request.bigNumbers ?? bigNumbers })
  const told = log.untilHead(attempt, status, clock.now() - call.startedAt)
  const result: Writable<Success> = { ok: true, index, id: request.id, request, status, headers, value, ...told }
  if (redirectedTo !== undefined) result.redirectedTo = redirectedTo
  return result
}

/** Result of a call that ended with an internal error and has no response. */
export function internalFailure(call: Call, log: CallLog, now: number, bug: unknown): Failure {
  return failure({ call, log, total: now - call.startedAt }, undefined, new InternalError(bug))
}

/** Turns the result of a call whose response cannot be used into a failure. */
export function unusable(result: Success, call: Call, error: SluiceError): Failure {
  const { index, id, request, status, headers, attempts, timing, redirectedTo } = result
  const named = withCall(error, failedCall(call, { attempts })) as CallError
  const failed: Writable<Failure> = { ok: false, index, id, request, status, headers, attempts, timing, error: named }
  if (redirectedTo !== undefined) failed.redirectedTo = redirectedTo
  return failed
}

/** Error of a cancellation: a SluiceError unchanged, any other reason wrapped in a `CancelledError`. */
export function cancelError(reason: unknown): SluiceError {
  return reason instanceof SluiceError ? reason : new CancelledError(reason)
}

function errorOf(outcome: Exclude<Outcome, { readonly kind: 'response' }>, log: CallLog): SluiceError {
  if (outcome.kind === 'cancelled') return cancelError(outcome.reason)
  const { error } = outcome
  if (error instanceof DeadlineExceededError)
    error.cause ??= log.attempts.findLast((attempt) => attempt.error !== undefined)?.error
  return error
}

function failedCall(
  { request, credentials }: Call,
  log: Pick<CallLog, 'attempts'> & Partial<Pick<CallLog, 'maskSent'>>,
): FailedCall {
  const { method, url } = request
  // The whole body of a token request is secret, and its server may repeat any part of it.
  if (credentials !== undefined) return { method, url: redactUrl(url), attempts: log.attempts.length, mask: () => '' }
  const { maskSent = (text) => text } = log
  const mask = (text: string): string => maskSent(maskerOf(request)(text))
  return { method, url: redactUrl(url), attempts: log.attempts.length, mask }
}

interface Ended {
  readonly call: Call
  readonly log: CallLog
  /** Milliseconds since the start of the call. */
  readonly total: number
  /** Date of the start, in milliseconds since the epoch. */
  readonly startedAt?: number
}

// Written out without object spread, for speed, and with what all have, for memory: a field that is added later takes a
// list of its own. A result is created for each of millions of calls.

function success(
  { call, log, total, startedAt }: Ended & { readonly startedAt: number },
  answer: ApiResponse,
  value: unknown,
  keepBody: boolean,
  fromCache?: FromCache,
): Success {
  const { index, request } = call
  const { status, headers } = answer
  const { attempts } = log
  const timing = log.timing(total)
  const result: Writable<Success> = {
    ok: true,
    index,
    id: request.id,
    request,
    status,
    headers,
    value,
    attempts,
    timing,
    startedAt,
  }
  const { redirectedTo } = call.carrier ?? call
  if (redirectedTo !== undefined) result.redirectedTo = redirectedTo
  if (fromCache !== undefined) result.fromCache = fromCache
  if (keepBody) result.body = answer.body
  return result
}

function failure(
  { call, log, total, startedAt }: Ended,
  answer: ApiResponse | undefined,
  unnamed: SluiceError,
): Failure {
  const { index, request } = call
  const { attempts } = log
  const timing = log.timing(total)
  const isNamed = unnamed instanceof ResponseError
  const error = (isNamed ? unnamed : withCall(unnamed, failedCall(call, log))) as CallError
  if (answer === undefined) {
    const told = startedAt === undefined ? undefined : { startedAt }
    return { ok: false, index, id: request.id, request, attempts, timing, error, ...told }
  }
  const { status, headers } = answer
  const result: Writable<Failure> = {
    ok: false,
    index,
    id: request.id,
    request,
    status,
    headers,
    attempts,
    timing,
    error,
  }
  if (call.redirectedTo !== undefined) result.redirectedTo = call.redirectedTo
  if (startedAt !== undefined) result.startedAt = startedAt
  return result
}
