import type { Call } from '../../policies/attempt.ts'

/** Calls of a run that have begun and not ended. Ending one may remove it at once, so each loop goes over a copy. */
export class LiveCalls {
  readonly #calls = new Set<Call>()

  get inFlight(): number {
    return [...this.#calls].filter((call) => call.isInFlight).length
  }

  add(call: Call): void {
    this.#calls.add(call)
  }

  delete(call: Call): void {
    this.#calls.delete(call)
  }

  /** Moves the deadlines of those that are not in flight by so many milliseconds. */
  addTime(milliseconds: number): void {
    for (const call of this.#calls) if (!call.isInFlight) call.deadlineAt += milliseconds
  }

  /** Ends those with these indexes before their next attempt. */
  stop(isStopped: (index: number) => boolean, reason: unknown): void {
    for (const call of [...this.#calls]) if (isStopped(call.index)) call.stop(reason)
  }

  cancel(reason: unknown): void {
    for (const call of [...this.#calls]) call.cancellation.cancel(reason)
  }
}
