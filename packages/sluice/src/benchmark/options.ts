import { flag, wholeNumber } from '../errors/checks.ts'
import { SettingsError } from '../errors/settings-error.ts'
import type { BenchmarkMode } from './report.ts'
import { type Effort, systemEffort } from './system-effort.ts'

/** Options of a benchmark. */
export interface BenchmarkOptions {
  /** Requests of each row in each round. A shorter list is repeated. @default 50 */
  readonly count?: number | undefined
  /** Concurrency levels to try. Those above `count` are skipped; 1 is the row `reused`. @default [1, 5, 10, 20, 50] */
  readonly levels?: readonly number[] | undefined
  /** Number of rounds; each measures every row. @default 3 */
  readonly repeat?: number | undefined
  /** True to measure automatic concurrency, too. @default true */
  readonly auto?: boolean | undefined
  /** Aborting ends the measurement, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Called before each measurement of a row. */
  readonly onTurn?: ((turn: BenchmarkTurn) => void) | undefined
  /** Called with the number of requests sent so far, after each one. */
  readonly onSent?: ((sent: number) => void) | undefined
  /** Measures the load of this machine during a row. @default event loop and CPU of this process */
  readonly effort?: Effort | undefined
}

/** The next measurement. */
export interface BenchmarkTurn {
  /** From 1. */
  readonly round: number
  readonly rounds: number
  /** `warm-up` opens connections for the rows after it, and is not counted. */
  readonly mode: BenchmarkMode | 'warm-up'
  readonly concurrency: number | 'auto'
  /** Requests sent so far. */
  readonly sent: number
}

/** Validated options. */
export interface BenchmarkSettings {
  readonly count: number
  /** Levels from 2 up, in ascending order without duplicates. */
  readonly levels: readonly number[]
  /** Levels that were given, but exceed `count`. */
  readonly pointless: readonly number[]
  readonly repeat: number
  readonly auto: boolean
  readonly signal: AbortSignal | undefined
  readonly onTurn: (turn: BenchmarkTurn) => void
  readonly onSent: (sent: number) => void
  readonly effort: Effort
}

const defaultLevels = [1, 5, 10, 20, 50]

/** Validates the options and fills in defaults. @throws SettingsError that names the option */
export function resolveBenchmark(options: BenchmarkOptions = {}): BenchmarkSettings {
  const count = wholeNumber('count', options.count ?? 50, 1)
  const { levels = defaultLevels } = options
  if (!Array.isArray(levels)) throw new SettingsError('levels: expected a list of whole numbers')
  const sorted = [...new Set(levels.map((level) => wholeNumber('levels', level, 1)))].sort((a, b) => a - b)
  return {
    count,
    levels: sorted.filter((level) => level > 1 && level <= count),
    pointless: options.levels === undefined ? [] : sorted.filter((level) => level > count),
    repeat: wholeNumber('repeat', options.repeat ?? 3, 1),
    auto: flag('auto', options.auto ?? true),
    signal: options.signal,
    onTurn: options.onTurn ?? (() => {}),
    onSent: options.onSent ?? (() => {}),
    effort: options.effort ?? systemEffort,
  }
}
