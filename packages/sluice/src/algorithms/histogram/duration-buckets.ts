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
