import type { BenchmarkRow } from 'sluice/internal'
import { countText, durationText, rateText, shareText, timesText } from '../text/numbers.ts'

/** The figures of a row behind its wall time, in the order of the columns. */
export function rowFigures({
  rps,
  speedup,
  efficiency,
  p50Ms,
  p95Ms,
  p99Ms,
  throttled,
  errors,
}: BenchmarkRow): string[] {
  return [
    rateText(rps),
    timesText(speedup),
    shareText(efficiency),
    durationText(p50Ms),
    durationText(p95Ms),
    durationText(p99Ms),
    countText(throttled),
    countText(errors),
  ]
}
