import { messageOf } from '../errors/message-of.ts'
import { SluiceError } from '../errors/sluice-error.ts'
import { statusLine } from '../http/response.ts'
import { formatDuration } from '../time/duration.ts'
import { isoDate } from '../time/iso-date.ts'

/** Refused by a local limit. The request was not sent, and may be retried whatever its method. */
export abstract class RejectedError extends SluiceError {
  /** Estimated time from which the call would be admitted, in ms since the epoch. Missing if it is not known. */
  declare readonly retryAt?: number | undefined

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

/** The call was queued for as long as `maxWait` allows, or would have been. */
export class QueueTimeoutError extends RejectedError {
  declare readonly code: 'SLUICE_QUEUE_TIMEOUT'
  override readonly name = 'QueueTimeoutError'
  /** Position in the queue, from 1. */
  readonly position: number
  /** Estimated time of its turn in ms since the epoch. Undefined while the queue does not move. */
  override readonly retryAt: number | undefined

  /** `before` is the number of calls in front of it. */
  constructor(maxWait: number, before: number, retryAt: number | undefined, gate?: string) {
    const held = gate === undefined ? '' : `, held by ${gate}`
    const ahead = `${before} ${before === 1 ? 'call' : 'calls'} ahead${held}`
    const when = retryAt === undefined ? '' : `; it would start at about ${isoDate(retryAt)}`
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

/** The circuit breaker is open because the server keeps failing. */
export class CircuitOpenError extends RejectedError {
  declare readonly code: 'SLUICE_CIRCUIT_OPEN'
  override readonly name = 'CircuitOpenError'
  /** Time of the next probe, in milliseconds since the epoch. */
  override readonly retryAt: number

  /** `failure` is the first failure: its message and, if there was one, its error. */
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
  /** Earliest time of the next try, in ms since the epoch. */
  override readonly retryAt: number

  constructor(retryAt: number) {
    const date = isoDate(retryAt)
    super('SLUICE_PAUSED', `the server requests a wait until ${date}, longer than maxRetryAfter allows`)
    this.retryAt = retryAt
  }
}

/** The result was still not ready when polling ended. */
export class PendingError extends SluiceError {
  declare readonly code: 'SLUICE_PENDING'
  override readonly name = 'PendingError'
  /** Status of the last response, such as 202. */
  readonly status: number
  /** Time of the next try requested by the server, in ms since the epoch, if it exceeds `maxRetryAfter`. */
  readonly retryAt: number | undefined

  constructor(status: number, polled: number, why: string, retryAt?: number) {
    super('SLUICE_PENDING', `${statusLine(status)}: not ready after ${formatDuration(polled)}; ${why}`)
    this.status = status
    this.retryAt = retryAt
  }
}

/** The call was cancelled. Its name is that of the platform's cancellation errors. */
export class CancelledError extends SluiceError {
  declare readonly code: 'SLUICE_CANCELLED'
  override readonly name = 'AbortError'

  /** `reason` is the caller's, and becomes the cause. */
  constructor(reason: unknown) {
    super('SLUICE_CANCELLED', `cancelled: ${messageOf(reason)}`, reason)
  }
}

/** The client was closed before the call ended. A request in flight may have reached the server. */
export class ClosedError extends SluiceError {
  declare readonly code: 'SLUICE_CLOSED'
  override readonly name = 'ClosedError'

  constructor() {
    super('SLUICE_CLOSED', 'the client was closed')
  }
}

/** The deadline of the whole call, including all its waits and attempts, has passed. */
export class DeadlineExceededError extends SluiceError {
  declare readonly code: 'SLUICE_DEADLINE'
  override readonly name = 'DeadlineExceededError'
  /** Deadline in ms. */
  readonly deadline: number

  constructor(message: string, deadline: number, cause?: unknown) {
    super('SLUICE_DEADLINE', message, cause)
    this.deadline = deadline
  }
}

/** A redirect was not followed: one too many, to a target that must not receive the request, or to an invalid URL. */
export class RedirectError extends SluiceError {
  declare readonly code: 'SLUICE_REDIRECT_REFUSED' | 'SLUICE_TOO_MANY_REDIRECTS'
  override readonly name = 'RedirectError'
  readonly status: number

  constructor(code: RedirectError['code'], message: string, status: number) {
    super(code, message)
    this.status = status
  }
}

/** No token could be fetched for the request. The reason is in `cause`. */
export class AuthError extends SluiceError {
  declare readonly code: 'SLUICE_AUTH'
  override readonly name = 'AuthError'

  constructor(message: string, cause?: unknown) {
    super('SLUICE_AUTH', message, cause)
  }

  /** True if fetching the token failed temporarily. */
  override get isTransient(): boolean {
    return this.cause instanceof SluiceError && this.cause.isTransient
  }
}

/** A custom policy threw, or broke the rules of policies. The message names the policy; `cause` is the thrown value. */
export class PolicyError extends SluiceError {
  declare readonly code: 'SLUICE_POLICY'
  override readonly name = 'PolicyError'
  /** Name of the policy. */
  readonly policy: string

  constructor(policy: string, what: string, cause?: unknown) {
    super('SLUICE_POLICY', `the policy ${policy} ${what}`, cause)
    this.policy = policy
  }
}
