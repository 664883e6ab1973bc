import { Cancellation } from '../../time/cancellation.ts'
import type { Outcome } from '../outcome.ts'

/** One fetch of a token, and the calls that wait for it. Each may leave alone; when all have left, it is cancelled. */
export class TokenFlight {
  /** Cancellation of the fetch itself. */
  readonly cancellation: Cancellation = new Cancellation()
  readonly #waiting = new Set<(outcome: Outcome | undefined) => void>()
  readonly #onAbandoned: () => void

  constructor(onAbandoned: () => void) {
    this.#onAbandoned = onAbandoned
  }

  /** Resolves with nothing when there is a token, or with how the call ended instead. */
  join(cancellation: Cancellation): Promise<Outcome | undefined> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome | undefined): void => {
        stopListening()
        resolve(outcome)
      }
      this.#waiting.add(settle)
      const stopListening = cancellation.onCancel((reason) => {
        this.#waiting.delete(settle)
        resolve({ kind: 'cancelled', reason })
        if (this.#waiting.size > 0) return
        this.#onAbandoned()
        this.cancellation.cancel(reason)
      })
    })
  }

  /** Lets everybody go on, or ends them all. */
  settle(outcome: Outcome | undefined): void {
    for (const settle of this.#waiting) settle(outcome)
    this.#waiting.clear()
  }
}
