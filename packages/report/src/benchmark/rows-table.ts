import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow } from 'sluice/internal'
import { type Markup, markup, type Part } from '../markup.ts'
import { table } from '../page/parts.ts'
import { countText, durationText, rangeText, rateText, shareText, timesText } from '../text.ts'
import { keyRows, modeText } from './words.ts'

const columns = [
  { name: 'Mode', kind: 'text' },
  { name: 'At once' },
  { name: 'Wall time' },
  { name: 'Requests/s' },
  { name: 'Speed-up' },
  { name: 'Efficiency' },
  { name: 'p50' },
  { name: 'p95' },
  { name: 'p99' },
  { name: '429s' },
  { name: 'Errors' },
] as const

/** Table of all rows, with the sweet spot highlighted. */
export function rowsTable(report: BenchmarkReport): Markup {
  const { best } = keyRows(report)
  const { requestsPerRow, repeat } = report
  const rounds = repeat === 1 ? 'in one round' : `in each of ${countText(repeat)} rounds, medians`
  return table({
    caption: `${countText(requestsPerRow)} requests per row ${rounds}`,
    columns,
    rows: report.rows.map((row) => ({ cells: cellsOf(row, row === best), isBest: row === best })),
  })
}

function cellsOf(row: BenchmarkRow, isBest: boolean): Part[] {
  return [
    markup`<bdi>${modeText(row.mode)}</bdi>${isBest ? markup`<span class="badge">best</span>` : undefined}`,
    countText(row.concurrency),
    markup`${durationText(row.wallMs)}${rangeOf(row)}`,
    ...rowFigures(row),
  ]
}

function rangeOf({ rounds, wallMsRange: [shortest, longest] }: BenchmarkRow): Markup | undefined {
  return rounds > 1 ? markup`<span class="range">${rangeText(shortest, longest)}</span>` : undefined
}

/** Figures of a row after its wall time, in the order of the columns. */
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
