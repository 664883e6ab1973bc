import type { RateEvidence } from '../rate/learned-rate.ts'
import { WindowedMinimum } from './epoch.ts'

/** So many accepted tell a rate; fewer may be a burst that was saved up. */
const enough = 20
/**
 * Nobody knows the window behind a rate. It is told as so many in their time, or as those of one second: with more, what
 * leaves as a burst is refused by a bucket; with fewer, whole numbers are too coarse for it.
 */
const few = 10
/** How many milliseconds back an accepted call tells how many may be in flight: servers change. */
const memory = 10_000

/**
 * What refusals that say neither why nor for how long tell about the limit behind them.
 *
 * A limit on the number in flight refuses nothing below it: a call refused though at most half as many were in flight as
 * when others were accepted is refused by a limit on the rate. And how high that is can be counted: from the moment the
 * server lets calls in again after a refusal until it does so after a later one it accepts what it accepts, whatever the
 * kind of window or bucket.
 */
export class RefusalEvidence {
  /** Of the numbers in flight at which calls were accepted, negative. */
  readonly #highest = new WindowedMinimum()
  /** Of the rates that were counted, negative: whenever few were in flight, the server would have given more. */
  readonly #fastest = new WindowedMinimum()
  #openedAt: number | undefined
  #accepted = 0
  #idle = 0
  #refusedAt: number | undefined
  #lastRefusedAt = 0
  #isForRate = false

  /** Nobody wanted anything for so many milliseconds. */
  rest(duration: number): void {
    this.#idle += duration
  }

  /** Whether a call that was refused as one of `inFlight` was so for the rate. */
  isForRate(inFlight: number): boolean {
    return inFlight <= Math.max(1, -this.#highest.value / 2)
  }

  refuse(now: number, inFlight: number): void {
    this.#refusedAt ??= now
    this.#lastRefusedAt = now
    this.#isForRate ||= this.isForRate(inFlight)
  }

  /** Counts an accepted call that left at `leftAt` as one of `inFlight`. Returns what the refusals before it have taught. */
  accept(now: number, leftAt: number, inFlight: number, weight: number): RateEvidence | undefined {
    this.#highest.add(now, -inFlight, memory)
    const lesson = this.#refusedAt !== undefined && leftAt >= this.#refusedAt ? this.#conclude(now) : undefined
    this.#accepted += weight
    return lesson
  }

  #conclude(now: number): RateEvidence | undefined {
    this.#refusedAt = undefined
    if (this.#openedAt !== undefined && this.#accepted < enough) return undefined
    // It has opened between the last refusal and now: in the middle, as far as anybody knows.
    const elapsed = (this.#lastRefusedAt + now) / 2 - (this.#openedAt ?? now) - this.#idle
    const isTold = this.#isForRate && elapsed > 0
    if (elapsed > 0) this.#fastest.add(now, -this.#accepted / elapsed, memory)
    const rate = -this.#fastest.value
    const span = Math.max(1 / rate, Math.min(1_000, few / rate))
    this.#openedAt = now
    this.#accepted = 0
    this.#idle = 0
    this.#isForRate = false
    return isTold ? { accepted: rate * span, sending: span, elapsed: span, wait: 0 } : undefined
  }
}
