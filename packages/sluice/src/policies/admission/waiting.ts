import type { CancelListener } from '../../time/cancellation.ts'
import type { Attempt } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'

/** One attempt that waits to be admitted. */
export class Waiting implements CancelListener {
  readonly attempt: Attempt
  /** In the line, kept aside by its outlet, or gone. */
  place: 'in line' | 'aside' | 'gone' = 'in line'
  readonly #settle: (outcome?: Outcome) => void
  readonly #onCancelled: (waiting: Waiting, reason: unknown) => void

  constructor(
    attempt: Attempt,
    settle: (outcome?: Outcome) => void,
    onCancelled: (waiting: Waiting, reason: unknown) => void,
  ) {
    this.attempt = attempt
    this.#settle = settle
    this.#onCancelled = onCancelled
    attempt.call.cancellation.add(this)
    attempt.cancellation.add(this)
  }

  onCancelled(reason: unknown): void {
    this.#onCancelled(this, reason)
  }

  /** Called once: with nothing when admitted, or with how it ended instead. */
  leave(outcome?: Outcome): void {
    this.attempt.call.cancellation.remove(this)
    this.attempt.cancellation.remove(this)
    this.#settle(outcome)
  }
}
