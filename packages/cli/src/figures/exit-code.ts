import type { BenchmarkReport } from 'sluice/benchmark'

/** Thresholds that make a finished run fail. */
export interface Thresholds {
  /** Maximum share of failures among the results. 0: any failure. */
  readonly maxFailedShare: number
  /** Minimum share of successes. */
  readonly minSuccess: number | undefined
  /** Maximum 95th percentile of an attempt in milliseconds. */
  readonly maxP95: number | undefined
  /** Milliseconds after the first failure until a run without any success is stopped. */
  readonly giveUpAfter: number
}

/** Parts of a run's outcome that determine the exit code. */
export interface RunEnding {
  readonly signal: 'SIGINT' | 'SIGTERM' | undefined
  readonly badInput: boolean
  readonly succeeded: number
  readonly failed: number
  /** Failures with status 401 or 403. */
  readonly refusedAccess: number
  /** Failures without a connection. */
  readonly unreached: number
  readonly stoppedEarly: boolean
  /** True if the run was stopped because nothing had succeeded. */
  readonly gaveUp: boolean
  readonly p95: number
}

/** Meanings of the exit codes, shown by `sluice help exit-codes`. */
export const exitCodes: ReadonlyMap<number, string> = new Map([
  [0, 'all succeeded'],
  [1, 'internal error'],
  [2, 'bad usage, configuration or input'],
  [3, 'finished, but some failed (see --fail-on)'],
  [4, 'authentication needed or refused: every failure was 401 or 403'],
  [5, 'a threshold was missed (--max-p95, --min-success)'],
  [6, 'no host could be reached, or nothing succeeded within --give-up-after'],
  [7, 'stopped with work left; with --store, sluice resume continues it'],
  [130, 'stopped by Ctrl-C (SIGINT)'],
  [143, 'stopped by SIGTERM, or because its terminal was closed'],
])

/** Exit code of a run. Where several apply, the most actionable one wins. */
export function exitCodeOf(ending: RunEnding, thresholds: Thresholds): number {
  const { succeeded, failed } = ending
  const done = succeeded + failed
  if (ending.signal !== undefined) return ending.signal === 'SIGINT' ? 130 : 143
  if (ending.badInput) return 2
  if (failed > 0 && ending.refusedAccess === failed && thresholds.maxFailedShare !== Number.POSITIVE_INFINITY) return 4
  if (ending.gaveUp || (succeeded === 0 && failed > 0 && ending.unreached === failed)) return 6
  if (thresholds.minSuccess !== undefined && done > 0 && succeeded / done < thresholds.minSuccess) return 5
  if (thresholds.maxP95 !== undefined && ending.p95 > thresholds.maxP95) return 5
  if (ending.stoppedEarly) return 7
  if (done > 0 && failed / done > thresholds.maxFailedShare) return 3
  return 0
}

/** Error codes that mean that there was no connection. */
export const unreached: ReadonlySet<string> = new Set([
  'SLUICE_DNS',
  'SLUICE_CONNECT',
  'SLUICE_CONNECT_TIMEOUT',
  'SLUICE_TLS',
  'SLUICE_PROXY',
])

/** Exit code of a completed benchmark: 0, 3, 4 or 6, with the same meanings as for `fetch`. */
export function benchExitCode({ rows, errors = [] }: BenchmarkReport): number {
  const sent = rows.reduce((sum, { requests }) => sum + requests, 0)
  const failed = errors.reduce((sum, { count }) => sum + count, 0)
  if (failed === 0) return 0
  if (rows.every(({ rpsRange }) => rpsRange[1] === 0)) {
    if (errors.every(({ status }) => status === 401 || status === 403)) return 4
    if (errors.every(({ code, status }) => status === undefined && unreached.has(code))) return 6
  }
  return failed > sent / 2 ? 3 : 0
}
