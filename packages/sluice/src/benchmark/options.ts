import { flag, wholeNumber } from '../errors/checks.ts'
import { SettingsError } from '../errors/settings-error.ts'
import type { BenchmarkMode } from './report.ts'
import { type Effort, systemEffort } from './system-effort.ts'

/** How much is measured. */
export interface BenchmarkOptions {
  /** Requests of each row in each round. The list is taken from its beginning, and over again if it is shorter. @default 50 */
  readonly count?: number | undefined
  /** How many at once are tried. Those above `count` are left out; 1 is the row `reused`. @default [1, 5, 10, 20, 50] */
  readonly levels?: readonly number[] | undefined
  /** Rounds, in each of which all rows have their turn. @default 3 */
  readonly repeat?: number | undefined
  /** True if there is a row that finds its concurrency by itself. @default true */
  readonly auto?: boolean | undefined
  /** Aborting ends the measurement, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Called before each turn of a row. */
  readonly onTurn?: ((turn: BenchmarkTurn) => void) | undefined
  /** Called with each request that is sent: how many that makes. */
  readonly onSent?: ((sent: number) => void) | undefined
  /** Measures the cost of a turn on this machine. @default this process: its event loop and its CPU */
  readonly effort?: Effort | undefined
}

/** The measurement to come. */
export interface BenchmarkTurn {
  /** From 1. */
  readonly round: number
  readonly rounds: number
  /** `warm-up` opens the connections that the rows after it use, and is not counted. */
  readonly mode: BenchmarkMode | 'warm-up'
  readonly concurrency: number | 'auto'
  /** Requests sent so far. */
  readonly sent: number
}

/** The options, complete and checked. */
export interface BenchmarkSettings {
  readonly count: number
  /** From 2 up, each once, in order. */
  readonly levels: readonly number[]
  /** Requested, but above `count`. */
  readonly pointless: readonly number[]
  readonly repeat: number
  readonly auto: boolean
  readonly signal: AbortSignal | undefined
  readonly onTurn: (turn: BenchmarkTurn) => void
  readonly onSent: (sent: number) => void
  readonly effort: Effort
}

const defaultLevels = [1, 5, 10, 20, 50]

/** Completes and checks the options. @throws SettingsError that names the option. */
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
