/** Mode that a row measures. */
export type BenchmarkMode =
  /** One after another, with a new connection for each, as in a plain script. */
  | 'sequential'
  /** One after another over one connection. */
  | 'reused'
  /** At a fixed concurrency. */
  | 'concurrent'
  /** With automatic concurrency. */
  | 'auto'

/** Limit of the throughput. */
export type LimitedBy =
  /** Nothing yet: more concurrency still helps. */
  | 'concurrency'
  /** A rate, quota or concurrency limit of the API, or one set in the options. */
  | 'rate-limit'
  /** Capacity of the API: further requests queue there. */
  | 'server-capacity'
  /** This machine. */
  | 'client-cpu'
  /** The network. */
  | 'network'
  /** Not determined by the measurement. */
  | 'unknown'

/** Figures of one row over all rounds: medians of the rounds unless stated otherwise. */
export interface BenchmarkRow {
  readonly mode: BenchmarkMode
  /** Concurrency; with `auto` the one that was found. */
  readonly concurrency: number
  /** Rounds in which the row was measured. */
  readonly rounds: number
  /** Milliseconds for all requests of a round. */
  readonly wallMs: number
  /** Minimum and maximum over all rounds. */
  readonly wallMsRange: readonly [number, number]
  /** Successes per second. */
  readonly rps: number
  readonly rpsRange: readonly [number, number]
  /** Factor over the `rps` of the row `sequential`. */
  readonly speedup: number
  /** Share of the ideal throughput: `concurrency` times the `rps` of the row `reused`. */
  readonly efficiency: number
  /** Milliseconds of one request, time in the local queue excluded, over all rounds. */
  readonly p50Ms: number
  /** Minimum and maximum of the rounds. */
  readonly p50MsRange: readonly [number, number]
  readonly p95Ms: number
  readonly p99Ms: number
  /** Means over all rounds: connecting, waiting for the first byte, reading the rest. */
  readonly connectMs: number
  readonly firstByteMs: number
  readonly bodyMs: number
  /** Requests sent, over all rounds. */
  readonly requests: number
  /** Refused because of a rate limit or quota. */
  readonly throttled: number
  /** Failed otherwise. */
  readonly errors: number
  /** Bytes of bodies per second, as transferred. */
  readonly bytesPerSecond: number
  /** Mean number in flight (Little's law: sum of all latencies over the wall time). */
  readonly inFlight: number
  /** Share of the time in which this process's event loop was busy, 0 to 1. */
  readonly loopBusy: number
  /** Mean delay of the event loop in milliseconds. */
  readonly loopDelayMs: number
  /** CPU cores used by this process. */
  readonly cpu: number
  /** Milliseconds per round that calls waited, by limiter. */
  readonly waitedMs: Readonly<Record<string, number>>
}

/** One request in a waterfall. Milliseconds; `startMs` is relative to the start of the row. */
export interface WaterfallBar {
  readonly index: number
  readonly startMs: number
  /** Time in the local queue; 0 in a benchmark, in which all requests are ready from the start. */
  readonly queuedMs: number
  readonly connectMs: number
  readonly firstByteMs: number
  readonly bodyMs: number
  readonly ok: boolean
  readonly status?: number
}

/** Requests of one round of a row, in start order. */
export interface Waterfall {
  readonly mode: BenchmarkMode
  readonly concurrency: number
  readonly wallMs: number
  readonly bars: readonly WaterfallBar[]
}

/** Requests of the rows that failed for the same reason. */
export interface BenchmarkError {
  /** Stable: as in `docs/errors.md`. */
  readonly code: string
  readonly status?: number
  /** Credentials in URLs are masked. */
  readonly message: string
  readonly count: number
}

/** Result of a benchmark: rows, best concurrency and what limits it. Plain data: fields are added, never renamed. */
export interface BenchmarkReport {
  readonly schema: 1
  /** Start, ISO 8601. */
  readonly startedAt: string
  /** Distinct requests with credentials masked; at most a hundred. */
  readonly targets: readonly string[]
  /** Requests of each row in each round. */
  readonly requestsPerRow: number
  readonly repeat: number
  /** Maximum number of requests, warm-up included. */
  readonly plannedRequests: number
  readonly sentRequests: number
  /** In the order sequential, reused, concurrent by level, auto. */
  readonly rows: readonly BenchmarkRow[]
  /**
   * Smallest concurrency within 5 % of the best throughput whose 95th percentile stays within twice the unloaded one;
   * missing if nothing succeeded.
   */
  readonly sweetSpot?: number
  readonly limitedBy: LimitedBy
  /** Reason for `limitedBy`, in a sentence with figures. */
  readonly evidence: string
  /** Failures by reason, refusals included, most frequent first. Missing if there were none. */
  readonly errors?: readonly BenchmarkError[]
  /** Notes for people, such as what was left out and why. */
  readonly notes: readonly string[]
  /** Waterfalls of the row `reused`, and of the best concurrency. */
  readonly waterfalls: readonly Waterfall[]
}
