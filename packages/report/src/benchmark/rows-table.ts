import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow } from 'sluice/internal'
import { type Markup, markup } from '../markup.ts'
import { type Column, table } from '../page/parts.ts'
import { countText, durationText, rangeText, rateText, shareText, timesText } from '../text.ts'
import { keyRows, modeText } from './words.ts'

/** Figures of a row after its wall time, by heading. */
export const rowFigures: readonly (readonly [heading: string, text: (row: BenchmarkRow) => string])[] = [
  ['Requests/s', ({ rps }) => rateText(rps)],
  ['Speed-up', ({ speedup }) => timesText(speedup)],
  ['Efficiency', ({ efficiency }) => shareText(efficiency)],
  ['p50', ({ p50Ms }) => durationText(p50Ms)],
  ['p95', ({ p95Ms }) => durationText(p95Ms)],
  ['p99', ({ p99Ms }) => durationText(p99Ms)],
  ['429s', ({ throttled }) => countText(throttled)],
  ['Errors', ({ errors }) => countText(errors)],
]

/** Table of all rows, with the sweet spot highlighted. */
export function rowsTable(report: BenchmarkReport): Markup {
  const { best } = keyRows(report)
  const { requestsPerRow, repeat } = report
  const rounds = repeat === 1 ? 'in one round' : `in each of ${countText(repeat)} rounds, medians`
  const badge = markup`<span class="badge">best</span>`
  return table(report.rows, {
    caption: `${countText(requestsPerRow)} requests per row ${rounds}`,
    columns: [
      ['Mode', 'text', (row) => markup`<bdi>${modeText(row.mode)}</bdi>${row === best ? badge : undefined}`],
      ['At once', 'number', ({ concurrency }) => countText(concurrency)],
      ['Wall time', 'number', (row) => markup`${durationText(row.wallMs)}${rangeOf(row)}`],
      ...rowFigures.map(([heading, text]): Column<BenchmarkRow> => [heading, 'number', text]),
    ],
    isBest: (row) => row === best,
  })
}

function rangeOf({ rounds, wallMsRange: [shortest, longest] }: BenchmarkRow): Markup | undefined {
  return rounds > 1 ? markup`<span class="range">${rangeText(shortest, longest)}</span>` : undefined
}
