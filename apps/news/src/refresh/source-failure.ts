import {
  AttemptTimeoutError,
  type CallError,
  type CallResult,
  DeadlineExceededError,
  formatDuration,
  SluiceError,
  ThrottledError,
} from 'sluice'
import { parseRateLimit, statusLine } from 'sluice/internal'
import { SourceError, type SourceErrorKind } from '../model/source.ts'

/** Reason why a request gave no result. */
export interface SourceFailure {
  /** `late`: there was no time left for it. */
  readonly kind: SourceErrorKind | 'late'
  /** Message for readers, without secrets and without text from the server. */
  readonly message: string
  /** Earliest instant at which a retry makes sense. */
  readonly until?: number | undefined
}

export interface FailureContext {
  /** Wall-clock instants of now and of the deadline. */
  readonly now: number
  readonly deadlineAt: number
  /** Timeout of one request in milliseconds. */
  readonly timeout: number
  /** True if requests carry a key; otherwise a 401 is not about a key. */
  readonly hasKey: boolean
}

type Failure = CallResult & { readonly ok: false }

/** Limits that reset within this many milliseconds are a pace; later ones are quotas. */
const longestPace = 60_000

/** Classifies a failed call. `told`, the adapter's own reading of the response, takes precedence over the status. */
export function failureOf(failure: Failure, context: FailureContext, told?: SourceError): SourceFailure {
  const { status, error } = failure
  const until = closedUntil(failure, context)
  if (told !== undefined) {
    const message = status === undefined || status < 400 ? told.message : `${status}: ${told.message}`
    return { kind: told.kind, message, until }
  }
  if (error.code === 'SLUICE_WOULD_MISS_DEADLINE') {
    return error.lateBy > longestPace
      ? { kind: 'limited', message: 'quota used up', until: context.deadlineAt + error.lateBy }
      : { kind: 'late', message: 'its rate limit left no time' }
  }
  if (error.code === 'SLUICE_PAUSED') return { kind: 'limited', message: 'it asked to wait', until }
  if (error instanceof ThrottledError) return { kind: 'limited', message: statusLine(error.status), until }
  if (error instanceof DeadlineExceededError) return { kind: 'late', message: 'no response in time' }
  if (error.code === 'SLUICE_CIRCUIT_OPEN') {
    const { cause } = error
    if (cause instanceof SluiceError && cause.code !== 'SLUICE_CIRCUIT_OPEN')
      return failureOf({ ...failure, error: cause as CallError }, context)
    return { kind: 'failed', message: 'it keeps failing' }
  }
  if (error.code === 'SLUICE_PRIVATE_ADDRESS')
    return { kind: 'failed', message: 'it leads to a private address; allow these with --allow-private' }
  // The original message quotes the target, which is text from the server.
  if (error.code === 'SLUICE_TOO_MANY_REDIRECTS') return { kind: 'failed', message: 'it redirects too often' }
  if (error.code === 'SLUICE_REDIRECT_REFUSED')
    return { kind: 'failed', message: 'it redirects to a forbidden address' }
  if (error instanceof AttemptTimeoutError) {
    return { kind: 'failed', message: `no answer within ${formatDuration(context.timeout)}` }
  }
  if (context.hasKey && (status === 401 || status === 403))
    return { kind: 'refused', message: `${statusLine(status)}: check the key` }
  if (status === 410) return { kind: 'gone', message: `${statusLine(status)}: its publisher has removed it` }
  if (status !== undefined && status >= 400) return { kind: 'failed', message: statusLine(status) }
  if (error instanceof SluiceError)
    return { kind: status === undefined ? 'failed' : 'malformed', message: error.summary }
  return { kind: 'failed', message: 'the request is invalid: check the settings of the source' }
}

/** Classifies a response that the adapter could not read. Messages of unexpected errors are not shown. */
export function unreadable(error: unknown): SourceFailure {
  if (error instanceof SourceError) return { kind: error.kind, message: error.message }
  return { kind: 'malformed', message: 'the response could not be read' }
}

/** Reset instant given by the server, in its error or in headers of an exhausted quota. */
function closedUntil({ error, headers }: Failure, { now }: FailureContext): number | undefined {
  if (error.code === 'SLUICE_PAUSED') return error.retryAt
  if (error instanceof ThrottledError && error.retryAt !== undefined) return error.retryAt
  const waits = parseRateLimit(headers ?? {}, { now }).flatMap(({ remaining, resetAfter }) =>
    remaining === 0 && resetAfter !== undefined ? [resetAfter] : [],
  )
  return waits.length === 0 ? undefined : now + Math.max(...waits)
}
