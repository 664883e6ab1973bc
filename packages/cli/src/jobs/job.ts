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

/** Running calls, and their results as they complete, each with its index in the input. */
export interface Work extends AsyncIterable<CallResult> {
  readonly progress: Progress
  /** True while it is paused from outside and sends nothing. */
  readonly isPaused?: boolean
  /** Reason why it was stopped early, if it was. */
  readonly stopReason: string | undefined
  /** Starts no further calls, and lets those in flight finish. */
  stop(reason?: string, grace?: number): void
}

export interface Beginning {
  readonly client: Client
  readonly statistics: RunStatistics
  readonly time: TimeShares
  /** Stops the reading of the input. */
  readonly reading: AbortSignal
  /** Stops everything immediately. */
  readonly abort: AbortSignal
}

/** Outcome of a job concerning the results. */
export interface JobEnd {
  /** True if every input has its result. */
  readonly isWhole: boolean
  /** Notes for people. */
  readonly notes: readonly string[]
  /** The stored run, if there is one. */
  readonly stored?: StoredSummary
  /** Results for a report that is requested but not written yet. */
  readonly collected?: CollectedRun
}

/** A set of inputs: how their calls are made, and where the results go. */
export interface Job {
  /** Quotas that the client restores and saves. */
  readonly quotaMemory?: QuotaMemory | undefined
  /** Policies around each attempt. */
  readonly perAttempt: readonly Policy[]
  begin(beginning: Beginning): Promise<Work>
  /** Writes a final result. Returns what was written: a failure if the result could not be. */
  keep(result: CallResult): CallResult | Promise<CallResult>
  /** Completes the outputs; `wasStopped` is true if there may be inputs without a result. */
  end(wasStopped: boolean): Promise<JobEnd>
  /** Releases its resources if it could not start. */
  abandon(): Promise<void>
}

/** Parts of a session: the plan, the flags, and the environment. */
export interface SessionParts {
  readonly plan: FetchPlan
  readonly flags: FetchFlags
  readonly io: Io
  readonly terminal: Terminal
  readonly redact: Redact
}
