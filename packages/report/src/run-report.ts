import type { WaterfallBar } from 'sluice/internal'

/** Failures that have the same code and message. */
export interface ReportedError {
  readonly code: string
  readonly message: string
  readonly count: number
  /** The first one. */
  readonly example: string
}

/** How a run went, in slices of the same length: index 0 begins with the run. */
export interface RunSeries {
  /** Milliseconds of one slice. */
  readonly sliceMs: number
  /** Results in each slice. */
  readonly succeeded: readonly number[]
  readonly failed: readonly number[]
  /** Attempts of the results of each slice that were refused because of a rate or a quota. */
  readonly throttled: readonly number[]
  /** Milliseconds of the attempts of each slice; `null` where there were none. */
  readonly p50Ms: readonly (number | null)[]
  readonly p95Ms: readonly (number | null)[]
}

/** One call in the waterfall of a run: its last attempt, and what came before. */
export interface RunBar extends WaterfallBar {
  /** Id in the results, with credentials masked. */
  readonly id: string
  readonly attempts: number
  /** Waiting between its attempts. */
  readonly backoffMs: number
}

/** Report of a run that finished or was stopped: plain data of bounded size. */
export interface RunReport {
  readonly schema: 1
  /** Name of the run in the store, or its targets. */
  readonly title: string
  /** ISO 8601. */
  readonly startedAt: string
  /** Why it was stopped before its end, if it was. */
  readonly stopped?: string
  readonly done: number
  readonly succeeded: number
  readonly failed: number
  readonly unfinished: number
  readonly skipped: number
  /** How often each final status, or code of an error without status, came up. */
  readonly statuses: Readonly<Record<string, number>>
  readonly elapsedMs: number
  /** Results per second. */
  readonly throughput: number
  readonly requests: number
  readonly requestsPerItem: number
  /** Requests that were refused because of a rate or a quota, as a share of all. */
  readonly throttledShare: number
  /** Milliseconds of one attempt. */
  readonly attemptMs: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'max', number>>
  /** Milliseconds in which at least one call waited, by the limit; `backoff` is added up over all calls. Empty if it is not known. */
  readonly waitedMs: Readonly<Record<string, number>>
  /** The limit that held the run back most, `server` if none did for long; missing if it is not known. */
  readonly limitedBy?: string
  readonly errors: readonly ReportedError[]
  readonly series: RunSeries
  /** The first calls of the run, in the order in which they began. */
  readonly waterfall: readonly RunBar[]
}

/** Options of a report. */
export interface ReportOptions {
  /** The version of the program that made it, for the last line. */
  readonly version?: string
}
