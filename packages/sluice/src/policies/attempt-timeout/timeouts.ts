import { type Link, LinkedList } from '../../algorithms/linked-list.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import { fairTimer } from '../../time/fair-timer.ts'
import type { Attempt } from '../attempt.ts'

/**
 * Attempts with the same timeout. They time out in the order in which they were admitted, so that a single timer is
 * enough, however many are in flight.
 */
export class Timeouts {
  readonly #clock: Clock
  readonly #timeout: number
  readonly #onDue: (attempt: Attempt, timeout: number) => void
  /** Attempts in the order in which they time out. */
  readonly #underWay = new LinkedList<Attempt>()
  #timer: Timer | undefined

  constructor(clock: Clock, timeout: number, onDue: (attempt: Attempt, timeout: number) => void) {
    this.#clock = clock
    this.#timeout = timeout
    this.#onDue = onDue
  }

  get isEmpty(): boolean {
    return this.#underWay.first === undefined
  }

  /** Starts the timeout of an attempt that is admitted now. */
  add(attempt: Attempt): Link<Attempt> {
    this.#timer ??= fairTimer(this.#clock, this.#timeout, this.#ring)
    return this.#underWay.add(attempt)
  }

  remove(link: Link<Attempt>): void {
    this.#underWay.remove(link)
    if (!this.isEmpty) return
    this.#timer?.cancel()
    this.#timer = undefined
  }

  readonly #ring = (): void => {
    this.#timer = undefined
    const now = this.#clock.now()
    for (let link = this.#underWay.first; link !== undefined; link = this.#underWay.first) {
      const left = link.item.admittedAt + this.#timeout - now
      if (left > 0) {
        this.#timer = fairTimer(this.#clock, left, this.#ring)
        return
      }
      this.#underWay.remove(link)
      this.#onDue(link.item, this.#timeout)
    }
  }
}
