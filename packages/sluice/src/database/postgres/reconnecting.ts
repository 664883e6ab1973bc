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
  readonly #isShared: boolean
  #isOpen = false
  /** The outage that all work shares: since when, and its last failure. */
  #outage: { readonly since: number; seenAt: number } | undefined

  /** `timeout` in milliseconds, for each piece of work, or once for all the work that an outage stops. */
  constructor(clock: Clock, timeout: number, isShared = false) {
    this.#clock = clock
    this.#timeout = timeout
    this.#isShared = isShared
  }

  /** True while work fails because the server cannot be reached. Known only where outages are shared. */
  get isLost(): boolean {
    return this.#outage !== undefined
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
        const result = await work()
        this.#outage = undefined
        return result
      } catch (reason) {
        if (!(this.#isOpen ? isPassing(reason) : isStarting(reason))) throw reason
        const since = this.#outageSince()
        giveUpAt ??= since + this.#timeout
        if (!(await this.#pause(retry, giveUpAt))) throw reason
      }
    }
  }

  /** Ends every wait. */
  end(): void {
    this.#closing.cancel('closed')
  }

  /** Now, or when the outage began. One that nobody has met for as long as the timeout is over. */
  #outageSince(): number {
    const now = this.#clock.now()
    if (!this.#isShared) return now
    if (this.#outage === undefined || now - this.#outage.seenAt > this.#timeout) {
      this.#outage = { since: now, seenAt: now }
    }
    this.#outage.seenAt = now
    return this.#outage.since
  }

  async #pause(retry: number, giveUpAt: number): Promise<boolean> {
    const left = giveUpAt - this.#clock.now()
    if (left <= 0) return false
    return waitFor(this.#clock, Math.min(left, backoffDelay(retry, backoff, systemRandom)), this.#closing)
  }
}
