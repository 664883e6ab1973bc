import { type Link, LinkedList } from '../../algorithms/linked-list.ts'
import type { Call } from '../../policies/attempt.ts'

/** Calls of a run that have started and not ended. */
export class LiveCalls {
  readonly #calls = new LinkedList<Call>()

  /** Number of calls. */
  count = 0

  get inFlight(): number {
    return this.#calls.items().filter((call) => call.isInFlight).length
  }

  add(call: Call): Link<Call> {
    this.count++
    return this.#calls.add(call)
  }

  remove(link: Link<Call>): void {
    this.count--
    this.#calls.remove(link)
  }

  /** Extends the deadlines of the calls that are not in flight by this many milliseconds. */
  addTime(milliseconds: number): void {
    for (const call of this.#calls.items()) if (!call.isInFlight) call.deadlineAt += milliseconds
  }

  /** Ends the calls with these indexes before their next attempt. */
  stop(isStopped: (index: number) => boolean, reason: unknown): void {
    for (const call of this.#calls.items()) if (isStopped(call.index)) call.stop(reason)
  }

  cancel(reason: unknown): void {
    for (const call of this.#calls.items()) call.cancellation.cancel(reason)
  }
}
