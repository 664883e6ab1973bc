import type { Verdict } from '../../events/event.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Attempt } from '../attempt.ts'
import type { RejectedError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import type { Lesson } from './shared-limits.ts'

/**
 * A limit that says when. It is synchronous and sets no timers: its state, and the time it is told.
 *
 * All gates of a call are asked together, and when all say `go` all are taken together: whoever waits at one gate holds
 * nothing of another.
 */
export interface Gate {
  /** What a waiting call is told it waits for, such as `concurrency` or `rate 50/s`. */
  readonly name: string
  /** Whether a call of this weight may go now; `request` is what it sends, if somebody asks for a certain one. Changes nothing that can be seen. */
  ask(now: number, weight: number, request?: ApiRequest): Answer
  /** Counts a call as going now. Only after all gates said `go` at the same `now`. */
  take(now: number, weight: number, attempt: Attempt): void
  /** The call is done with its connection: give back what was taken, and learn from how it ended. */
  settle(now: number, settled: Settled): void
  /** While it lets go: whether also what is sent only to be quicker, or just what finds something out. @default true */
  hasSpare?(now: number): boolean
  /** What it lets go with is asked for elsewhere, ahead of time: places in flight, or permits. Then `reserve` is there. */
  readonly reserves?: 'places' | 'permits'
  /** Told, while it does not let go, of a call that all others let go, and of how many wait in its line or lines. */
  reserve?(now: number, weight: number, waiting: number): void
  /** Takes in what another process has learned of this partition. */
  hear?(now: number, lesson: Lesson): void
  /** Whether it knows nothing that a new gate would not know, so that it may be forgotten. */
  isFresh(now: number): boolean
}

/** What a gate says to a call that wants to go. */
export type Answer =
  | { readonly kind: 'go' }
  /** Not now. Without `until`: when another call has settled. A single call is told `refusal` at once, if there is one. */
  | {
      readonly kind: 'wait'
      readonly until?: number
      readonly refusal?: RejectedError
      /** Whether it is so for the part of the API only that the request belongs to. */
      readonly isForPart?: boolean
    }
  /** Not at all. */
  | { readonly kind: 'no'; readonly error: RejectedError }

/** How an admitted call ended. */
export interface Settled {
  /** The one that was taken for. */
  readonly attempt: Attempt
  readonly outcome: Outcome
  readonly verdict: Verdict
  /** Milliseconds that the server asks to wait, if its answer says so. */
  readonly retryAfter: number | undefined
  /** Whether a refusal stops all calls of the partition, and teaches something of its limits. */
  readonly isForAll: boolean
  readonly weight: number
  /** When it was admitted. */
  readonly admittedAt: number
}

export const go: Answer = { kind: 'go' }
export const waitForSettle: Answer = { kind: 'wait' }

/** The answer of a limit that opens at `moment`. */
export function goFrom(moment: number, now: number): Answer {
  return moment <= now ? go : { kind: 'wait', until: moment }
}
