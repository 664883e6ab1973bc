import type { RunSeries } from '../run-report.ts'
import { drawable, largest } from '../text.ts'

/** Maximum number of points. */
const maxPoints = 160
/** Minimum milliseconds per point in a long run: in shorter steps, results arrive in bursts at any rate. */
const leastStep = 1_000
/** Number of points for which a short run uses shorter steps. */
const fewPoints = 20

/** One or more merged slices, as rates per second. */
export interface SeriesPoint {
  readonly fromMs: number
  readonly toMs: number
  readonly succeeded: number
  readonly failed: number
  readonly throttled: number
  readonly p50Ms: number | undefined
  readonly p95Ms: number | undefined
  readonly p99Ms: number | undefined
  /** Attempts by duration band. */
  readonly times: ReadonlyMap<number, number>
}

/** Part of the time of a run, in milliseconds since its start. */
export interface TimeRange {
  readonly fromMs: number
  readonly toMs: number
}

/** Start and end of the points. */
export function boundsOf(points: readonly SeriesPoint[]): [fromMs: number, toMs: number] {
  return [points[0]?.fromMs ?? 0, points.at(-1)?.toMs ?? 0]
}

/**
 * Merges slices into at most 160 points, each at least a second long unless the run is short. Merged rates are means,
 * the median is the mean of the medians, and the 95th and 99th percentiles are maxima. The last point counts for its
 * elapsed part, at least half. With `range`, only the slices in it are merged, into shorter steps.
 */
export function thinSeries(series: RunSeries, elapsedMs: number, range?: TimeRange): SeriesPoint[] {
  const { succeeded, failed, throttled, p50Ms, p95Ms, p99Ms = [] } = series
  const sliceMs = drawable(series.sliceMs) || 1_000
  const all = Math.max(succeeded.length, failed.length, throttled.length)
  const start = range === undefined ? 0 : Math.min(all, Math.max(0, Math.floor(range.fromMs / sliceMs)))
  const count = range === undefined ? all : Math.min(all, Math.ceil(range.toMs / sliceMs))
  const spanMs = range === undefined ? (drawable(elapsedMs) ?? 0) : range.toMs - range.fromMs
  const step = Math.min(leastStep, spanMs / fewPoints)
  const group = Math.max(1, Math.ceil((count - start) / maxPoints), Math.ceil(step / sliceMs))
  return Array.from({ length: Math.max(0, Math.ceil((count - start) / group)) }, (_, index) => {
    const [first, end] = [start + index * group, Math.min(count, start + (index + 1) * group)]
    const fromMs = first * sliceMs
    const isCutShort = elapsedMs > fromMs && elapsedMs < end * sliceMs
    const toMs = isCutShort ? Math.max(elapsedMs, fromMs + ((end - first) * sliceMs) / 2) : end * sliceMs
    const rate = (numbers: readonly number[]): number => {
      const sum = numbers.slice(first, end).reduce((total, number) => total + (drawable(number) ?? 0), 0)
      return (sum * 1_000) / (toMs - fromMs)
    }
    const medians = p50Ms.slice(first, end).filter((ms) => drawable(ms) !== undefined) as number[]
    const highestOf = (times: readonly (number | null)[]): number | undefined => {
      const known = times.slice(first, end).filter((ms) => drawable(ms) !== undefined)
      return known.length === 0 ? undefined : largest(known)
    }
    return {
      fromMs,
      toMs,
      succeeded: rate(succeeded),
      failed: rate(failed),
      throttled: rate(throttled),
      p50Ms: medians.length === 0 ? undefined : medians.reduce((sum, ms) => sum + ms, 0) / medians.length,
      p95Ms: highestOf(p95Ms),
      p99Ms: highestOf(p99Ms),
      times: bandsOf(series, first, end),
    }
  })
}

/** Sums the counts of several slices by band. */
function bandsOf({ times = [] }: RunSeries, from: number, end: number): Map<number, number> {
  const sums = new Map<number, number>()
  for (const slice of times.slice(from, end)) {
    for (const [band, count] of slice) sums.set(band, (sums.get(band) ?? 0) + (drawable(count) ?? 0))
  }
  return sums
}
