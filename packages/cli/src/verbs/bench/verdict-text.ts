import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow, LimitedBy } from 'sluice/internal'
import { type BenchFlags, type BenchRequestFlags, benchRequestOptions } from '../../flags/bench-flags.ts'
import { isTypedSecret } from '../../plan/stored-settings.ts'
import { paint, type Style } from '../../terminal/talk.ts'
import { cleanText, countText, wrapText } from '../../terminal/text.ts'
import { rateText, sweetSpotRow, timeText } from './bench-table.ts'

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

export interface NextOptions {
  readonly urls: readonly string[]
  readonly flags: BenchFlags
  /** The profile that was saved. */
  readonly profile: string | undefined
  readonly redact: (text: string) => string
}

/** What to type next: the same requests with the best number at once; and a benchmark that tries more, where that may help. */
export function nextCommands(report: BenchmarkReport, { urls, flags, profile, redact }: NextOptions): string[] {
  const spot = sweetSpotRow(report)
  if (spot === undefined) return []
  const what = [...urls.map((url) => quoted(redact(url))), ...requestFlags(flags, redact)].join(' ')
  const yes = flags.yes === true ? ' --yes' : ''
  const how = profile === undefined ? `-c ${spot.concurrency}` : `--profile ${profile}`
  const highest = Math.max(...report.rows.filter(({ mode }) => mode === 'concurrent').map((row) => row.concurrency))
  const helps = report.limitedBy === 'concurrency' && spot.concurrency === highest
  const levels = [1, 2, 4].map((factor) => factor * highest)
  return [
    `sluice fetch ${what} ${how}`,
    ...(helps ? [`sluice bench ${what} --levels ${levels.join(',')} -n ${levels.at(-1)}${yes}`] : []),
  ]
}

/** Those of the session and of the display are not taken over. */
const left: ReadonlySet<string> = new Set(['quiet', 'color'])

function requestFlags(flags: BenchRequestFlags, redact: (text: string) => string): string[] {
  return Object.entries(benchRequestOptions).flatMap(([name, spec]) => {
    const value = flags[name as keyof BenchRequestFlags]
    const flag = spec.flags.split(/[ ,]+/)[0]!
    if (value === undefined || left.has(name)) return []
    if (typeof value === 'boolean') return value === spec.flags.includes('--no-') ? [] : [flag]
    const values = Array.isArray(value) ? (value as readonly string[]) : [String(value)]
    return values.map((text) => `${flag} ${isSecret(name, text) ? '…' : quoted(redact(text))}`)
  })
}

function isSecret(name: string, text: string): boolean {
  if (name === 'header') return isTypedSecret(text)
  return name === 'auth' && !/^\w+:([^:]*:)?(env|file):/.test(text)
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
