import { messageOf } from '../errors/message-of.ts'
import { SluiceError } from '../errors/sluice-error.ts'
import { statusLine } from '../http/response.ts'
import { formatDuration } from '../time/duration.ts'
import { isoDate } from '../time/iso-date.ts'

/** Refused by ourselves: it never left this process, and may be sent again whatever the method. */
export abstract class RejectedError extends SluiceError {}

/** Too many calls are waiting already. */
export class LineFullError extends RejectedError {
  declare readonly code: 'SLUICE_LINE_FULL'
  override readonly name = 'LineFullError'

  constructor(limit: number) {
    super('SLUICE_LINE_FULL', `the queue is full: ${limit} calls wait (maxWaiting)`)
  }
}

/** The limits would let it go only after its deadline, so it was not kept waiting for nothing. */
export class WouldMissDeadlineError extends RejectedError {
  declare readonly code: 'SLUICE_WOULD_MISS_DEADLINE'
  override readonly name = 'WouldMissDeadlineError'
  /** How many milliseconds after the deadline the earliest start lies. */
  readonly lateBy: number

  constructor(gate: string, lateBy: number) {
    super('SLUICE_WOULD_MISS_DEADLINE', `would miss its deadline by ${Math.ceil(lateBy)} ms: held by ${gate}`)
    this.lateBy = lateBy
  }
}

/** The server fails so often that it is given a rest; single calls are told so at once. */
export class CircuitOpenError extends RejectedError {
  declare readonly code: 'SLUICE_CIRCUIT_OPEN'
  override readonly name = 'CircuitOpenError'
  /** When the next probe may go, in milliseconds since the epoch. */
  readonly retryAt: number

  /** `failure` is what went wrong first: a message, and the error if it was one. */
  constructor(partition: string, retryAt: number, failure?: { readonly message: string; readonly error?: Error }) {
    const why = failure === undefined ? '' : ` (${failure.message})`
    const message = `${partition} is failing${why}; the breaker is open until ${isoDate(retryAt)}`
    super('SLUICE_CIRCUIT_OPEN', message, failure?.error)
    this.retryAt = retryAt
  }
}

/** The server asked everybody to wait for longer than may be waited. */
export class PausedError extends RejectedError {
  declare readonly code: 'SLUICE_PAUSED'
  override readonly name = 'PausedError'
  /** When it allows the next try, in milliseconds since the epoch. */
  readonly retryAt: number

  constructor(retryAt: number) {
    const date = isoDate(retryAt)
    super('SLUICE_PAUSED', `the server asks to wait until ${date}, longer than maxRetryAfter allows`)
    this.retryAt = retryAt
  }
}

/** The result was still not ready when polling for it ended. */
export class PendingError extends SluiceError {
  declare readonly code: 'SLUICE_PENDING'
  override readonly name = 'PendingError'
  /** Status of the last answer, such as 202. */
  readonly status: number
  /** When the server wants to be asked again, in milliseconds since the epoch, if that is further away than may be waited. */
  readonly retryAt: number | undefined

  constructor(status: number, polled: number, why: string, retryAt?: number) {
    super('SLUICE_PENDING', `${statusLine(status)}: not ready after ${formatDuration(polled)}; ${why}`)
    this.status = status
    this.retryAt = retryAt
  }
}

/** The caller wanted the call no more. Its name is that of the platform's errors for this. */
export class CancelledError extends SluiceError {
  declare readonly code: 'SLUICE_CANCELLED'
  override readonly name = 'AbortError'

  /** `reason` is the caller's own, and becomes the cause. */
  constructor(reason: unknown) {
    super('SLUICE_CANCELLED', `cancelled: ${messageOf(reason)}`, reason)
  }
}

/** The client was closed before the call was done. What was in flight may have arrived. */
export class ClosedError extends SluiceError {
  declare readonly code: 'SLUICE_CLOSED'
  override readonly name = 'ClosedError'

  constructor() {
    super('SLUICE_CLOSED', 'the client was closed')
  }
}

/** The time for the whole call, with all its waits and attempts, is used up. */
export class DeadlineExceededError extends SluiceError {
  declare readonly code: 'SLUICE_DEADLINE'
  override readonly name = 'DeadlineExceededError'
  /** The time it was given, in milliseconds. */
  readonly deadline: number

  constructor(message: string, deadline: number, cause?: unknown) {
    super('SLUICE_DEADLINE', message, cause)
    this.deadline = deadline
  }
}

/** A redirect that was not followed: too many, to a place that must not get what we carry, or to no place at all. */
export class RedirectError extends SluiceError {
  declare readonly code: 'SLUICE_REDIRECT_REFUSED' | 'SLUICE_TOO_MANY_REDIRECTS'
  override readonly name = 'RedirectError'
  readonly status: number

  constructor(code: RedirectError['code'], message: string, status: number) {
    super(code, message)
    this.status = status
  }
}

/** No token could be had for the request. `cause` has why. */
export class AuthError extends SluiceError {
  declare readonly code: 'SLUICE_AUTH'
  override readonly name = 'AuthError'

  constructor(message: string, cause?: unknown) {
    super('SLUICE_AUTH', message, cause)
  }
}

/** A policy of yours threw, or did what no policy may. The message names the policy, `cause` has what it threw. */
export class PolicyError extends SluiceError {
  declare readonly code: 'SLUICE_POLICY'
  override readonly name = 'PolicyError'
  /** The name of the policy. */
  readonly policy: string

  constructor(policy: string, what: string, cause?: unknown) {
    super('SLUICE_POLICY', `the policy ${policy} ${what}`, cause)
    this.policy = policy
  }
}
