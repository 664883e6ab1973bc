/**
 * Building blocks for custom policies.
 *
 * @module sluice/policies
 */

export type { Answer, Gate, Settled } from './admission/gate.ts'
export type { Attempt, Call, Outlet } from './attempt.ts'
export { classify, type TransientSettings } from './classify.ts'
export {
  AuthError,
  CircuitOpenError,
  ClosedError,
  DeadlineExceededError,
  LineFullError,
  PausedError,
  PendingError,
  PolicyError,
  RedirectError,
  RejectedError,
  WouldMissDeadlineError,
} from './errors.ts'
export type { FailureError, Outcome } from './outcome.ts'
export { type RequestChanges, withRequest } from './own/with-request.ts'
export { compose, type Next, type Policy } from './policy.ts'
export type { RetryOptions } from './retry/options.ts'
