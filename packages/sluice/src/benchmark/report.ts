/** Which form of work a row measures. */
export type BenchmarkMode =
  /** One after another, a new connection for each, as a plain script does. */
  | 'sequential'
  /** One after another over one connection. */
  | 'reused'
  /** So many at once. */
  | 'concurrent'
  /** Concurrency that Sluice finds best. */
  | 'auto'

/** Limit that one more request in flight would meet first. */
export type LimitedBy =
  /** Nothing yet: more at once still helps. */
  | 'concurrency'
  /** A rate, a quota, or a number in flight that the API allows, or that we were told to keep. */
  | 'rate-limit'
  /** Capacity of the API: further requests wait there. */
  | 'server-capacity'
  /** This machine. */
  | 'client-cpu'
  /** The line between. */
  | 'network'
  /** Unknown by what was measured. */
  | 'unknown'

/** One row: what its requests took, over all rounds. Numbers are medians of the rounds unless they say otherwise. */
export interface BenchmarkRow {
  readonly mode: BenchmarkMode
  /** At once; with `auto` what was found. */
  readonly concurrency: number
  /** Rounds in which it was measured. */
  readonly rounds: number
  /** Milliseconds for all its requests. */
  readonly wallMs: number
  /** Shortest and longest, over all rounds. */
  readonly wallMsRange: readonly [number, number]
  /** Successes per second. */
  readonly rps: number
  readonly rpsRange: readonly [number, number]
  /** How many times the `rps` of the row `sequential`. */
  readonly speedup: number
  /** The share of what so many at once could reach: `concurrency` times the `rps` of the row `reused`. */
  readonly efficiency: number
  /** Milliseconds of one request without waiting in our own line, over all rounds. */
  readonly p50Ms: number
  /** Shortest and longest of each round. */
  readonly p50MsRange: readonly [number, number]
  readonly p95Ms: number
  readonly p99Ms: number
  /** Means, over all rounds: getting a connection, waiting for the first byte, reading the rest. */
  readonly connectMs: number
  readonly firstByteMs: number
  readonly bodyMs: number
  /** Requests that were sent, over all rounds. */
  readonly requests: number
  /** Refused because of a rate or a quota. */
  readonly throttled: number
  /** Failed otherwise. */
  readonly errors: number
  /** Bytes of bodies, as they came over the line. */
  readonly bytesPerSecond: number
  /** In flight, in the mean (Little's law: the sum of all times over the wall time). */
  readonly inFlight: number
  /** The share of the time in which this process's event loop was busy, 0 to 1. */
  readonly loopBusy: number
  /** Milliseconds by which the event loop came late to what was due, in the mean. */
  readonly loopDelayMs: number
  /** Cores that this process used. */
  readonly cpu: number
  /** Milliseconds of a round in which calls waited, by the limit they waited for. */
  readonly waitedMs: Readonly<Record<string, number>>
}

/** One request in a waterfall. Milliseconds; `startMs` from the beginning of the row. */
export interface WaterfallBar {
  readonly index: number
  readonly startMs: number
  /** In our own line; none in a benchmark, in which all wait for their turn from the beginning. */
  readonly queuedMs: number
  readonly connectMs: number
  readonly firstByteMs: number
  readonly bodyMs: number
  readonly ok: boolean
  readonly status?: number
}

/** The requests of one round of a row, in the order in which they began. */
export interface Waterfall {
  readonly mode: BenchmarkMode
  readonly concurrency: number
  readonly wallMs: number
  readonly bars: readonly WaterfallBar[]
}

/** Requests of the rows that failed in the same way. */
export interface BenchmarkError {
  /** Stable: as in `docs/errors.md`. */
  readonly code: string
  readonly status?: number
  /** Credentials in URLs are masked. */
  readonly message: string
  readonly count: number
}

/** Before and after, the best number at once, and what limits it. Plain data: fields are added, never renamed. */
export interface BenchmarkReport {
  readonly schema: 1
  /** When it began: ISO 8601. */
  readonly startedAt: string
  /** Requests, each once, with credentials masked; the first hundred. */
  readonly targets: readonly string[]
  /** Requests of each row in each round. */
  readonly requestsPerRow: number
  readonly repeat: number
  /** The most that could be sent, with those to warm up. */
  readonly plannedRequests: number
  readonly sentRequests: number
  /** In the order sequential, reused, concurrent by their number, auto. */
  readonly rows: readonly BenchmarkRow[]
  /**
   * The smallest number at once within 5 % of the best throughput whose 95th percentile stays within twice the unloaded one;
   * missing if nothing succeeded.
   */
  readonly sweetSpot?: number
  readonly limitedBy: LimitedBy
  /** Why, in a sentence with figures. */
  readonly evidence: string
  /** Why requests failed, refused ones counted; the most frequent first. Missing if none did. */
  readonly errors?: readonly BenchmarkError[]
  /** Notes for people, such as what was left out, and why. */
  readonly notes: readonly string[]
  /** The row `reused`, and that of the sweet spot. */
  readonly waterfalls: readonly Waterfall[]
}
