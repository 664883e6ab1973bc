import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow, LimitedBy } from 'sluice/internal'
import { cleanText } from '../outputs/clean-text.ts'
import { countText } from '../reporters/count-text.ts'
import { paint, type Style } from '../reporters/style.ts'
import { rateText, sweetSpotRow, timeText } from './bench-table.ts'
import { wrapText } from './wrap-text.ts'

/** Kinds of errors that are shown. */
const mostErrors = 5

const limits: Readonly<Record<LimitedBy, string>> = {
  concurrency: 'nothing yet but the number at once',
  'rate-limit': 'a limit that is kept',
  'server-capacity': 'what the API can do at once',
  'client-cpu': 'this machine',
  network: 'the line between',
  unknown: 'not known',
}

/** What the table means, in words; `next` are commands to type. */
export function verdictText(report: BenchmarkReport, next: readonly string[], width: number, style: Style): string {
  const lines: [name: string, text: string][] = [
    ['sweet spot', sweetSpotText(sweetSpotRow(report))],
    ['limited by', `${limits[report.limitedBy]}: ${cleanText(report.evidence)}`],
    ...named('errors', errorTexts(report)),
    ...named('note', report.notes.map(cleanText)),
  ]
  const label = (name: string): string => paint(style, 'dim', name.padEnd(labelWidth))
  const wrapped = lines.flatMap(([name, text]) =>
    wrapText(text, Math.max(20, width - labelWidth - 2)).map(
      (line, index) => `  ${label(index === 0 ? name : '')}${line}\n`,
    ),
  )
  // Commands are to be copied: they are in one piece.
  const commands = named('next', next).map(([name, text]) => `  ${label(name)}${paint(style, 'bold', text)}\n`)
  return [...wrapped, ...commands].join('')
}

const labelWidth = 12

function sweetSpotText(row: BenchmarkRow | undefined): string {
  if (row === undefined) return 'none: no request succeeded'
  const { mode, concurrency, speedup, rps, p95Ms, requests, throttled, errors } = row
  const where = mode === 'reused' ? 'one at a time over one connection' : `${countText(concurrency)} at once`
  const than = mode === 'reused' ? 'with a new connection for each' : 'one after another'
  const failed = throttled + errors
  const bad = failed === 0 ? '' : `; ${countText(failed)} of its ${countText(requests)} requests failed or were refused`
  return `${where}: ${speedup.toFixed(1)} times as fast as ${than}, ${rateText(rps)} requests/s, 95 % within ${timeText(p95Ms)}${bad}`
}

function errorTexts({ errors = [] }: BenchmarkReport): string[] {
  const shown = errors
    .slice(0, mostErrors)
    .map(({ code, message, count }) => `${countText(count)} x ${code} ${cleanText(message)}`)
  const more = errors.length - shown.length
  return more > 0 ? [...shown, `and ${more} other kinds`] : shown
}

function named(name: string, texts: readonly string[]): [string, string][] {
  return texts.map((text, index) => [index === 0 ? name : '', text])
}
