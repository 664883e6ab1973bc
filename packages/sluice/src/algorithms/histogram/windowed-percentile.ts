import { durationBucket, percentileOf } from './duration-buckets.ts'

/** Durations that an estimate takes. */
const fewest = 100
/** A half of the window is over when it has so many, */
const mostInHalf = 1_000
/** or has lasted for so many milliseconds and has enough by itself. */
const longestHalf = 30_000
/** The estimate is made anew after so many more. */
const stride = 20

/**
 * What `percent` of the latest durations do not exceed: of the last 1,000 to 2,000, or of a minute where that is less.
 *
 * Two histograms take turns, so that memory and time do not grow with what is counted.
 */
export class WindowedPercentile {
  readonly #percent: number
  #current = new Map<number, number>()
  #previous = new Map<number, number>()
  #count = 0
  #total = 0
  #beganAt = 0
  #value: number | undefined

  constructor(percent: number) {
    this.#percent = percent
  }

  /** In milliseconds, less than 2 % too high; nothing before 100 durations are known. */
  get value(): number | undefined {
    return this.#value
  }

  add(now: number, duration: number): void {
    const isOver = this.#count >= mostInHalf || (this.#count >= fewest && now - this.#beganAt >= longestHalf)
    if (isOver) {
      this.#previous = this.#current
      this.#current = new Map()
      this.#count = 0
    }
    if (this.#count === 0) this.#beganAt = now
    const bucket = durationBucket(duration)
    this.#current.set(bucket, (this.#current.get(bucket) ?? 0) + 1)
    this.#count++
    if (++this.#total >= fewest && this.#total % stride === 0) this.#value = percentileOf(this.#window(), this.#percent)
  }

  #window(): ReadonlyMap<number, number> {
    const both = new Map(this.#previous)
    for (const [bucket, count] of this.#current) both.set(bucket, (both.get(bucket) ?? 0) + count)
    return both
  }
}
