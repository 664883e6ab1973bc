import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkMode, BenchmarkRow, LimitedBy } from 'sluice/internal'
import { cleanText } from '../markup.ts'
import { countText, drawable, rateText, timesText } from '../text.ts'

/** Rows used in the verdict and the plots; undefined if not measured. */
export interface KeyRows {
  /** Baseline: the sequential row, or else the nearest to it. */
  readonly before: BenchmarkRow | undefined
  /** Sequential requests over one connection. */
  readonly reused: BenchmarkRow | undefined
  readonly best: BenchmarkRow | undefined
  readonly auto: BenchmarkRow | undefined
  /** Rows with a fixed concurrency over reused connections, sorted by concurrency. */
  readonly ladder: readonly BenchmarkRow[]
}

export function keyRows({ rows, sweetSpot }: BenchmarkReport): KeyRows {
  const of = (mode: string): BenchmarkRow | undefined => rows.find((row) => row.mode === mode)
  const ladder = rows
    .filter(
      ({ mode, concurrency }) => (mode === 'reused' || mode === 'concurrent') && (drawable(concurrency) ?? 0) >= 1,
    )
    .toSorted((a, b) => a.concurrency - b.concurrency)
  return {
    before: of('sequential') ?? of('reused') ?? rows[0],
    reused: of('reused'),
    best: ladder.find(({ concurrency }) => concurrency === sweetSpot),
    auto: of('auto'),
    ladder,
  }
}

const modes: ReadonlyMap<string, string> = new Map<BenchmarkMode, string>([
  ['sequential', 'Sequential'],
  ['reused', 'Reused connection'],
  ['concurrent', 'Concurrent'],
  ['auto', 'Auto'],
])

const limits: ReadonlyMap<string, string> = new Map<LimitedBy, string>([
  ['concurrency', 'No limit reached yet: more concurrency still helps'],
  ['rate-limit', 'Limited by a rate, a quota or an allowed concurrency'],
  ['server-capacity', 'Limited by the capacity of the API'],
  ['client-cpu', 'Limited by this machine'],
  ['network', 'Limited by the network'],
  ['unknown', 'The limit is unknown'],
])

/** Name of a row's mode. */
export function modeText(mode: string): string {
  return modes.get(mode) ?? cleanText(mode, 30)
}

/** Limit of the throughput, without the evidence. */
export function limitText(limit: string): string {
  return limits.get(limit) ?? `Limited by: ${cleanText(limit, 60)}`
}

/** Short description of the measured targets. */
export interface Measured {
  /** The first target, not escaped. */
  readonly target: string
  /** Number of other targets, in words; empty if there are none. */
  readonly more: string
}

/** Describes the targets: the first, and how many others there are. */
export function measuredIn({ targets }: BenchmarkReport): Measured {
  const [target = 'No targets', ...others] = targets
  return { target, more: others.length === 0 ? '' : ` and ${countText(others.length)} more` }
}

/** Outcome in a few words. */
export function verdictOf(report: BenchmarkReport): string {
  const { before, best } = keyRows(report)
  if (report.rows.length === 0) return 'Nothing was measured'
  const { sweetSpot } = report
  if (drawable(sweetSpot) === undefined || sweetSpot === undefined) {
    return report.rows.some(({ rps }) => rps > 0) ? 'No best concurrency was found' : 'No request succeeded'
  }
  const atOnce = sweetSpot === 1 ? 'One at a time is best' : `${countText(sweetSpot)} at once`
  if (best === undefined || before === undefined || best === before) return atOnce
  const { speedup } = best
  if (!drawable(speedup)) return atOnce
  if (sweetSpot === 1) {
    return speedup >= 1.05 ? `One at a time, over one connection: ${timesText(speedup)} the speed` : atOnce
  }
  return speedup >= 1
    ? `${atOnce}: ${timesText(speedup)} as fast as one after another`
    : `${atOnce}, yet not faster than one after another`
}

/** Explains the verdict in a sentence; undefined without a comparison. */
export function meaningOf(report: BenchmarkReport): string | undefined {
  const { before, best } = keyRows(report)
  if (before === undefined || best === undefined || best === before) return undefined
  return `${rateText(best.rps)} requests a second instead of ${rateText(before.rps)}.`
}
