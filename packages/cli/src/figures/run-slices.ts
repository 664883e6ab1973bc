import type { RunSeries } from '@sluice/report'
import { bucketEnd, durationBucket, percentileOf, type RunSlice } from 'sluice/internal'
import type { StoredResult } from 'sluice/stores'

/** Counts of one slice. */
interface Slice {
  succeeded: number
  failed: number
  throttled: number
  /** Number of attempts by duration bucket. */
  durations: Map<number, number>
}

/** Parts of a result that slices count. */
export type SlicedResult = Pick<StoredResult, 'ok' | 'throttled' | 'attemptMs'>

/** Maximum number of slices. */
const maxSlices = 300
/** Initial slice length in milliseconds. */
const shortest = 100

/**
 * Counts over the time of a run, in slices of equal length. The length doubles when there are too many, so that memory
 * does not depend on the length of the run. Results may be added in any order.
 */
export class RunSlices {
  #length = shortest
  #slices: (Slice | undefined)[] = []

  /** Counts a result that settled `at` milliseconds after the start of the run. */
  add(at: number, { ok, throttled, attemptMs }: SlicedResult): void {
    const slice = this.#sliceAt(at)
    if (ok) slice.succeeded++
    else slice.failed++
    slice.throttled += throttled
    for (const time of attemptMs) count(slice.durations, durationBucket(time), 1)
  }

  /** Adds a stored slice that started `at` milliseconds after the run, spread evenly over its length. */
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
    while (at >= this.#length * maxSlices) this.#double()
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

/** Merges duration buckets into eight bands per factor of ten. */
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
