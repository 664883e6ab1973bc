import type { Verdict } from '../events/event.ts'
import type { Call } from '../policies/attempt.ts'
import { DeadlineExceededError } from '../policies/errors.ts'
import type { Outcome } from '../policies/outcome.ts'
import type { CallLog } from './call-log.ts'
import { outcomeError } from './outcome-error.ts'
import { readValue } from './read-value.ts'
import type { CallResult } from './result.ts'

/** Makes the result of an ended call. An outcome that the caller wanted no more has the caller's reason as its error. */
export function callResult(
  call: Call,
  outcome: Outcome,
  verdict: Verdict,
  log: CallLog,
  time: { readonly now: number; readonly wallTime: number; readonly keepBody: boolean },
): CallResult {
  const { index, request } = call
  const base = { index, id: request.id, request, attempts: log.attempts, timing: log.timing(time.now - call.startedAt) }
  const answer = outcome.kind === 'response' ? outcome.response : undefined
  const head = answer === undefined ? undefined : { status: answer.status, headers: answer.headers }
  if (answer !== undefined && verdict === 'success') {
    try {
      return {
        ok: true,
        ...base,
        status: answer.status,
        headers: answer.headers,
        value: readValue(answer, request.readAs),
        ...(time.keepBody ? { body: answer.body } : undefined),
      }
    } catch (error) {
      return { ok: false, ...base, ...head, error: error as Error }
    }
  }
  const error = outcome.kind === 'cancelled' ? asError(outcome.reason) : outcomeError(outcome, verdict, time.wallTime)!
  if (error instanceof DeadlineExceededError)
    error.cause ??= log.attempts.findLast((attempt) => attempt.error !== undefined)?.error
  return { ok: false, ...base, ...head, error }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason), { cause: reason })
}
