import { Cancellation } from '../../time/cancellation.ts'
import type { Outcome } from '../outcome.ts'

/** Fetch of a token, and the calls that wait for it. Calls can leave one by one; cancelled when all have left. */
export class TokenFlight {
  /** Cancellation of the fetch itself. */
  readonly cancellation: Cancellation = new Cancellation()
  readonly #waiting = new Set<(outcome: Outcome | undefined) => void>()
  readonly #onAbandoned: () => void

  constructor(onAbandoned: () => void) {
    this.#onAbandoned = onAbandoned
  }

  /** Resolves with undefined when there is a token, otherwise with the outcome of the call. */
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

  /** Lets all waiting calls continue, or ends them with `outcome`. */
  settle(outcome: Outcome | undefined): void {
    for (const settle of this.#waiting) settle(outcome)
    this.#waiting.clear()
  }
}
