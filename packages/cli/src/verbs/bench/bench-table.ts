import { formatDuration } from 'sluice'
import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow } from 'sluice/internal'
import { paint, type Style } from '../../terminal/terminal.ts'
import { countText } from '../../terminal/text.ts'

interface Column {
  readonly title: string
  readonly cell: (row: BenchmarkRow) => string
  /** On a narrow terminal the column with the highest value is dropped first; without a value it stays. */
  readonly dispensable?: number
}

const columns: readonly Column[] = [
  { title: 'time', cell: ({ wallMs }) => timeText(wallMs) },
  { title: 'range', cell: ({ wallMsRange: [from, to] }) => rangeText(from, to), dispensable: 3 },
  { title: 'req/s', cell: ({ rps }) => rateText(rps) },
  { title: 'speed-up', cell: ({ speedup }) => `${speedup.toFixed(1)} x` },
  { title: 'effic.', cell: ({ efficiency }) => `${Math.round(efficiency * 100)} %`, dispensable: 2 },
  { title: 'p50', cell: ({ p50Ms }) => timeText(p50Ms), dispensable: 1 },
  { title: 'p95', cell: ({ p95Ms }) => timeText(p95Ms) },
  { title: 'p99', cell: ({ p99Ms }) => timeText(p99Ms), dispensable: 4 },
  { title: '429s', cell: ({ throttled }) => countText(throttled) },
  { title: 'errors', cell: ({ errors }) => countText(errors) },
]

/** Table of the rows, with the best one marked. On a narrow terminal the least important columns are dropped. */
export function benchTable(report: BenchmarkReport, width: number, style: Style): string {
  const spot = sweetSpotRow(report)
  const names = ['at once', ...report.rows.map((row) => rowName(row, row === spot))]
  let shown = columns
  let lines = layOut(names, shown, report.rows)
  while (lines[0]!.length > width) {
    const next = Math.max(...shown.map(({ dispensable = 0 }) => dispensable))
    if (next === 0) break
    shown = shown.filter(({ dispensable }) => dispensable !== next)
    lines = layOut(names, shown, report.rows)
  }
  return lines
    .map((line, index) => {
      if (index === 0) return `${paint(style, 'dim', line)}\n`
      return `${report.rows[index - 1] === spot ? paint(style, ['bold', 'green'], line) : line}\n`
    })
    .join('')
}

/** Row of the best concurrency. */
export function sweetSpotRow({ rows, sweetSpot }: BenchmarkReport): BenchmarkRow | undefined {
  return rows.find(({ mode, concurrency }) => (mode === 'reused' || mode === 'concurrent') && concurrency === sweetSpot)
}

/** Lines of equal width. */
function layOut(names: readonly string[], shown: readonly Column[], rows: readonly BenchmarkRow[]): string[] {
  const nameWidth = Math.max(...names.map(({ length }) => length))
  const lines = names.map((name) => name.padEnd(nameWidth))
  for (const { title, cell } of shown) {
    const cells = [title, ...rows.map(cell)]
    const width = Math.max(...cells.map(({ length }) => length))
    for (const [index, text] of cells.entries()) lines[index] += `  ${text.padStart(width)}`
  }
  return lines
}

function rowName({ mode, concurrency }: BenchmarkRow, isSpot: boolean): string {
  const name =
    mode === 'sequential'
      ? '1, new conn.'
      : mode === 'reused'
        ? '1, reused'
        : mode === 'auto'
          ? `auto: ${concurrency}`
          : `${concurrency}`
  return isSpot ? `* ${name} sweet spot` : `  ${name}`
}

/** Duration with tenths of a millisecond if they matter: `3.4 ms`. */
export function timeText(milliseconds: number): string {
  return milliseconds < 9.95 ? `${milliseconds.toFixed(1)} ms` : formatDuration(milliseconds)
}

function rangeText(from: number, to: number): string {
  const [low, high] = [timeText(from), timeText(to)]
  if (low === high) return high
  const unit = /(?<![a-z])[a-z]+$/.exec(high)?.[0] ?? ''
  const isShort = low.split(' ').length === 2 && high.split(' ').length === 2 && low.endsWith(` ${unit}`)
  return isShort ? `${low.split(' ')[0]}-${high}` : `${low}-${high}`
}

/** `1,234`, `46.7` */
export function rateText(rps: number): string {
  return rps >= 100 ? countText(Math.round(rps)) : rps.toFixed(1)
}
