import type { RunBar, RunReport } from '@sluice/report'
import type { LiveWorker } from './run-list.ts'

/** Snapshot of a run: plain data of bounded size, with credentials masked. */
export interface LiveRun {
  /** Figures so far. */
  readonly report: RunReport
  /** `idle` if it is unfinished and no process works on it. */
  readonly state: 'running' | 'paused' | 'stopping' | 'idle' | 'ended'
  /** Results per second over the last ten seconds. */
  readonly rate: number
  /** Estimated milliseconds until the end; absent if the number of inputs is unknown. */
  readonly etaMs?: number
  readonly inFlight: number
  readonly concurrency: number
  /** Limits that delay calls now. */
  readonly heldBy: readonly string[]
  readonly flights: FlightSeries
  /** Changes of the limits, the latest first. */
  readonly changes: readonly Change[]
  /** Requests in flight, the oldest first. */
  readonly oldest: readonly OpenRequest[]
  /** The last calls, the latest at the end. */
  readonly recent: readonly RunBar[]
  readonly slowest: readonly RunBar[]
  /** The last failures, the latest first. */
  readonly failures: readonly FailedCall[]
  readonly hosts: readonly HostFigures[]
  /** Flags of the run, by name. */
  readonly settings: Readonly<Record<string, string>>
  /** Priority among shared runs; absent for others. */
  readonly priority?: number
  /** True if the failures of this stored run can be put back now. */
  readonly canRetry?: boolean
  /** Workers on a shared run. */
  readonly workers?: readonly LiveWorker[]
}

/** Requests in flight and their limit, in steps of equal length from the start of the run. */
export interface FlightSeries {
  readonly stepMs: number
  /** Maximum number in flight in each step. */
  readonly inFlight: readonly number[]
  readonly limit: readonly number[]
}

export interface Change {
  /** Milliseconds since the start of the run. */
  readonly atMs: number
  readonly text: string
}

export interface OpenRequest {
  readonly request: string
  /** Number of the attempt, from 1. */
  readonly attempt: number
  readonly forMs: number
}

export interface FailedCall {
  readonly call: RunBar
  readonly atMs: number
  readonly code: string
  readonly message: string
}

export interface HostFigures {
  readonly host: string
  readonly inFlight: number
  readonly requests: number
  readonly failed: number
  readonly throttled: number
}

/** Control command from the page. */
export type Control =
  | { readonly action: 'pause' | 'continue' | 'stop' }
  | { readonly action: 'concurrency'; readonly value: number }
  /** Replaces all rates. */
  | { readonly action: 'rate'; readonly value: string }
  /** Puts the failures of a stored run back: all, or those with one code and message. */
  | { readonly action: 'retry'; readonly error?: { readonly code: string; readonly message: string } }
  /** Priority of a shared run. */
  | { readonly action: 'priority'; readonly value: number }
