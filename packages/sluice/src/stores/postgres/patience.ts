import { backoffDelay } from '../../algorithms/retry/retry-budget.ts'
import { systemRandom } from '../../random/random.ts'
import { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { waitFor } from '../../time/sleep.ts'
import { isPassing, isStarting } from './lost-connection.ts'

const backoff = { base: 100, cap: 2_000 }

/** Does again what failed because the connection was lost, until it works or has failed for too long. */
export class Patience {
  readonly #clock: Clock
  readonly #length: number
  readonly #closing = new Cancellation()
  #isOpen = false

  /** `length` in milliseconds. */
  constructor(clock: Clock, length: number) {
    this.#clock = clock
    this.#length = length
  }

  /** From now on a server that cannot be reached is waited for. Before, it is one that was never there. */
  begin(): void {
    this.#isOpen = true
  }

  /** @throws what `work` threw last. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    let giveUpAt: number | undefined
    for (let retry = 1; ; retry++) {
      try {
        return await work()
      } catch (reason) {
        if (!(this.#isOpen ? isPassing(reason) : isStarting(reason))) throw reason
        giveUpAt ??= this.#clock.now() + this.#length
        if (!(await this.#pause(retry, giveUpAt))) throw reason
      }
    }
  }

  /** Nobody waits any longer. */
  end(): void {
    this.#closing.cancel('closed')
  }

  async #pause(retry: number, giveUpAt: number): Promise<boolean> {
    const left = giveUpAt - this.#clock.now()
    if (left <= 0) return false
    return waitFor(this.#clock, Math.min(left, backoffDelay(retry, backoff, systemRandom)), this.#closing)
  }
}
