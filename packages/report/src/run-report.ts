import type { WaterfallBar } from 'sluice/internal'

/** Failures with the same code and message. */
export interface ReportedError {
  readonly code: string
  readonly message: string
  readonly count: number
  /** Id of the first failure. */
  readonly example: string
}

/** A host in trouble: paused now, or without any success so far. */
export interface HostTrouble {
  /** Origin, or name of its partition. */
  readonly host: string
  /** Attempts that failed since the last success. */
  readonly failures: number
  /** True if it has ever responded. */
  readonly hasAnswered: boolean
  /** Text of the last failure. */
  readonly error: string
  /** Milliseconds until the next probe, while it is paused. */
  readonly nextProbeMs?: number
}

/** Counts over the time of a run, in slices of equal length; index 0 starts with the run. */
export interface RunSeries {
  /** Length of a slice in milliseconds. */
  readonly sliceMs: number
  /** Results in each slice. */
  readonly succeeded: readonly number[]
  readonly failed: readonly number[]
  /** Refused attempts (rate or quota) of the results in each slice. */
  readonly throttled: readonly number[]
  /** Duration in milliseconds of the attempts in each slice; `null` if there were none. */
  readonly p50Ms: readonly (number | null)[]
  readonly p95Ms: readonly (number | null)[]
  readonly p99Ms?: readonly (number | null)[]
  /** Number of attempts in each slice by duration band: band n ends at 10 ** (n / 8) ms. */
  readonly times?: readonly (readonly (readonly [band: number, count: number])[])[]
}

/** One call in the waterfall of a run: its last attempt, and the time before it. */
export interface RunBar extends WaterfallBar {
  /** Id of the result, with credentials masked. */
  readonly id: string
  readonly attempts: number
  /** Wait between its attempts. */
  readonly backoffMs: number
  /** The first attempts of a call with several, and the last one; absent if unknown. */
  readonly tries?: readonly RunTry[]
}

/** One attempt of a call. */
export interface RunTry {
  /** Milliseconds from the start of the call to that of the attempt. */
  readonly startMs: number
  readonly connectMs: number
  readonly firstByteMs: number
  /** Milliseconds from the start of the attempt to its end. */
  readonly ms: number
  /** Status, or code of the error. */
  readonly ending: string
}

/** Figures of a run, finished or not, shared by its summary, its report and `sluice runs show`. */
export interface RunFigures {
  readonly succeeded: number
  readonly failed: number
  /** Number of results by final status, or by error code if there was no status. */
  readonly statuses: Readonly<Record<string, number>>
  readonly elapsedMs: number
  /** Requests sent, including retries and redirects. */
  readonly requests: number
  readonly requestsPerItem: number
  /** Share of requests refused because of a rate or a quota. */
  readonly throttledShare: number
  /** Duration of an attempt in milliseconds. */
  readonly attemptMs: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'max', number>>
  readonly errors: readonly ReportedError[]
}

/** Figures of a run that has ended, finished or stopped, shared by its summary and its report. */
export interface EndFigures extends RunFigures {
  readonly schema: 1
  /** Reason why it was stopped early, if it was. */
  readonly stopped?: string
  /** Number of results, succeeded and failed. */
  readonly done: number
  /** Inputs left when it was stopped: a minimum if `total` is missing. */
  readonly unfinished: number
  /** Total number of inputs, if known. */
  readonly total?: number
  /** Inputs skipped because their file existed. */
  readonly skipped: number
  /** Results per second. */
  readonly throughput: number
  /**
   * Milliseconds in which at least one call waited, by limit; `backoff` is the sum over all calls. Empty if unknown.
   */
  readonly waitedMs: Readonly<Record<string, number>>
  /** Milliseconds of the run by limit; they add up to `elapsedMs`. */
  readonly limitMs?: Readonly<Record<string, number>>
  /** Costs of the run by unit, for example tokens, over all its sessions; absent if unknown. */
  readonly spent?: Readonly<Record<string, number>>
  /** Remaining budget. */
  readonly budgetLeft?: Readonly<Record<string, number>>
  /** Keys of a pool, by name; absent without a pool. */
  readonly keys?: Readonly<Record<string, KeyFigures>>
  /** Sentences about missed thresholds; absent if there are none. */
  readonly missed?: readonly string[]
  /** Attempts by status or error code, including retried ones; absent if unknown. */
  readonly attempts?: Readonly<Record<string, number>>
  /** Bytes of received bodies, decoded, over all attempts; absent if unknown. */
  readonly bytes?: number
  /** Attempts by protocol of the connection, for example `http/1.1` and `h2`; absent if unknown. */
  readonly protocols?: Readonly<Record<string, number>>
  /** Failed attempts by code and message, including retried ones, the most frequent first. */
  readonly attemptErrors?: readonly ReportedError[]
  /** Hosts in trouble at the end, the worst first. */
  readonly hosts?: readonly HostTrouble[]
}

/** One key of a pool, across which requests are distributed. */
export interface KeyFigures {
  readonly requests: number
  /** Status with which the server refused the key, if it did. */
  readonly refused?: number
}

/** Report about a run: plain data of bounded size. */
export interface RunReport extends EndFigures {
  /** Name of the stored run, or its input. */
  readonly title: string
  /** ISO 8601. */
  readonly startedAt: string
  /** Main limit of the run; `server` if no limit applied for long; absent if unknown. */
  readonly limitedBy?: string
  readonly series: RunSeries
  /** The first calls of the run, in the order in which they started. */
  readonly waterfall: readonly RunBar[]
}

/** Options of a report. */
export interface ReportOptions {
  /** Version of the program, for the last line. */
  readonly version?: string
}
