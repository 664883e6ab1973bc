import { messageOf } from '../errors/message-of.ts'
import { SluiceError } from '../errors/sluice-error.ts'
import { statusLine } from '../http/response.ts'
import { formatDuration } from '../time/duration.ts'
import { isoDate } from '../time/iso-date.ts'

/** Refused by a local limit: the request was not sent, and may be retried whatever the method. */
export abstract class RejectedError extends SluiceError {
  override get isTransient(): boolean {
    return true
  }
}

/** The queue is full. */
export class QueueFullError extends RejectedError {
  declare readonly code: 'SLUICE_QUEUE_FULL'
  override readonly name = 'QueueFullError'

  constructor(limit: number) {
    super('SLUICE_QUEUE_FULL', `the queue is full: ${limit} calls wait (maxWaiting)`)
  }
}

/** The call was in the queue for as long as `maxWait` allows, or would be. */
export class QueueTimeoutError extends RejectedError {
  declare readonly code: 'SLUICE_QUEUE_TIMEOUT'
  override readonly name = 'QueueTimeoutError'
  /** Place in the queue, from 1. */
  readonly position: number
  /** When its turn would have come at the present pace, in milliseconds since the epoch. Missing while the queue does not move. */
  readonly retryAt: number | undefined

  /** `before` are the calls in front of it. */
  constructor(maxWait: number, before: number, retryAt: number | undefined, gate?: string) {
    const held = gate === undefined ? '' : `, held by ${gate}`
    const ahead = `${before} ${before === 1 ? 'call' : 'calls'} in front${held}`
    const when = retryAt === undefined ? '' : `; its turn would come at about ${isoDate(retryAt)}`
    super('SLUICE_QUEUE_TIMEOUT', `not started within ${formatDuration(maxWait)} (maxWait): ${ahead}${when}`)
    this.position = before + 1
    this.retryAt = retryAt
  }
}

/** The limits would admit the call only after its deadline. */
export class WouldMissDeadlineError extends RejectedError {
  declare readonly code: 'SLUICE_WOULD_MISS_DEADLINE'
  override readonly name = 'WouldMissDeadlineError'
  /** Milliseconds from the deadline to the earliest start. */
  readonly lateBy: number

  constructor(gate: string, lateBy: number) {
    super('SLUICE_WOULD_MISS_DEADLINE', `would miss its deadline by ${Math.ceil(lateBy)} ms: held by ${gate}`)
    this.lateBy = lateBy
  }
}

/** The server fails so often that the breaker is open. */
export class CircuitOpenError extends RejectedError {
  declare readonly code: 'SLUICE_CIRCUIT_OPEN'
  override readonly name = 'CircuitOpenError'
  /** Time of the next probe, in milliseconds since the epoch. */
  readonly retryAt: number

  /** `failure` is the first failure: its message, and the error if there was one. */
  constructor(partition: string, retryAt: number, failure?: { readonly message: string; readonly error?: Error }) {
    const why = failure === undefined ? '' : ` (${failure.message})`
    const message = `${partition} is failing${why}; the breaker is open until ${isoDate(retryAt)}`
    super('SLUICE_CIRCUIT_OPEN', message, failure?.error)
    this.retryAt = retryAt
  }
}

/** The server requested a longer wait than `maxRetryAfter`. */
export class PausedError extends RejectedError {
  declare readonly code: 'SLUICE_PAUSED'
  override readonly name = 'PausedError'
  /** Earliest next try, in milliseconds since the epoch. */
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
  /** Time named by the server for the next try, in milliseconds since the epoch, if it exceeds `maxRetryAfter`. */
  readonly retryAt: number | undefined

  constructor(status: number, polled: number, why: string, retryAt?: number) {
    super('SLUICE_PENDING', `${statusLine(status)}: not ready after ${formatDuration(polled)}; ${why}`)
    this.status = status
    this.retryAt = retryAt
  }
}

/** The call was cancelled. Its name is that of the platform's errors for this. */
export class CancelledError extends SluiceError {
  declare readonly code: 'SLUICE_CANCELLED'
  override readonly name = 'AbortError'

  /** `reason` is the caller's own, and becomes the cause. */
  constructor(reason: unknown) {
    super('SLUICE_CANCELLED', `cancelled: ${messageOf(reason)}`, reason)
  }
}

/** The client was closed before the call ended. A request in flight may have arrived. */
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
  /** The deadline, in milliseconds. */
  readonly deadline: number

  constructor(message: string, deadline: number, cause?: unknown) {
    super('SLUICE_DEADLINE', message, cause)
    this.deadline = deadline
  }
}

/** A redirect that was not followed: one too many, to a place that must not get the request, or to an invalid URL. */
export class RedirectError extends SluiceError {
  declare readonly code: 'SLUICE_REDIRECT_REFUSED' | 'SLUICE_TOO_MANY_REDIRECTS'
  override readonly name = 'RedirectError'
  readonly status: number

  constructor(code: RedirectError['code'], message: string, status: number) {
    super(code, message)
    this.status = status
  }
}

/** No token could be fetched for the request. `cause` has the reason. */
export class AuthError extends SluiceError {
  declare readonly code: 'SLUICE_AUTH'
  override readonly name = 'AuthError'

  constructor(message: string, cause?: unknown) {
    super('SLUICE_AUTH', message, cause)
  }

  /** True if fetching the token failed in passing. */
  override get isTransient(): boolean {
    return this.cause instanceof SluiceError && this.cause.isTransient
  }
}

/** A custom policy threw, or broke the rules of policies. The message names the policy; `cause` has the thrown value. */
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
