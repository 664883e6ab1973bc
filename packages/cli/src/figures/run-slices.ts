import type { RunSeries } from '@sluice/report'
import { bucketEnd, durationBucket, percentileOf, type RunSlice } from 'sluice/internal'

/** Counts of one slice. */
interface Slice {
  succeeded: number
  failed: number
  throttled: number
  /** How many attempts took how long. */
  durations: Map<number, number>
}

/** One result, as far as slices go. */
export interface SlicedResult {
  readonly ok: boolean
  /** Attempts that were refused. */
  readonly throttled: number
  /** Milliseconds of each attempt. */
  readonly attemptMs: readonly number[]
}

/** More than this is no picture any more. */
const mostSlices = 300
/** Milliseconds of the slices of a short run. */
const shortest = 100

/**
 * How a run went over its time, in slices of the same length. The length doubles when there are too many, so that a run of
 * any length takes the same memory; results may come in any order.
 */
export class RunSlices {
  #length = shortest
  #slices: (Slice | undefined)[] = []

  /** Counts a result that was there `at` milliseconds after the run began. */
  add(at: number, { ok, throttled, attemptMs }: SlicedResult): void {
    const slice = this.#sliceAt(at)
    if (ok) slice.succeeded++
    else slice.failed++
    slice.throttled += throttled
    for (const time of attemptMs) count(slice.durations, durationBucket(time), 1)
  }

  /** Adds a stretch that was kept and began `at` milliseconds after the run, spread evenly over its length. */
  addStretch(at: number, { ms, succeeded, failed, throttled, durations }: RunSlice): void {
    const parts = Math.max(1, Math.ceil(ms / this.#length))
    const stretch = {
      succeeded: succeeded / parts,
      failed: failed / parts,
      throttled: throttled / parts,
      durations: new Map(durations.map(([bucket, times]) => [bucket, times / parts])),
    }
    for (let part = 0; part < parts; part++) addUp(this.#sliceAt(at + (part * ms) / parts), stretch)
  }

  series(): RunSeries {
    const slices = Array.from(this.#slices, (slice) => slice ?? emptySlice())
    const times = (percent: number): (number | null)[] =>
      slices.map(({ durations }) => (durations.size === 0 ? null : percentileOf(durations, percent)))
    return {
      sliceMs: this.#length,
      succeeded: slices.map(({ succeeded }) => succeeded),
      failed: slices.map(({ failed }) => failed),
      throttled: slices.map(({ throttled }) => throttled),
      p50Ms: times(50),
      p95Ms: times(95),
      p99Ms: times(99),
      times: slices.map(({ durations }) => [...bandsOf(durations)]),
    }
  }

  #sliceAt(at: number): Slice {
    while (at >= this.#length * mostSlices) this.#double()
    const index = Math.max(0, Math.floor(at / this.#length))
    this.#slices[index] ??= emptySlice()
    return this.#slices[index]
  }

  #double(): void {
    const pairs: (Slice | undefined)[] = []
    for (const [index, slice] of this.#slices.entries()) {
      const half = index >> 1
      const other = pairs[half]
      if (slice === undefined || other === undefined) pairs[half] = other ?? slice
      else addUp(other, slice)
    }
    this.#slices = pairs
    this.#length *= 2
  }
}

/** Eight bands in a factor of ten are fine enough for a picture. */
function bandsOf(durations: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const bands = new Map<number, number>()
  for (const [bucket, times] of durations) count(bands, Math.ceil(8 * Math.log10(bucketEnd(bucket))), times)
  return bands
}

function emptySlice(): Slice {
  return { succeeded: 0, failed: 0, throttled: 0, durations: new Map() }
}

function addUp(into: Slice, { succeeded, failed, throttled, durations }: Slice): void {
  into.succeeded += succeeded
  into.failed += failed
  into.throttled += throttled
  for (const [bucket, times] of durations) count(into.durations, bucket, times)
}

function count(counts: Map<number, number>, bucket: number, times: number): void {
  counts.set(bucket, (counts.get(bucket) ?? 0) + times)
}
