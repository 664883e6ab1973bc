import type { ApiResponse } from '../http/response.ts'
import { AttemptTimeoutError, type BodyError, type TransportError } from '../transport/errors.ts'
import type {
  AuthError,
  DeadlineExceededError,
  PendingError,
  PolicyError,
  RedirectError,
  RejectedError,
} from './errors.ts'

/** How a kept answer came to be given: still fresh, confirmed by the server just now, or stale and allowed to be. */
export type FromCache = 'fresh' | 'revalidated' | 'stale'

/** How an attempt ended. What can be expected to go wrong is a value; only bugs are thrown. */
export type Outcome =
  /** The server answered, whatever it said. */
  | { readonly kind: 'response'; readonly response: ApiResponse; readonly fromCache?: FromCache }
  /** No usable answer; the server may have seen the request. */
  | { readonly kind: 'failure'; readonly error: FailureError }
  /** It never left this process. */
  | { readonly kind: 'rejected'; readonly error: RejectedError }
  /** The caller wanted it no more. */
  | { readonly kind: 'cancelled'; readonly reason: unknown }

/** Error of a failure. */
type FailureError =
  | TransportError
  | BodyError
  | RedirectError
  | PendingError
  | DeadlineExceededError
  | AuthError
  | PolicyError

/** How an attempt ended that was cancelled for `reason`: a timeout of its own is a failure, the rest its caller's wish. */
export function outcomeOfCancellation(reason: unknown): Outcome {
  return reason instanceof AttemptTimeoutError ? { kind: 'failure', error: reason } : { kind: 'cancelled', reason }
}
