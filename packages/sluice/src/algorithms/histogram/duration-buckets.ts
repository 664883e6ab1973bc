/** Ratio of the ends of consecutive buckets: values read from a bucket are less than 2 % too high. */
const step = 1.02
const logStep = Math.log(step)
/** All durations below a hundredth of a millisecond share one bucket. */
const finest = 0.01

/**
 * Returns the bucket of a duration in milliseconds. Bucket widths are relative, so that a few hundred counts represent
 * the distribution of any number of durations, and can be added up over processes and restarts.
 */
export function durationBucket(duration: number): number {
  return duration <= finest ? 0 : Math.ceil(Math.log(duration / finest) / logStep)
}

/** Upper end of a bucket, in milliseconds. */
export function bucketEnd(bucket: number): number {
  return finest * step ** bucket
}

/** Percentile of the counted durations, in milliseconds; 0 if there are none. */
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

/** Minimum number of durations for an estimate. */
const fewest = 100
/** A half of the window ends at this number of durations, */
const maxInHalf = 1_000
/** or after this many milliseconds, if it has enough durations by itself. */
const longestHalf = 30_000
/** Number of durations after which the estimate is updated. */
const stride = 20

/**
 * Percentile of the latest durations: of the last 1,000 to 2,000, or of the last minute if it has fewer.
 *
 * Two alternating histograms keep memory and time constant.
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

  /** Estimate in milliseconds, less than 2 % too high; undefined before 100 durations are known. */
  get value(): number | undefined {
    return this.#value
  }

  add(now: number, duration: number): void {
    const isOver = this.#count >= maxInHalf || (this.#count >= fewest && now - this.#beganAt >= longestHalf)
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
