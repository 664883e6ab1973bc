import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow } from 'sluice/internal'
import { drawable } from '../text/numbers.ts'

/** The rows that say most, if they are there. */
export interface TellingRows {
  /** One after another, as a plain script does; else the nearest to it. */
  readonly before: BenchmarkRow | undefined
  /** One after another over one connection. */
  readonly reused: BenchmarkRow | undefined
  readonly best: BenchmarkRow | undefined
  readonly auto: BenchmarkRow | undefined
  /** Those of a fixed number at once, over connections that stay open, by that number. */
  readonly ladder: readonly BenchmarkRow[]
}

/** Finds them. */
export function tellingRows({ rows, sweetSpot }: BenchmarkReport): TellingRows {
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
