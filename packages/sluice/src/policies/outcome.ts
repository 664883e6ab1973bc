import type { ApiResponse } from '../http/response.ts'
import type { BodyError, TransportError } from '../transport/errors.ts'
import type { DeadlineExceededError, RedirectError, RejectedError } from './errors.ts'

/** How an attempt ended. What can be expected to go wrong is a value; only bugs are thrown. */
export type Outcome =
  /** The server answered, whatever it said. */
  | { readonly kind: 'response'; readonly response: ApiResponse }
  /** No usable answer; the server may have seen the request. */
  | { readonly kind: 'failure'; readonly error: TransportError | BodyError | RedirectError | DeadlineExceededError }
  /** It never left this process. */
  | { readonly kind: 'rejected'; readonly error: RejectedError }
  /** The caller wanted it no more. */
  | { readonly kind: 'cancelled'; readonly reason: unknown }
