import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow, LimitedBy } from 'sluice/internal'
import { type BenchFlags, type BenchRequestFlags, benchRequestFlags } from '../../flags/fetch-flags.ts'
import { type Flag, shownName } from '../../flags/flag.ts'
import { isTypedSecret } from '../../plan/stored-settings.ts'
import { paint, type Style } from '../../terminal/terminal.ts'
import { cleanText, countText, shellWord, wrapText } from '../../terminal/text.ts'
import { rateText, sweetSpotRow, timeText } from './bench-table.ts'

/** Maximum number of error kinds shown. */
const maxErrors = 5

const limits: Readonly<Record<LimitedBy, string>> = {
  concurrency: 'nothing yet but the concurrency',
  'rate-limit': 'a rate limit',
  'server-capacity': 'the capacity of the API',
  'client-cpu': 'this machine',
  network: 'the network',
  unknown: 'unknown',
}

/** Result of a benchmark for people; `next` are suggested commands. */
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
  // Commands are not wrapped, so that they can be copied.
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
    .slice(0, maxErrors)
    .map(({ code, message, count }) => `${countText(count)} x ${code} ${cleanText(message)}`)
  const more = errors.length - shown.length
  return more > 0 ? [...shown, `and ${more} other kinds`] : shown
}

function named(name: string, texts: readonly string[]): [string, string][] {
  return texts.map((text, index) => [index === 0 ? name : '', text])
}

export interface NextOptions {
  readonly urls: readonly string[]
  readonly flags: BenchFlags
  /** The saved profile. */
  readonly profile: string | undefined
  readonly redact: (text: string) => string
}

/**
 * Suggested commands: the same requests with the best concurrency, and a benchmark of higher levels if that may help.
 */
export function nextCommands(report: BenchmarkReport, { urls, flags, profile, redact }: NextOptions): string[] {
  const spot = sweetSpotRow(report)
  if (spot === undefined) return []
  const what = [...urls.map((url) => shellWord(redact(url))), ...requestFlags(flags, redact)].join(' ')
  const yes = flags.yes === true ? ' --yes' : ''
  const rate = flags.rate === undefined ? foundRate(report) : undefined
  const limits = `-c ${spot.concurrency}${rate === undefined ? '' : ` --rate ${rate}`}`
  const how = profile === undefined ? limits : `--profile ${profile}`
  const highest = Math.max(...report.rows.filter(({ mode }) => mode === 'concurrent').map((row) => row.concurrency))
  const helps = report.limitedBy === 'concurrency' && spot.concurrency === highest
  const levels = [1, 2, 4].map((factor) => factor * highest)
  return [
    `sluice fetch ${what} ${how}`,
    ...(helps ? [`sluice bench ${what} --levels ${levels.join(',')} -n ${levels.at(-1)}${yes}`] : []),
  ]
}

function requestFlags(flags: BenchRequestFlags, redact: (text: string) => string): string[] {
  return Object.entries<Flag>(benchRequestFlags).flatMap(([name, flag]) => {
    const value: unknown = flags[name as keyof BenchRequestFlags]
    if (value === undefined || flag.group === 'Display') return []
    const shown = shownName(flag)
    if (typeof value === 'boolean') return value === flag.flag.includes('--no-') ? [] : [shown]
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    const isHidden = (one: unknown): boolean => flag.secret !== 'url' && isTypedSecret(flag, one)
    return values.map((one) => `${shown} ${isHidden(one) ? '…' : shellWord(redact(String(one)))}`)
  })
}

/** Rate that the API sustained at the best concurrency, if a rate is the limit: `40/s` or `90/min`. */
export function foundRate(report: BenchmarkReport): string | undefined {
  const rps = report.limitedBy === 'rate-limit' ? (sweetSpotRow(report)?.rps ?? 0) : 0
  if (rps >= 1) return `${Math.floor(rps)}/s`
  return rps * 60 >= 1 ? `${Math.floor(rps * 60)}/min` : undefined
}
