import type { CallResult, Client, Policy, Progress, QuotaMemory } from 'sluice'
import type { CollectedRun } from '../figures/run-collector.ts'
import type { StoredSummary } from '../figures/run-figures.ts'
import type { RunStatistics } from '../figures/run-statistics.ts'
import type { TimeShares } from '../figures/time-shares.ts'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import type { Io } from '../io.ts'
import type { Redact } from '../outputs/redactor.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Calls under way, and their results as they come: each with its place in the input. */
export interface Work extends AsyncIterable<CallResult> {
  readonly progress: Progress
  /** True while it sends nothing because it was paused from outside. */
  readonly isPaused?: boolean
  /** Why it was stopped before its end, if it was. */
  readonly stopReason: string | undefined
  /** Begins nothing more, and lets what is in flight finish. */
  stop(reason?: string, grace?: number): void
}

export interface Beginning {
  readonly client: Client
  readonly statistics: RunStatistics
  readonly time: TimeShares
  /** Ends the reading of the input. */
  readonly reading: AbortSignal
  /** Ends everything at once. */
  readonly abort: AbortSignal
}

/** How a job has ended, as far as the results go. */
export interface JobEnd {
  /** True if every input has its result. */
  readonly isWhole: boolean
  /** Notes for people. */
  readonly notes: readonly string[]
  /** The stored run, if it is one. */
  readonly stored?: StoredSummary
  /** Results for a report that is wanted and not written yet. */
  readonly collected?: CollectedRun
}

/** A set of inputs: how their calls are made, and where the results go. */
export interface Job {
  /** Quotas that the client remembers. */
  readonly quotaMemory?: QuotaMemory | undefined
  /** Policies around each request that goes out. */
  readonly perAttempt: readonly Policy[]
  begin(beginning: Beginning): Promise<Work>
  /** Hands on a result that has come to its end. Returns it as it was handed on: as a failure if it could not be written. */
  keep(result: CallResult): Promise<CallResult>
  /** Puts everything in its place; `wasStopped` if there may be inputs without a result. */
  end(wasStopped: boolean): Promise<JobEnd>
  /** Releases what it holds, when it could not begin. */
  abandon(): Promise<void>
}

/** Parts of a session: the plan, the flags, and the world around it. */
export interface SessionParts {
  readonly plan: FetchPlan
  readonly flags: FetchFlags
  readonly io: Io
  readonly terminal: Terminal
  readonly redact: Redact
}
