import type { Bench, Comparison } from './bench.ts'
import type { Spread } from './statistics.ts'

/** One comparison. */
export interface Row {
  /** By which it is chosen on the command line. */
  readonly name: string
  readonly title: string
  /** Work of the row, and how it is counted. */
  readonly about: string
  readonly measure: (bench: Bench) => Promise<Findings>
}

/** Result of a row. */
export interface Findings {
  readonly head: readonly string[]
  readonly lines: readonly (readonly string[])[]
  readonly verdicts: readonly Verdict[]
  readonly comparison: Comparison
}

/** A target, and whether the median meets it. */
export interface Verdict {
  readonly figure: string
  readonly measured: Spread
  readonly limit: number
  readonly isMet: boolean
  /** How the numbers are written. */
  readonly format: (value: number) => string
  readonly direction: 'at most' | 'at least'
}

export function atMost(figure: string, measured: Spread, limit: number, format = times): Verdict {
  return { figure, measured, limit, isMet: measured.median <= limit, format, direction: 'at most' }
}

export function atLeast(figure: string, measured: Spread, limit: number, format = times): Verdict {
  return { figure, measured, limit, isMet: measured.median >= limit, format, direction: 'at least' }
}

export function times(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} x`
}
