import type { Verdict } from '../../../events/event.ts'
import type { ApiRequest } from '../../../http/request.ts'
import type { Attempt } from '../../attempt.ts'
import type { RejectedError } from '../../errors.ts'
import type { Outcome } from '../../outcome.ts'
import type { SharedSignal } from '../sharing/shared-limits.ts'

/**
 * A limit that says when a call may go. It is synchronous and sets no timers; the current time is an argument.
 *
 * All gates of a call are asked together, and when all say `go` all are taken together: a call that waits at one gate holds
 * nothing of another.
 */
export interface Gate {
  /** Name in waits and events, such as `concurrency` or `rate 50/s`. */
  readonly name: string
  /** Answers whether a call of this weight may go now; `request` is given if a certain one asks. Has no visible effect. */
  ask(now: number, weight: number, request?: ApiRequest): Answer
  /** Counts a call as going now. Called only after all gates said `go` at the same `now`. */
  take(now: number, weight: number, attempt: Attempt): void
  /** Releases what was taken, and learns from how the call ended. Its connection is done with it. */
  settle(now: number, settled: Settled): void
  /** Takes in a refusal that requests a wait, while its body is still read. `settle` follows. */
  refused?(attempt: Attempt, until: number): void
  /** True if it also admits optional calls, such as hedges. Read only while it says `go`. @default true */
  hasSpare?(now: number): boolean
  /** Kind of capacity that it fetches from other processes ahead of time. Such a gate has `prefetch`. */
  readonly prefetches?: 'places' | 'permits' | undefined
  /** Fetches capacity for a call that only this kind of gate holds up; `waiting` calls are in its queue or queues. */
  prefetch?(now: number, weight: number, waiting: number, request: ApiRequest): void
  /** Takes in what another process has learned about this partition. */
  receive?(now: number, signal: SharedSignal): void
  /** True if it is in its initial state, so that it may be discarded. */
  isFresh(now: number): boolean
}

/** Answer of a gate to a call that wants to go. */
export type Answer =
  | { readonly kind: 'go' }
  | {
      readonly kind: 'wait'
      /** When to ask again. Without it: when another call has settled. */
      readonly until?: number
      /** True if another call that settles may open it before `until`. */
      readonly mayOpenSooner?: boolean
      /** Error for a call that fails fast, if it should not wait for this. */
      readonly refusal?: RejectedError
      /** True if this holds only for the part of the API that the request belongs to. */
      readonly isForPart?: boolean
    }
  | { readonly kind: 'no'; readonly error: RejectedError }

/** How an admitted call ended. */
export interface Settled {
  readonly attempt: Attempt
  readonly outcome: Outcome
  readonly verdict: Verdict
  /** Milliseconds that the server asks to wait, if its answer says so. */
  readonly retryAfter: number | undefined
  /** True if a refusal stops all calls of the partition, and says something about its limits. */
  readonly isForAll: boolean
  readonly weight: number
  /** When it was admitted. */
  readonly admittedAt: number
}

export const go: Answer = { kind: 'go' }
export const waitForSettle: Answer = { kind: 'wait' }

/** Answer of a limit that opens at `moment`. */
export function goFrom(moment: number, now: number): Answer {
  return moment <= now ? go : { kind: 'wait', until: moment }
}
