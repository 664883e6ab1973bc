import type { Clock, Timer } from '../../time/clock.ts'
import { UnfinishedError } from '../errors.ts'
import type { CallResult } from '../result.ts'
import type { Spent } from './budget.ts'

/** Progress of a bulk run. */
export interface Progress extends Spent {
  /** Total number of items, if known. */
  readonly total?: number
  /** Number of items read from the source so far. */
  readonly read: number
  readonly done: number
  readonly succeeded: number
  readonly failed: number
  /** Number of items that were stopped before they were done. */
  readonly unfinished: number
  readonly inFlight: number
  /** Number of attempts after the first of each call. */
  readonly retries: number
  /** Number of attempts refused because of a rate limit or a quota. */
  readonly throttled: number
  /** Milliseconds since the start. */
  readonly elapsed: number
  /** Results per second over the last ten seconds. */
  readonly rate: number
  /** Estimated remaining milliseconds, best and worst case, if `total` is known and at least one item is done. */
  readonly left?: { readonly low: number; readonly high: number }
}

/** Counts the items that were read, and their outcomes. */
export class ProgressMeter {
  readonly #startedAt: number
  readonly #meter: RateMeter
  total: number | undefined
  read = 0
  succeeded = 0
  failed = 0
  #unfinished = 0
  #retries = 0
  #throttled = 0

  constructor(total: number | undefined, now: number) {
    this.total = total
    this.#startedAt = now
    this.#meter = new RateMeter(now)
  }

  add(result: CallResult, now: number): void {
    if (!result.ok && result.error instanceof UnfinishedError) {
      this.#unfinished++
      return
    }
    if (result.ok) this.succeeded++
    else this.failed++
    this.#retries += Math.max(0, result.attempts.length - 1)
    for (const attempt of result.attempts) if (attempt.verdict === 'throttled') this.#throttled++
    this.#meter.add(now)
  }

  at(now: number, inFlight: number): Omit<Progress, keyof Spent> {
    const { total, read, succeeded, failed } = this
    const done = succeeded + failed
    const elapsed = now - this.#startedAt
    const rate = this.#meter.rate(now)
    const left = total === undefined || done === 0 ? undefined : timeLeft(total - done, rate, (done * 1_000) / elapsed)
    return {
      ...(total === undefined ? undefined : { total }),
      read,
      done,
      succeeded,
      failed,
      unfinished: this.#unfinished,
      inFlight,
      retries: this.#retries,
      throttled: this.#throttled,
      elapsed,
      rate,
      ...(left === undefined ? undefined : { left }),
    }
  }
}

/** Range of the remaining time: by the recent rate, and by the overall rate. */
function timeLeft(remaining: number, recentRate: number, overallRate: number): Progress['left'] {
  const slow = Math.min(recentRate, overallRate)
  const fast = Math.max(recentRate, overallRate)
  return slow > 0 ? { low: (remaining / fast) * 1_000, high: (remaining / slow) * 1_000 } : undefined
}

/** Calls `tell` once a second. Returns a function that stops this and calls `tell` a last time. */
export function everySecond(clock: Clock, tell: () => void): () => void {
  let timer: Timer
  const wait = (): void => {
    timer = clock.timer(1_000, () => {
      wait()
      tell()
    })
  }
  wait()
  return () => {
    timer.cancel()
    tell()
  }
}

const windowLength = 10_000

/** Rate of results over the last ten seconds, from one counter per second. */
class RateMeter {
  readonly #counts = new Float64Array(windowLength / 1_000)
  readonly #startedAt: number
  #second = 0

  constructor(now: number) {
    this.#startedAt = now
  }

  add(now: number): void {
    this.#moveTo(now)
    this.#counts[this.#second % this.#counts.length]! += 1
  }

  /** Results per second. */
  rate(now: number): number {
    this.#moveTo(now)
    const sinceStart = now - this.#startedAt
    // The current second is still partial; the others are complete.
    const covered = Math.min(sinceStart, windowLength - 1_000 + (sinceStart % 1_000))
    const sum = this.#counts.reduce((total, count) => total + count, 0)
    return covered < 1 ? 0 : (sum * 1_000) / covered
  }

  #moveTo(now: number): void {
    const second = Math.floor((now - this.#startedAt) / 1_000)
    const oldest = Math.max(this.#second + 1, second - this.#counts.length + 1)
    for (let emptied = oldest; emptied <= second; emptied++) this.#counts[emptied % this.#counts.length] = 0
    this.#second = Math.max(this.#second, second)
  }
}
