import type { BenchmarkReport } from 'sluice/benchmark'
import { type BenchFlags, type BenchRequestFlags, benchRequestOptions } from '../options/bench-options.ts'
import { isTypedSecret } from '../run/stored-settings.ts'
import { sweetSpotRow } from './bench-table.ts'

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
