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
  /** Outage shared by all work: its start, and its last failure. */
  #outage: { readonly since: number; seenAt: number } | undefined

  /** `timeout` is in milliseconds, for each piece of work or, if shared, once per outage. */
  constructor(clock: Clock, timeout: number, isShared = false) {
    this.#clock = clock
    this.#timeout = timeout
    this.#isShared = isShared
  }

  /** True while work fails because the server is unreachable. Only set if outages are shared. */
  get isLost(): boolean {
    return this.#outage !== undefined
  }

  /** From now on also waits for an unreachable server. Before, only for one that is starting. */
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

  /** Ends all waits. */
  end(): void {
    this.#closing.cancel('closed')
  }

  /** Start of the current outage, or now. An outage without failures for the timeout is over. */
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
