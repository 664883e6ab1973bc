import { soundThrown } from '../errors/message-of.ts'
import type { Writable } from '../errors/writable.ts'
import type { BigNumbers } from '../http/json/parse-json.ts'
import type { ApiResponse } from '../http/response.ts'
import type { Call } from '../policies/attempt.ts'
import type { Judgement } from '../policies/classify.ts'
import { DeadlineExceededError } from '../policies/errors.ts'
import type { FromCache, Outcome } from '../policies/outcome.ts'
import type { Clock } from '../time/clock.ts'
import type { CallLog } from './call-log.ts'
import { outcomeError } from './outcome-error.ts'
import { readValue } from './read-value.ts'
import type { CallResult, Failure, Success } from './result.ts'

export interface ResultSettings {
  readonly clock: Clock
  readonly keepBody: boolean
  /** The client's. */
  readonly bigNumbers: BigNumbers
}

/** Makes the result of a call that has just ended. What the caller wanted no more has the caller's reason as its error. */
export function callResult(
  call: Call,
  outcome: Outcome,
  judgement: Judgement,
  log: CallLog,
  { clock, keepBody, bigNumbers }: ResultSettings,
): CallResult {
  const ended: Ended = { call, log, total: clock.now() - call.startedAt }
  const answer = outcome.kind === 'response' ? outcome.response : undefined
  if (answer !== undefined && judgement.verdict === 'success') {
    try {
      const value = readValue(answer, call.request.readAs, call.request.bigNumbers ?? bigNumbers)
      return success(ended, answer, value, keepBody, outcome.kind === 'response' ? outcome.fromCache : undefined)
    } catch (error) {
      // The parser quotes what it could not read, which in an answer to a request for a token is a token.
      if (call.credentials !== undefined) delete (error as Error).cause
      return failure(ended, answer, error as Error)
    }
  }
  const error = outcome.kind === 'cancelled' ? asError(outcome.reason) : outcomeError(outcome, judgement)!
  if (error instanceof DeadlineExceededError)
    error.cause ??= log.attempts.findLast((attempt) => attempt.error !== undefined)?.error
  return failure(ended, answer, error)
}

/** The result of a call that ended with `error`, and of which no answer is known. */
export function failedCall(call: Call, log: CallLog, now: number, error: Error): Failure {
  return failure({ call, log, total: now - call.startedAt }, undefined, error)
}

interface Ended {
  readonly call: Call
  readonly log: CallLog
  /** Milliseconds from its start. */
  readonly total: number
}

// Written out, with no part spread into another: a result is made for each of millions of calls.

function success(
  { call, log, total }: Ended,
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
  }
  const { redirectedTo } = call.carrier ?? call
  if (redirectedTo !== undefined) result.redirectedTo = redirectedTo
  if (fromCache !== undefined) result.fromCache = fromCache
  if (keepBody) result.body = answer.body
  return result
}

function failure({ call, log, total }: Ended, answer: ApiResponse | undefined, error: Error): Failure {
  const { index, request } = call
  const { attempts } = log
  const timing = log.timing(total)
  if (answer === undefined) return { ok: false, index, id: request.id, request, attempts, timing, error }
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
  return result
}

/** A reason as an error. */
export function asError(reason: unknown): Error {
  const sound = soundThrown(reason)
  return sound instanceof Error ? sound : new Error(String(sound), { cause: sound })
}
