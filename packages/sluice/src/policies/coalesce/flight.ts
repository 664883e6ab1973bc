import type { ApiResponse } from '../../http/response.ts'
import type { Clock } from '../../time/clock.ts'
import { Attempt, type Call } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'
import type { Next } from '../policy.ts'
import { SharedCall } from './shared-call.ts'

/** Identical calls, and the shared call that is sent for all of them. */
export class Flight {
  readonly #users = new Set<Call>()
  readonly #shared: SharedCall
  readonly #outcome: Promise<Outcome>
  readonly #onClosed: () => void

  /** `onClosed` is called when no further call may join. */
  constructor(first: Call, next: Next, clock: Clock, onClosed: () => void) {
    this.#onClosed = onClosed
    this.#users.add(first)
    this.#shared = new SharedCall(first, this.#users, clock.now())
    first.carrier = this.#shared
    this.#outcome = next(new Attempt(this.#shared, 1, clock)).finally(onClosed)
  }

  /** Waits for the response until this call is cancelled. The last call to leave cancels the request. */
  wait(call: Call): Promise<Outcome> {
    this.#users.add(call)
    call.carrier = this.#shared
    this.#shared.applyDeadlines()
    if (this.#shared.wasAdmitted) call.markAdmitted()
    return new Promise((resolve, reject) => {
      const stopListening = call.cancellation.onCancel((reason) => {
        if (this.#users.size === 1) {
          // Waits until the connection is torn down, so that its result reports everything that was sent.
          this.#onClosed()
          this.#shared.cancellation.cancel(reason)
          return
        }
        this.#users.delete(call)
        this.#shared.applyDeadlines()
        resolve({ kind: 'cancelled', reason })
      })
      this.#outcome.then((outcome) => {
        stopListening()
        const isFirst = this.#users.values().next().value === call
        resolve(isFirst ? outcome : copyOf(outcome))
      }, reject)
    })
  }
}

/** Copies the outcome, so that callers cannot change each other's responses. */
function copyOf(outcome: Outcome): Outcome {
  if (outcome.kind !== 'response') return outcome
  const { status, headers, body } = outcome.response
  // `slice` of a Buffer would share the bytes instead of copying them.
  const response: ApiResponse = { status, headers: { ...headers }, body: Uint8Array.prototype.slice.call(body) }
  return { ...outcome, response }
}
