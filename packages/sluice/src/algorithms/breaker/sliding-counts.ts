/** Number of slices of the window, which advances one slice at a time. */
const slices = 10

/** Successes and failures of a sliding window, in ten slices. */
export class SlidingCounts {
  readonly #slice: number
  readonly #successes: number[] = new Array<number>(slices).fill(0)
  readonly #failures: number[] = new Array<number>(slices).fill(0)
  /** Number of the latest slice, counted from time 0. */
  #latest = Number.NEGATIVE_INFINITY

  constructor(window: number) {
    this.#slice = window / slices
  }

  add(now: number, outcome: 'success' | 'failure'): void {
    this.#moveTo(now)
    const counts = outcome === 'success' ? this.#successes : this.#failures
    counts[mod(this.#latest)]!++
  }

  /** Number of calls in the window, and the share of failures among them; 0 if there are none. */
  summary(now: number): { readonly count: number; readonly failureRatio: number } {
    this.#moveTo(now)
    const failures = sum(this.#failures)
    const count = failures + sum(this.#successes)
    return { count, failureRatio: count === 0 ? 0 : failures / count }
  }

  #moveTo(now: number): void {
    const slice = Math.floor(now / this.#slice)
    for (let next = Math.max(this.#latest + 1, slice - slices + 1); next <= slice; next++) {
      this.#successes[mod(next)] = 0
      this.#failures[mod(next)] = 0
    }
    this.#latest = Math.max(this.#latest, slice)
  }
}

function mod(slice: number): number {
  return ((slice % slices) + slices) % slices
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
