import { Queue } from '../../algorithms/queue.ts'
import type { CallResult } from '../result.ts'

/** Results on their way to whoever reads them, in the order of completion or of the input. */
export class ResultsBuffer {
  readonly #isOrdered: boolean
  readonly #early = new Map<number, CallResult>()
  readonly #ready = new Queue<CallResult>()
  #nextIndex = 0

  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered
  }

  /** How many can be handed over now. */
  get ready(): number {
    return this.#ready.size
  }

  /** Adds the result of the item that was read at this position. */
  add(position: number, result: CallResult): void {
    if (!this.#isOrdered) {
      this.#ready.push(result)
      return
    }
    this.#early.set(position, result)
    for (let next = this.#early.get(this.#nextIndex); next !== undefined; next = this.#early.get(this.#nextIndex)) {
      this.#early.delete(this.#nextIndex++)
      this.#ready.push(next)
    }
  }

  /** The next one, which is held no longer. */
  take(): CallResult | undefined {
    return this.#ready.shift()
  }
}
