import type { Comparison, Measured } from './bench.ts'
import { decimals, megabytes, ranged, thousands } from './format.ts'
import type { Peer } from './peers/index.ts'
import { times } from './row.ts'
import { ratioOf, type Spread, spreadOf } from './statistics.ts'

/** Microseconds of CPU for each call, round by round. */
function cpuPerCall({ entry, samples }: Measured): number[] {
  return samples.map(({ cpu }) => cpu / entry.calls)
}

/** Seconds, round by round. */
export function seconds({ samples }: Measured): number[] {
  return samples.map(({ elapsed }) => elapsed / 1_000)
}

export function peakMemory({ samples }: Measured): number[] {
  return samples.map(({ rss }) => rss)
}

/** Figures of a peer; `undefined` if it was left out. */
export function of({ measured }: Comparison, peer: Peer): Measured | undefined {
  return measured.find(({ entry }) => entry.peer === peer)
}

/** How many times the CPU of another one takes. */
export function cpuRatio(one: Measured, other: Measured): Spread {
  return ratioOf(cpuPerCall(one), cpuPerCall(other))
}

export function cpuHead(ratio: string): string[] {
  return ['', 'calls', 'CPU per request, us', ratio, 'calls/s', 'most memory', 'missing features']
}

/** A line for each that took part, the cheapest first, against one of them. */
export function cpuLines(comparison: Comparison, base: Measured): string[][] {
  const median = (measured: Measured): number => spreadOf(cpuPerCall(measured)).median
  return comparison.measured
    .toSorted((one, other) => median(one) - median(other))
    .map((measured) => {
      const { entry, label } = measured
      const rates = seconds(measured).map((elapsed) => entry.calls / elapsed)
      return [
        label,
        thousands(entry.calls),
        ranged(spreadOf(cpuPerCall(measured)), decimals(1)),
        ranged(cpuRatio(measured, base), times),
        thousands(spreadOf(rates).median),
        megabytes(spreadOf(peakMemory(measured)).median),
        entry.peer.lacks,
      ]
    })
}
