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

/** Why a stored response was used: still fresh, just revalidated by the server, or stale and allowed to be. @inline */
export type FromCache = { readonly state: 'fresh' | 'revalidated' | 'stale' }['state']

/** Outcome of an attempt. Expected failures are values; only bugs are thrown. */
export type Outcome =
  /** The server responded, with any status. */
  | { readonly kind: 'response'; readonly response: ApiResponse; readonly fromCache?: FromCache }
  /** No usable response; the server may have received the request. */
  | { readonly kind: 'failure'; readonly error: FailureError }
  /** The request never left this process. */
  | { readonly kind: 'rejected'; readonly error: RejectedError }
  /** The caller cancelled. */
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

/** Outcome of an attempt cancelled for `reason`: a failure if it timed out, otherwise a cancellation by its caller. */
export function outcomeOfCancellation(reason: unknown): Outcome {
  return reason instanceof AttemptTimeoutError ? { kind: 'failure', error: reason } : { kind: 'cancelled', reason }
}
