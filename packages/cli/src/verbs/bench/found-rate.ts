import type { BenchmarkReport } from 'sluice/benchmark'
import { sweetSpotRow } from './bench-table.ts'

/** Rate that the API sustained at the best concurrency, if a rate is the limit: `40/s` or `90/min`. */
export function foundRate(report: BenchmarkReport): string | undefined {
  const rps = report.limitedBy === 'rate-limit' ? (sweetSpotRow(report)?.rps ?? 0) : 0
  if (rps >= 1) return `${Math.floor(rps)}/s`
  return rps * 60 >= 1 ? `${Math.floor(rps * 60)}/min` : undefined
}
