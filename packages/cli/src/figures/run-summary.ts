import type { ErrorGroup, RunStatistics } from './run-statistics.ts'

/** What the summary tells of a run that is kept. */
export interface StoredSummary {
  readonly name: string
  readonly store: string
  /** Results in all, of this session and earlier ones. */
  readonly succeeded: number
  readonly failed: number
  readonly parked: number
  /** When the first parked item is due. */
  readonly nextDueAt?: string
  /** Whether nothing is left to do. */
  readonly isFinished: boolean
  /** Commands that go on from here. */
  readonly next: readonly string[]
}

/** What `--summary` writes. Fields are added, never renamed; `schema` counts what cannot be helped. */
export interface RunSummary {
  readonly schema: 1
  readonly exitCode: number
  /** Why it was stopped before its end, if it was. */
  readonly stopped?: string
  /** Results: succeeded and failed together. */
  readonly done: number
  readonly succeeded: number
  readonly failed: number
  /** Read, and stopped before they were done. */
  readonly unfinished: number
  /** Not fetched, because their file was there. */
  readonly skipped: number
  /** How often each final status, or code of an error without status, came up. */
  readonly statuses: Readonly<Record<string, number>>
  readonly elapsedMs: number
  /** Results per second. */
  readonly throughput: number
  /** Requests that were sent: of every attempt, and of every redirect. */
  readonly requests: number
  readonly requestsPerItem: number
  /** Requests that were refused because of a rate or a quota, as a share of all. */
  readonly throttledShare: number
  /** Milliseconds of one attempt. */
  readonly attemptMs: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'max', number>>
  /** Milliseconds in which at least one call waited, by the limit; `backoff` is added up over all calls. */
  readonly waitedMs: Readonly<Record<string, number>>
  /** How many could be in flight at the end: what was found, where it is automatic. */
  readonly concurrency: number
  /** Whether that was found by itself. */
  readonly isAuto: boolean
  /** The limit that held the run back most, or `server` if none did for long. */
  readonly limitedBy: string
  readonly errors: readonly ErrorGroup[]
  /** What is known of the stored run, over all its sessions; the other figures are of this one. */
  readonly run?: StoredSummary
}

export interface SummaryParts {
  readonly statistics: RunStatistics
  readonly elapsed: number
  readonly waits: ReadonlyMap<string, number>
  readonly exitCode: number
  readonly stopped: string | undefined
  /** Items that were read from the input, whether done or not. */
  readonly read: number
  readonly concurrency: number
  readonly isAuto: boolean
  readonly stored?: StoredSummary | undefined
}

/** A limit that held calls back for less than this share of the time did not limit the run. */
const noticeable = 0.1

/** Draws up what a run has come to. */
export function summarize({
  statistics,
  elapsed,
  waits,
  exitCode,
  stopped,
  read,
  concurrency,
  isAuto,
  stored,
}: SummaryParts): RunSummary {
  const { done, requests } = statistics
  const round = (value: number): number => Math.round(value * 10) / 10
  const waited = [...waits].filter(([, wait]) => wait >= 1).sort(([, a], [, b]) => b - a)
  const [longest] = waited
  return {
    schema: 1,
    exitCode,
    ...(stopped === undefined ? undefined : { stopped }),
    done,
    succeeded: statistics.succeeded,
    failed: statistics.failed,
    // Not counted one by one: what is torn down at once has no result at all.
    unfinished: stopped === undefined ? 0 : Math.max(0, read - done),
    skipped: statistics.skipped,
    statuses: Object.fromEntries([...statistics.statuses].sort(([, a], [, b]) => b - a)),
    elapsedMs: round(elapsed),
    throughput: elapsed === 0 ? 0 : round((done * 1_000) / elapsed),
    requests,
    requestsPerItem: done === 0 ? 0 : Math.round((requests / done) * 1_000) / 1_000,
    throttledShare: requests === 0 ? 0 : Math.round((statistics.throttled / requests) * 10_000) / 10_000,
    attemptMs: {
      p50: round(statistics.percentile(50)),
      p90: round(statistics.percentile(90)),
      p95: round(statistics.percentile(95)),
      p99: round(statistics.percentile(99)),
      max: round(statistics.longest),
    },
    waitedMs: {
      ...Object.fromEntries(waited.map(([gate, wait]) => [gate, round(wait)])),
      ...(statistics.backoff < 1 ? undefined : { backoff: round(statistics.backoff) }),
    },
    concurrency,
    isAuto,
    limitedBy: longest !== undefined && longest[1] >= elapsed * noticeable ? longest[0] : 'server',
    errors: statistics.errors,
    ...(stored === undefined ? undefined : { run: stored }),
  }
}
