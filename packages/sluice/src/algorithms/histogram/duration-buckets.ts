/** Each bucket ends where it is this factor above the one before: so a figure read from one is less than 2 % too high. */
const step = 1.02
const logStep = Math.log(step)
/** Durations below a hundredth of a millisecond are one bucket. */
const finest = 0.01

/**
 * The bucket of a duration in milliseconds: buckets with relative widths, so that a few hundred numbers hold the
 * distribution of any number of durations, and can be added up over processes and restarts.
 */
export function durationBucket(duration: number): number {
  return duration <= finest ? 0 : Math.ceil(Math.log(duration / finest) / logStep)
}

/** The longest duration that falls into a bucket, in milliseconds. */
export function bucketEnd(bucket: number): number {
  return finest * step ** bucket
}

/** The duration in milliseconds that `percent` of those counted do not exceed; 0 if there are none. */
export function percentileOf(counts: ReadonlyMap<number, number>, percent: number): number {
  const sorted = [...counts].sort(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  let below = 0
  for (const [bucket, count] of sorted) {
    below += count
    if (below >= (total * percent) / 100 && below > 0) return bucketEnd(bucket)
  }
  return 0
}

/** Durations that an estimate takes. */
const fewest = 100
/** A half of the window is over when it has so many, */
const mostInHalf = 1_000
/** or has lasted for so many milliseconds and has enough by itself. */
const longestHalf = 30_000
/** The estimate is made anew after so many more. */
const stride = 20

/**
 * Percentile of the latest durations: of the last 1,000 to 2,000, or of a minute if those are fewer.
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
