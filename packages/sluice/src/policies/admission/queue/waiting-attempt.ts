import type { CancelListener } from '../../../time/cancellation.ts'
import type { Timer } from '../../../time/clock.ts'
import type { Attempt } from '../../attempt.ts'
import type { Outcome } from '../../outcome.ts'

/** Attempt that waits to be admitted. */
export class WaitingAttempt implements CancelListener {
  readonly attempt: Attempt
  /** End of its maximum wait. */
  readonly leaveAt: number
  /** `held back` while back-pressure keeps it out of the queue. */
  state: 'queued' | 'held back' | 'gone' = 'queued'
  /** Fires at `leaveAt`. */
  timer: Timer | undefined
  readonly #settle: (outcome?: Outcome) => void
  readonly #onRemoved: (waiting: WaitingAttempt, outcome: Outcome) => void

  constructor(
    attempt: Attempt,
    now: number,
    settle: (outcome?: Outcome) => void,
    onRemoved: (waiting: WaitingAttempt, outcome: Outcome) => void,
  ) {
    this.attempt = attempt
    this.leaveAt = now + attempt.call.maxWait - attempt.call.queued
    this.#settle = settle
    this.#onRemoved = onRemoved
    attempt.call.cancellation.add(this)
    attempt.cancellation.add(this)
  }

  onCancelled(reason: unknown): void {
    this.remove({ kind: 'cancelled', reason })
  }

  /** Removes it from its queue before it was admitted. */
  remove(outcome: Outcome): void {
    this.#onRemoved(this, outcome)
  }

  /** Ends the wait, once. `outcome` is undefined if the attempt was admitted. */
  leave(outcome?: Outcome): void {
    this.attempt.call.cancellation.remove(this)
    this.attempt.cancellation.remove(this)
    this.timer?.cancel()
    this.#settle(outcome)
  }
}

/** Outcome of an attempt that was cancelled, or whose call was stopped, before it could wait. */
export function cancelledBefore({ call, cancellation }: Attempt): Outcome | undefined {
  for (const one of [call.cancellation, cancellation]) {
    if (one.cancelled) return { kind: 'cancelled', reason: one.reason }
  }
  return call.stopReason === undefined ? undefined : { kind: 'cancelled', reason: call.stopReason }
}

/** Outcome passed to gates when a policy or the client itself threw. */
export const thrown: Outcome = { kind: 'cancelled', reason: undefined }
