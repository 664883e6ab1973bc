import type { Verdict } from '../../../events/event.ts'
import type { ApiRequest } from '../../../http/request.ts'
import type { Attempt } from '../../attempt.ts'
import type { RejectedError } from '../../errors.ts'
import type { Outcome } from '../../outcome.ts'
import type { SharedSignal } from '../sharing/shared-limits.ts'

/**
 * Limit that decides when a call may go. It is synchronous and sets no timers; the current time is an argument.
 *
 * All gates of a call are asked together, and only if all answer `go` are they all taken: a call that waits at one gate
 * takes nothing from another.
 */
export interface Gate {
  /** Name in waits and events, such as `concurrency` or `rate 50/s`. */
  readonly name: string
  /** Answers if a call of this weight may go now; `request` is set if it is about a specific call. No side effects. */
  ask(now: number, weight: number, request?: ApiRequest): Answer
  /** Counts a call as sent now. Called only after all gates answered `go` at the same `now`. */
  take(now: number, weight: number, attempt: Attempt): void
  /** Releases what was taken, and learns from the call's outcome. The connection has been released by then. */
  settle(now: number, settled: Settled): void
  /** Processes a refusal that requests a wait, while its body is still being read. `settle` follows. */
  refused?(attempt: Attempt, until: number): void
  /** True if optional calls such as hedges are admitted too. Read only while it answers `go`. @default true */
  hasSpare?(now: number): boolean
  /** Kind of capacity fetched from other processes ahead of time. Such a gate has `prefetch`. */
  readonly prefetches?: 'places' | 'permits' | undefined
  /** Fetches capacity for a call that only this kind of gate holds up. `waiting` is the number of queued calls. */
  prefetch?(now: number, weight: number, waiting: number, request: ApiRequest): void
  /** Processes a signal of another process about this partition. */
  receive?(now: number, signal: SharedSignal): void
  /** Called when the gate is replaced: its limit no longer applies. */
  retire?(): void
  /** True if the gate is in its initial state, so that it can be discarded. */
  isFresh(now: number): boolean
}

/** Answer of a gate to a call that wants to go. */
export type Answer =
  | { readonly kind: 'go' }
  | {
      readonly kind: 'wait'
      /** When to ask again. If undefined, when another call has settled. */
      readonly until?: number
      /** True if the settling of another call may open the gate before `until`. */
      readonly mayOpenSooner?: boolean
      /** Error for a call that fails fast instead of waiting. */
      readonly refusal?: RejectedError
      /** True if this applies only to the part of the API that the request belongs to. */
      readonly isForPart?: boolean
    }
  | { readonly kind: 'no'; readonly error: RejectedError }

/** Outcome of an admitted call. */
export interface Settled {
  readonly attempt: Attempt
  readonly outcome: Outcome
  readonly verdict: Verdict
  /** Wait in ms requested by the server, if its response states one. */
  readonly retryAfter: number | undefined
  /** True if a refusal stops all calls of the partition and gives evidence about its limits. */
  readonly isForAll: boolean
  readonly weight: number
  /** Moment of admission. */
  readonly admittedAt: number
}

export const go: Answer = { kind: 'go' }
export const waitForSettle: Answer = { kind: 'wait' }

/** Answer of a limit that opens at `moment`. */
export function goFrom(moment: number, now: number): Answer {
  return moment <= now ? go : { kind: 'wait', until: moment }
}
