import { messageOf } from '../../errors/message-of.ts'
import type { Call } from '../../policies/attempt.ts'
import { DeadlineExceededError } from '../../policies/errors.ts'
import type { Clock } from '../../time/clock.ts'
import { formatDuration, ownTime } from '../../time/duration.ts'
import { BodyError, type SchemaIssue } from '../../transport/errors.ts'
import { cancelError, unusable } from '../call-result.ts'
import type { CallResult, Success } from '../result.ts'
import type { SchemaOf, SchemaVerdict } from './standard-schema.ts'

/**
 * Applies the schema to the value of a result. Returns the result with the schema's output, or a failure that lists the
 * issues. Stops waiting for an asynchronous validator when the call is cancelled or its deadline passes. Never rejects.
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

/** Resolves with undefined if the call is cancelled first. */
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
      new DeadlineExceededError(`not done within ${limit}: the schema takes too long`, Math.min(given, left)),
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

/** Maximum number of issues in a message, which adds the number of the others. */
const maxTold = 3
/** Maximum number of issues stored in an error. */
const maxKept = 100
/** Maximum length of an issue in a message, in characters. */
const longestIssue = 200

type Issues = Extract<SchemaVerdict<unknown>, { readonly issues: readonly unknown[] }>['issues']

/** Error that lists the issues in one line: `the body does not fit its schema: items[3].price: expected number`. */
export function schemaError(vendorIssues: Issues, status: number): BodyError {
  const issues = vendorIssues.slice(0, maxKept).map(plainIssue)
  const told = issues.slice(0, maxTold).map(issueText)
  const others = vendorIssues.length - told.length
  if (others > 0) told.push(others === 1 ? '1 other' : `${others} others`)
  const message = `the body does not fit its schema: ${told.join('; ')}`
  return new BodyError('SLUICE_SCHEMA', message, status, undefined, issues)
}

/** Drops the vendor's extra fields: some hold the invalid value, which may be secret. */
function plainIssue({ message, path }: Issues[number]): SchemaIssue {
  const keys = path?.map((part) => (typeof part === 'object' ? part.key : part)) ?? []
  return { path: keys, message: String(message) }
}

function issueText({ path, message }: SchemaIssue): string {
  const place = pathText(path)
  const text = oneLine(message)
  // Some vendors start their message with the path.
  return cut(place === '' || text.startsWith(place) ? text : `${oneLine(place)}: ${text}`)
}

/** Formats a path: `items[3].price`, `headers["x-id"]`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, position) => {
      if (typeof key === 'symbol') return `[${String(key)}]`
      if (/^\d+$/.test(String(key))) return `[${String(key)}]`
      if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(String(key))) return `[${JSON.stringify(key)}]`
      return position === 0 ? String(key) : `.${String(key)}`
    })
    .join('')
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}

function cut(text: string): string {
  return text.length <= longestIssue ? text : `${text.slice(0, longestIssue - 1)}…`
}
