import type { RateEvidence } from '../rate/learned-rate.ts'
import { WindowedMinimum } from './epoch.ts'

/** Accepted calls that show a rate; fewer may be a saved-up burst. */
const enough = 20
/**
 * Calls in the reported rate, at most those of one second, because its window is unknown: with more, a bucket refuses the
 * burst; with fewer, whole numbers are too coarse.
 */
const few = 10
/** Time in ms for which an accepted call shows how many may be in flight: servers change. */
const memory = 10_000

/**
 * Evidence from refusals that say neither why nor for how long.
 *
 * A limit on the number in flight refuses nothing below it: a call refused though at most half as many were in flight as
 * when others were accepted is refused by a limit on the rate. And how high that is can be counted: from the moment the
 * server lets calls in again after a refusal until it does so after a later one it accepts what it accepts, whatever the
 * kind of window or bucket.
 */
export class RefusalEvidence {
  /** Numbers in flight at which calls were accepted, negated. */
  readonly #highest = new WindowedMinimum()
  /** Counted rates, negated: with few calls in flight, the server would have accepted more. */
  readonly #fastest = new WindowedMinimum()
  #openedAt: number | undefined
  #accepted = 0
  #idle = 0
  #refusedAt: number | undefined
  #lastRefusedAt = 0
  #isForRate = false

  /** Notes that there were no calls for `duration` milliseconds. */
  rest(duration: number): void {
    this.#idle += duration
  }

  /** True if a refusal at `inFlight` calls in flight is due to a rate. */
  isForRate(inFlight: number): boolean {
    return inFlight <= Math.max(1, -this.#highest.value / 2)
  }

  refuse(now: number, inFlight: number): void {
    this.#refusedAt ??= now
    this.#lastRefusedAt = now
    this.#isForRate ||= this.isForRate(inFlight)
  }

  /** Counts an accepted call that left at `leftAt` as one of `inFlight`. Returns the evidence of the refusals before it. */
  accept(now: number, leftAt: number, inFlight: number, weight: number): RateEvidence | undefined {
    this.#highest.add(now, -inFlight, memory)
    const evidence = this.#refusedAt !== undefined && leftAt >= this.#refusedAt ? this.#conclude(now) : undefined
    this.#accepted += weight
    return evidence
  }

  #conclude(now: number): RateEvidence | undefined {
    this.#refusedAt = undefined
    if (this.#openedAt !== undefined && this.#accepted < enough) return undefined
    // The limit opened between the last refusal and now: the middle is the best estimate.
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
