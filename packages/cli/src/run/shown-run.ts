import { type ErrorTally, isFinished, isoDate, percentileOf, type RunTallies } from 'sluice/internal'
import type { StoredRun } from 'sluice/stores'
import { type ShownSharing, workersAt } from './shown-sharing.ts'

/** What `runs show` tells of a run. Fields are added, never renamed. */
export interface ShownRun {
  readonly schema: 1
  readonly name: string
  readonly store: string
  readonly state: 'finished' | 'being worked on' | 'being read' | 'waiting for workers' | 'waiting' | 'interrupted'
  /** The process that works on it. */
  readonly process?: number
  readonly source: string
  readonly createdAt: string
  readonly updatedAt: string
  /** Items that are known to be in the source: all of them if it `hasEnded`. */
  readonly read: number
  readonly hasEnded: boolean
  readonly succeeded: number
  readonly failed: number
  /** Put aside until a date that the server has named. */
  readonly parked: number
  readonly nextDueAt?: string
  /** Requests that were sent: of every attempt, and of every redirect. */
  readonly requests: number
  readonly requestsPerItem: number
  readonly throttledShare: number
  /** Milliseconds that were worked on it. */
  readonly elapsedMs: number
  /** How often each final status, or code of an error without status, came up. */
  readonly statuses: Readonly<Record<string, number>>
  readonly errors: readonly ErrorTally[]
  /** Milliseconds of one attempt, with less than 2 % error. */
  readonly attemptMs: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'max', number>>
  /** Who works on it, if workers do. */
  readonly shared?: ShownSharing
}

/** Draws up what a store knows of a run. */
export function shownRun(
  run: StoredRun,
  { endings, errors, durations }: RunTallies,
  store: string,
  shared?: ShownSharing | undefined,
): ShownRun {
  const { succeeded, failed, parked, requests, throttled, nextDueAt, claimedBy } = run
  const done = succeeded + failed
  const rounded = (percent: number): number => Math.round(percentileOf(durations, percent) * 10) / 10
  return {
    schema: 1,
    name: run.name,
    store,
    state: stateOf(run, shared),
    ...(claimedBy === undefined ? undefined : { process: claimedBy }),
    source: run.source.name,
    createdAt: isoDate(run.createdAt),
    updatedAt: isoDate(run.updatedAt),
    read: run.read,
    hasEnded: run.hasEnded,
    succeeded,
    failed,
    parked,
    ...(nextDueAt === undefined ? undefined : { nextDueAt: isoDate(nextDueAt) }),
    requests,
    requestsPerItem: done === 0 ? 0 : Math.round((requests / done) * 1_000) / 1_000,
    throttledShare: requests === 0 ? 0 : Math.round((throttled / requests) * 10_000) / 10_000,
    elapsedMs: Math.round(run.elapsed),
    statuses: Object.fromEntries([...endings].sort(([, a], [, b]) => b - a)),
    errors,
    attemptMs: { p50: rounded(50), p90: rounded(90), p95: rounded(95), p99: rounded(99), max: rounded(100) },
    ...(shared === undefined ? undefined : { shared }),
  }
}

/** What has become of a run: `waiting` if only parked items are left, `interrupted` if others are and nobody is to do them. */
export function stateOf(run: StoredRun, shared?: Pick<ShownSharing, 'workers'> | undefined): ShownRun['state'] {
  if (run.isShared === true && isFinished(run)) return 'finished'
  if (shared !== undefined && workersAt(shared) > 0) return 'being worked on'
  if (run.claimedBy !== undefined) return run.isShared === true ? 'being read' : 'being worked on'
  if (isFinished(run)) return 'finished'
  const isAllThere = run.succeeded + run.failed + run.parked >= run.read
  if (run.hasEnded && isAllThere) return 'waiting'
  return run.isShared === true && !isAllThere ? 'waiting for workers' : 'interrupted'
}
