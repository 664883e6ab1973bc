import type { RateEvidence } from '../rate/learned-rate.ts'
import { WindowedMinimum } from './epoch.ts'

/** Number of accepted calls that establish a rate; fewer may be an accumulated burst. */
const enough = 20
/**
 * Number of calls in the reported rate, but at most those of one second, because its window is unknown: with more, a
 * bucket refuses the burst; with fewer, whole numbers are too coarse.
 */
const few = 10
/** Time in ms for which the number in flight of an accepted call counts as allowed: servers change. */
const memory = 10_000

/**
 * Infers a rate limit from refusals that state neither a reason nor a time.
 *
 * A limit on the number in flight refuses nothing below it. So a call refused with at most half as many in flight as
 * when others were accepted was refused by a rate limit. Its height can be measured: between the moments at which the
 * server accepts calls again after one refusal and after a later one, it accepts exactly what the limit allows, for any
 * kind of window or bucket.
 */
export class RefusalEvidence {
  /** Numbers in flight at which calls were accepted, negated for the minimum. */
  readonly #highest = new WindowedMinimum()
  /** Measured rates, negated: with few calls in flight, the server would have accepted more. */
  readonly #fastest = new WindowedMinimum()
  #openedAt: number | undefined
  #accepted = 0
  #idle = 0
  #refusedAt: number | undefined
  #lastRefusedAt = 0
  #isForRate = false

  /** Registers `duration` milliseconds without calls. */
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

  /** Counts an accepted call, started at `leftAt` as one of `inFlight`. Returns the evidence of earlier refusals. */
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
