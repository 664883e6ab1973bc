/** How far a set of calls is. */
export interface Progress {
  /** How many there are in all, if that is known. */
  readonly total?: number
  /** Read from the source so far. */
  readonly read: number
  readonly done: number
  readonly succeeded: number
  readonly failed: number
  /** Stopped before they were done. */
  readonly unfinished: number
  readonly inFlight: number
  /** Further attempts after a first one. */
  readonly retries: number
  /** Attempts that were refused because of a rate or a quota. */
  readonly throttled: number
  /** Milliseconds since the start. */
  readonly elapsed: number
  /** Results per second over the last ten seconds. */
  readonly rate: number
  /** Milliseconds to the end, if `total` is known and something is done: at best, and at worst, by the rates so far. */
  readonly left?: { readonly low: number; readonly high: number }
}

const windowLength = 10_000

/** How many results came in per second lately: one count for each of the last ten seconds. */
export class RateMeter {
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

  /** Per second. */
  rate(now: number): number {
    this.#moveTo(now)
    const sinceStart = now - this.#startedAt
    // The current second has only just begun; the others are whole.
    const covered = Math.min(sinceStart, windowLength - 1_000 + (sinceStart % 1_000))
    const sum = this.#counts.reduce((total, count) => total + count, 0)
    return covered < 1 ? 0 : (sum * 1_000) / covered
  }

  #moveTo(now: number): void {
    const second = Math.floor((now - this.#startedAt) / 1_000)
    const passed = Math.min(second - this.#second, this.#counts.length)
    for (let step = 1; step <= passed; step++) this.#counts[(this.#second + step) % this.#counts.length] = 0
    if (passed > 0) this.#counts[second % this.#counts.length] = 0
    this.#second = Math.max(this.#second, second)
  }
}

/** The range of the time left: by the rate of late, and by the rate over all. */
export function timeLeft(remaining: number, recentRate: number, overallRate: number): Progress['left'] {
  const [slow, fast] = recentRate < overallRate ? [recentRate, overallRate] : [overallRate, recentRate]
  if (slow <= 0) return undefined
  return { low: (remaining / fast) * 1_000, high: (remaining / slow) * 1_000 }
}
