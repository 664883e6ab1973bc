import type { EndFigures, HostTrouble, RunFigures } from '@sluice/report'
import type { Progress } from 'sluice'
import type { Thresholds } from './exit-code.ts'
import { missedThresholds } from './missed-thresholds.ts'
import type { RunStatistics } from './run-statistics.ts'

/** Counts and times from which figures are computed. */
export interface Counted {
  readonly succeeded: number
  readonly failed: number
  readonly requests: number
  /** Requests refused because of a rate or a quota. */
  readonly throttled: number
  /** Duration of the run in milliseconds. */
  readonly elapsedMs: number
  readonly statuses: ReadonlyMap<string, number>
  readonly errors: RunFigures['errors']
  /** Duration of an attempt in milliseconds at this percentile; 100 returns the maximum. */
  readonly percentile: (percent: number) => number
}

/** Computes the figures of a run from its counts. */
export function figuresOf(counted: Counted): RunFigures {
  const { succeeded, failed, requests, throttled, elapsedMs, statuses, errors, percentile } = counted
  const done = succeeded + failed
  const at = (percent: number): number => tenths(percentile(percent))
  return {
    succeeded,
    failed,
    statuses: Object.fromEntries([...statuses].sort(([, a], [, b]) => b - a)),
    elapsedMs,
    requests,
    requestsPerItem: done === 0 ? 0 : Math.round((requests / done) * 1_000) / 1_000,
    throttledShare: requests === 0 ? 0 : Math.round((throttled / requests) * 10_000) / 10_000,
    attemptMs: { p50: at(50), p90: at(90), p95: at(95), p99: at(99), max: at(100) },
    errors,
  }
}

/** Results per second, rounded to one decimal. */
export function throughputOf(done: number, elapsedMs: number): number {
  return elapsedMs === 0 ? 0 : tenths((done * 1_000) / elapsedMs)
}

/** Rounds to one decimal. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

/** The stored run in a summary, over all its sessions. */
export interface StoredSummary {
  readonly name: string
  readonly store: string
  /** Results over this session and earlier ones. */
  readonly succeeded: number
  readonly failed: number
  readonly parked: number
  /** Date when the first parked item is due. */
  readonly nextDueAt?: string
  readonly isFinished: boolean
  /** Suggested next commands. */
  readonly next: readonly string[]
}

/** JSON of `--summary`. Fields are added, never renamed; `schema` changes with incompatible changes. */
export interface RunSummary extends EndFigures {
  readonly exitCode: number
  /** Limit of calls in flight at the end; with automatic concurrency, the best one found. */
  readonly concurrency: number
  /** True if the limit was found automatically. */
  readonly isAuto: boolean
  /** Main limit of the run, by time: a limit, `server`, `input`, `output`, `backoff` and others. */
  readonly limitedBy: string
  /** The stored run over all its sessions; all other figures are of this session. */
  readonly run?: StoredSummary
}

export interface SummaryParts {
  readonly statistics: RunStatistics
  readonly elapsed: number
  readonly waits: ReadonlyMap<string, number>
  readonly exitCode: number
  readonly stopped: string | undefined
  readonly progress: Progress
  /** Milliseconds by limit of the run, the longest first. */
  readonly limits: ReadonlyMap<string, number>
  readonly hosts: readonly HostTrouble[]
  readonly concurrency: number
  readonly isAuto: boolean
  readonly thresholds: Thresholds
  readonly stored?: StoredSummary | undefined
}

/** Number of known inputs without a result. `total` includes the skipped inputs until all are read. */
export function leftOver({ total, read, done }: Progress, skipped: number): number {
  if (total === undefined) return Math.max(0, read - done)
  return Math.max(0, total - done - (total === read ? 0 : skipped))
}

/** Maximum number of error kinds of attempts in a summary. */
const maxAttemptErrors = 20

/** Summary of a run in this process. */
export function summarize(parts: SummaryParts): RunSummary {
  const { statistics, elapsed, waits, exitCode, stopped, progress, limits, hosts, concurrency, isAuto, stored } = parts
  const { thresholds } = parts
  const { done, skipped, backoff } = statistics
  const waited = [...waits].filter(([, wait]) => wait >= 1).sort(([, a], [, b]) => b - a)
  const [limitedBy = 'server'] = limits.keys()
  const figures = figuresOf({
    succeeded: statistics.succeeded,
    failed: statistics.failed,
    requests: statistics.requests,
    throttled: statistics.throttled,
    elapsedMs: tenths(elapsed),
    statuses: statistics.statuses,
    errors: statistics.errors,
    percentile: (percent) => statistics.percentile(percent),
  })
  const missed = missedThresholds({ ...figures, done }, thresholds)
  return {
    schema: 1,
    exitCode,
    ...(stopped === undefined ? undefined : { stopped }),
    done,
    // Computed, not counted: calls that are aborted immediately have no result.
    unfinished: stopped === undefined ? 0 : leftOver({ ...progress, done }, skipped),
    ...(progress.total === undefined ? undefined : { total: progress.total }),
    skipped,
    ...figures,
    ...(missed.length === 0 ? undefined : { missed }),
    attempts: Object.fromEntries([...statistics.attempts].sort(([, a], [, b]) => b - a)),
    attemptErrors: statistics.attemptErrors.slice(0, maxAttemptErrors),
    bytes: statistics.bytes,
    protocols: Object.fromEntries(statistics.protocols),
    throughput: throughputOf(done, elapsed),
    waitedMs: {
      ...Object.fromEntries(waited.map(([limit, wait]) => [limit, tenths(wait)])),
      ...(backoff < 1 ? undefined : { backoff: tenths(backoff) }),
    },
    limitMs: Object.fromEntries(Array.from(limits, ([limit, time]) => [limit, tenths(time)])),
    hosts,
    ...(statistics.keys.size === 0 ? undefined : { keys: Object.fromEntries(statistics.keys) }),
    concurrency,
    isAuto,
    limitedBy,
    ...(progress.spent === undefined ? undefined : { spent: progress.spent }),
    ...(progress.budgetLeft === undefined ? undefined : { budgetLeft: progress.budgetLeft }),
    ...(stored === undefined ? undefined : { run: stored }),
  }
}
