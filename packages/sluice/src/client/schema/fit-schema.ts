import { messageOf } from '../../errors/message-of.ts'
import type { Call } from '../../policies/attempt.ts'
import { DeadlineExceededError } from '../../policies/errors.ts'
import type { Clock } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import { ownTime } from '../../time/own-time.ts'
import { BodyError } from '../../transport/errors.ts'
import { cancelError, unusable } from '../call-result.ts'
import type { CallResult, Success } from '../result.ts'
import { schemaError } from './schema-error.ts'
import type { SchemaOf, SchemaVerdict } from './standard-schema.ts'

/**
 * The result with what the schema makes of its value, or a failure that says what does not fit. A validator that takes its
 * time is given up when the call is cancelled or its deadline passes. Never rejects.
 */
export async function fitSchema(
  result: Success,
  schema: SchemaOf<unknown>,
  call: Call,
  clock: Clock,
): Promise<CallResult> {
  try {
    const given = schema['~standard'].validate(result.value)
    const verdict = 'then' in given ? await unlessCancelled(given, call, clock) : given
    if (verdict === undefined) return unusable(result, call, cancelError(call.cancellation.reason))
    if (verdict.issues === undefined) return { ...result, value: verdict.value }
    return unusable(result, call, schemaError(verdict.issues, result.status))
  } catch (error) {
    const message = `the schema could not be applied: ${messageOf(error)}`
    return unusable(result, call, new BodyError('SLUICE_SCHEMA', message, result.status, error))
  }
}

/** `undefined` if the call is cancelled first. */
async function unlessCancelled(
  verdict: Promise<SchemaVerdict<unknown>>,
  call: Call,
  clock: Clock,
): Promise<SchemaVerdict<unknown> | undefined> {
  const { cancellation, deadlineAt, startedAt } = call
  const { promise: cancelled, resolve } = Promise.withResolvers<undefined>()
  const stopListening = cancellation.onCancel(() => resolve(undefined))
  const left = Math.min(deadlineAt - clock.now(), ownTime)
  const timer = clock.timer(left, () => {
    const given = deadlineAt - startedAt
    const limit = left === ownTime ? formatDuration(left) : `its deadline of ${formatDuration(given)}`
    cancellation.cancel(
      new DeadlineExceededError(`not done within ${limit}: its schema takes long`, Math.min(given, left)),
    )
  })
  call.isAnswered = true
  try {
    return await Promise.race([verdict, cancelled])
  } finally {
    timer.cancel()
    stopListening()
  }
}
