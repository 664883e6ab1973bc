import type { Comparison } from '../bench.ts'
import { seconds } from '../figures.ts'
import { decimals, ranged, thousands } from '../format.ts'
import { spreadOf } from '../statistics.ts'

export const paceHead = [
  '',
  'calls',
  'seconds',
  'times the ideal',
  'server time, ms',
  'CPU, seconds',
  'missing features',
]

/** A line for each that took part, the quickest first. The ideal is that of its own work. */
export function paceLines(comparison: Comparison): string[][] {
  return comparison.measured
    .map((measured) => {
      const { calls, concurrency, delay = 0, peer } = measured.entry
      const elapsed = spreadOf(seconds(measured))
      const shares = seconds(measured).map((one) => one / idealSeconds(calls, concurrency, delay))
      const cpu = spreadOf(measured.samples.map((sample) => sample.cpu / 1e6)).median
      const served = spreadOf(measured.samples.flatMap((sample) => sample.served ?? [])).median
      const text = [measured.label, thousands(calls), ranged(elapsed, decimals(2)), ranged(spreadOf(shares), exactly)]
      return { order: spreadOf(shares).median, cells: [...text, served.toFixed(1), cpu.toFixed(2), peer.lacks] }
    })
    .toSorted((one, other) => one.order - other.order)
    .map(({ cells }) => cells)
}

/** Where a hundredth matters. */
export function exactly(value: number): string {
  return `${value.toFixed(3)} x`
}

/** If every call took what the server takes, and there were no gap between them. */
export function idealSeconds(calls: number, concurrency: number, delay: number): number {
  return (Math.ceil(calls / concurrency) * delay) / 1_000
}
