import type { WaterfallBar } from 'sluice/internal'

/** Failures that have the same code and message. */
export interface ReportedError {
  readonly code: string
  readonly message: string
  readonly count: number
  /** The first one. */
  readonly example: string
}

/** A host that does not work: paused now, or without any success so far. */
export interface HostTrouble {
  /** Its origin, or the name of its partition. */
  readonly host: string
  /** Attempts that failed since the last success. */
  readonly failures: number
  /** True if it has ever answered a request. */
  readonly hasAnswered: boolean
  /** The last failure. */
  readonly error: string
  /** Milliseconds until the next probe, while it is paused. */
  readonly nextProbeMs?: number
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
  readonly p99Ms?: readonly (number | null)[]
  /** Number of attempts of each slice by band of their time: band n ends at 10 ** (n / 8) ms. */
  readonly times?: readonly (readonly (readonly [band: number, count: number])[])[]
}

/** One call in the waterfall of a run: its last attempt, and what came before. */
export interface RunBar extends WaterfallBar {
  /** Id in the results, with credentials masked. */
  readonly id: string
  readonly attempts: number
  /** Waiting between its attempts. */
  readonly backoffMs: number
}

/** How a run stands, finished or not: what its summary, its report and `sluice runs show` have in common. */
export interface RunFigures {
  readonly succeeded: number
  readonly failed: number
  /** Number of results by final status, or by error code for those without a status. */
  readonly statuses: Readonly<Record<string, number>>
  readonly elapsedMs: number
  /** Requests sent: of every attempt, and of every redirect. */
  readonly requests: number
  readonly requestsPerItem: number
  /** Share of requests that were refused because of a rate or a quota. */
  readonly throttledShare: number
  /** Milliseconds of one attempt. */
  readonly attemptMs: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'max', number>>
  readonly errors: readonly ReportedError[]
}

/** Figures of a run that has ended, finished or stopped: what its summary and its report have in common. */
export interface EndFigures extends RunFigures {
  readonly schema: 1
  /** Why it was stopped before its end, if it was. */
  readonly stopped?: string
  /** Results: succeeded and failed together. */
  readonly done: number
  /** Left when it was stopped: at least so many where `total` is missing. */
  readonly unfinished: number
  /** Inputs in all, if it is known. */
  readonly total?: number
  /** Not fetched, because their file was there. */
  readonly skipped: number
  /** Results per second. */
  readonly throughput: number
  /** Milliseconds in which at least one call waited, by the limit; `backoff` is the sum over all calls. Empty if unknown. */
  readonly waitedMs: Readonly<Record<string, number>>
  /** Milliseconds of the run by what limited it: parts of `elapsedMs`. */
  readonly limitMs?: Readonly<Record<string, number>>
  /** Costs of the run by unit, such as tokens, over all its sessions; absent if nothing is known of them. */
  readonly spent?: Readonly<Record<string, number>>
  /** Rest of its budget. */
  readonly budgetLeft?: Readonly<Record<string, number>>
  /** Keys of a pool, by name; absent without one. */
  readonly keys?: Readonly<Record<string, KeyFigures>>
  /** Thresholds that were missed, in sentences that say by how much; absent if none was. */
  readonly missed?: readonly string[]
  /** Attempts by status, or by code of their error, those included that were followed by another; absent if unknown. */
  readonly attempts?: Readonly<Record<string, number>>
  /** Bytes of the bodies that were received, decoded, over all attempts; absent if unknown. */
  readonly bytes?: number
  /** Attempts by protocol of their connection, such as `http/1.1` and `h2`; absent if unknown. */
  readonly protocols?: Readonly<Record<string, number>>
  /** Failed attempts with the same code and message, the most frequent first, those included that were followed by another. */
  readonly attemptErrors?: readonly ReportedError[]
  /** Hosts in trouble at the end, the worst first. */
  readonly hosts?: readonly HostTrouble[]
}

/** One of several keys between which requests were spread. */
export interface KeyFigures {
  readonly requests: number
  /** Status with which the server has refused the key, if it has. */
  readonly refused?: number
}

/** A report about a run: plain data, of bounded size. */
export interface RunReport extends EndFigures {
  /** The name of the run in the store, or what was fetched. */
  readonly title: string
  /** ISO 8601. */
  readonly startedAt: string
  /** The limit that held the run back most, `server` if none did for long; absent if unknown. */
  readonly limitedBy?: string
  readonly series: RunSeries
  /** The first calls of the run, in the order in which they began. */
  readonly waterfall: readonly RunBar[]
}

/** Options of a report. */
export interface ReportOptions {
  /** The version of the program that made it, for the last line. */
  readonly version?: string
}
