import { backoffDelay } from '../../algorithms/retry/retry-budget.ts'
import { systemRandom } from '../../random/random.ts'
import { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { waitFor } from '../../time/sleep.ts'
import { isPassing, isStarting } from './postgres-errors.ts'

const backoff = { base: 100, cap: 2_000 }

/** Retries work that failed because the connection was lost, with a backoff, until the reconnect timeout. */
export class Reconnecting {
  readonly #clock: Clock
  readonly #timeout: number
  readonly #closing = new Cancellation()
  #isOpen = false

  /** `timeout` in milliseconds. */
  constructor(clock: Clock, timeout: number) {
    this.#clock = clock
    this.#timeout = timeout
  }

  /** From now on waits for a server that cannot be reached. Before, only for one that is starting. */
  begin(): void {
    this.#isOpen = true
  }

  /** Runs `work` until it succeeds. @throws the last error of `work`. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    let giveUpAt: number | undefined
    for (let retry = 1; ; retry++) {
      try {
        return await work()
      } catch (reason) {
        if (!(this.#isOpen ? isPassing(reason) : isStarting(reason))) throw reason
        giveUpAt ??= this.#clock.now() + this.#timeout
        if (!(await this.#pause(retry, giveUpAt))) throw reason
      }
    }
  }

  /** Ends every wait. */
  end(): void {
    this.#closing.cancel('closed')
  }

  async #pause(retry: number, giveUpAt: number): Promise<boolean> {
    const left = giveUpAt - this.#clock.now()
    if (left <= 0) return false
    return waitFor(this.#clock, Math.min(left, backoffDelay(retry, backoff, systemRandom)), this.#closing)
  }
}
