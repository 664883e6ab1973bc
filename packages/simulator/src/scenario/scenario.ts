import type { Duration } from 'sluice'
import type { ConnectionFaultShare } from '../faults/connection-fault.ts'
import type { FaultShare } from '../faults/fault.ts'
import type { Latency, LatencyOption } from '../latency/latency.ts'
import type { KeyOptions, KeyRule } from '../limits/keys.ts'
import type { Dialect, Limit, LimitOption } from '../limits/limit.ts'

/**
 * Settings for a request to `target`, a path with its query: those of the longest matching path, or the scenario's
 * own.
 */
export function conductOf(scenario: Scenario, target: string): Conduct {
  if (scenario.paths.length === 0) return scenario
  const path = target.split('?', 1)[0]!
  return scenario.paths.find((each) => path === each.path || path.startsWith(`${each.path}/`)) ?? scenario
}

/** Names of the built-in scenarios. */
export type ScenarioName =
  | 'products'
  | 'flaky'
  | 'limited'
  | 'terse'
  | 'quota'
  | 'slow'
  | 'overloaded'
  | 'outage'
  | 'hostile'

/** A share: a number from 0 to 1, or text such as `'5%'`. */
export type Share = number | string

/** Options of a practice API, in code or a JSON file. All are optional. */
export interface ScenarioOptions {
  /** Named scenario to start from; the other options override it. */
  readonly extends?: ScenarioName | undefined
  /**
   * Response time: `'200ms'`, `'uniform:50ms-150ms'`, `'lognormal:p50=80ms,p99=900ms'`,
   * `'tail:50ms,1%=2s'`; with changes over time `'200ms,then 500ms after 30s'`, or a list of steps.
   * @default '0ms'
   */
  readonly latency?: LatencyOption | undefined
  /** Requests served at once: `8`, `'8,queue=100'`. 503 beyond the queue. @default no bound */
  readonly capacity?: number | string | { readonly servers: number; readonly queue?: number | undefined } | undefined
  /**
   * Bytes per second that the bodies of all responses share, as connections share a narrow line: `'1MB/s'`,
   * `'64KiB/s'`. @default no bound
   */
  readonly line?: string | undefined
  /**
   * One or several limits that apply together: `'fixed:100/min'`, `'sliding:50/s'`, `'token:10/s,burst=20'`,
   * `'leaky:10/s,burst=5'`, `'concurrent:20'`, each with `,per=key`, `,per=path` or `,per=address`;
   * `'sliding:200000 tokens/min'` counts the cost of requests in that unit. @default none
   */
  readonly limit?: LimitOption | readonly LimitOption[] | undefined
  /**
   * Keys that requests need, each with limits of its own: `{ 'key-1': 'sliding:100/min', 'key-2': { revoked: '10s' }
   * }`. Sent as `Authorization: Bearer` or `X-Api-Key`. @default no key is required
   */
  readonly keys?: Readonly<Record<string, LimitOption | readonly LimitOption[] | KeyOptions>> | undefined
  /** Response to a request over a limit. */
  readonly refusal?: RefusalOptions | undefined
  /** @default 'none' */
  readonly headers?: Dialect | undefined
  /**
   * Share of every limit that another client requests, evenly over time, and gets unless the limit is used up;
   * of a concurrency limit it always holds its share. @default 0
   */
  readonly competitor?: Share | undefined
  /**
   * Faults of responses with their shares: `'503:5%,reset:1%'`, some with a detail: `'rst=CANCEL:1%'`; a list of such
   * texts, or `{ "503": 0.05, "reset": "1%" }`. @default none
   */
  readonly faults?: string | readonly string[] | Readonly<Record<string, Share>> | undefined
  /**
   * Faults of connections before their first request, on a socket, with their shares: `'reset:1%,silent:0.5%'`,
   * `'alert=80:1%'`. @default none
   */
  readonly connectionFaults?: string | readonly string[] | Readonly<Record<string, Share>> | undefined
  /** Outages, counted from the start: `'30s-45s'` answers 503, `'reset:30s-45s'` resets; or a list. */
  readonly outages?: OutageOption | readonly OutageOption[] | undefined
  /**
   * Options under a path: `{ '/guardian': { outages: '30s-45s' } }`. Missing ones are the scenario's own; the longest
   * matching path wins. @default none
   */
  readonly paths?: Readonly<Record<string, PathOptions>> | undefined
  /** Keep-alive of connections on a socket: `'5s'`, `'5s,requests=100,no-hint'`. @default '5s' */
  readonly keepAlive?: string | KeepAliveOptions | undefined
  /** Decompressed size of a gzip bomb, in bytes. @default 200_000_000 */
  readonly bombSize?: number | undefined
  /** Pause between two pieces of a dripping body. @default '100ms' */
  readonly dripEvery?: Duration | undefined
  /** Target of a redirect to another origin. @default 'http://elsewhere.invalid/' */
  readonly redirectTo?: string | undefined
  /** Validity of an access token of the catalogue. @default '1h' */
  readonly tokenLifetime?: Duration | undefined
  /** Seed of the random numbers: the same seed and arrivals give the same responses. @default 1 */
  readonly seed?: number | undefined
}

/** Options of the requests under one path, in the forms of the scenario's fields. */
export type PathOptions = Pick<ScenarioOptions, 'latency' | 'faults' | 'outages'>

export interface RefusalOptions {
  /** @default 429 */
  readonly status?: 403 | 429 | 503 | undefined
  /** Form of `Retry-After`: whole seconds, rounded up; a date; or omitted. @default 'seconds' */
  readonly retryAfter?: 'seconds' | 'date' | 'none' | undefined
  /** JSON body. @default a short message */
  readonly body?: unknown
}

export type OutageOption =
  | string
  | { readonly from: Duration; readonly to: Duration; readonly how?: '503' | 'reset' | undefined }

export interface KeepAliveOptions {
  /** Idle connections are closed after this long. @default '5s' */
  readonly idle?: Duration | undefined
  /** Connections are closed after this many responses, unannounced. @default never */
  readonly requests?: number | undefined
  /** True if responses announce the keep-alive time (`Keep-Alive: timeout=5`). @default true */
  readonly hint?: boolean | undefined
}

/** Validated settings of a practice API. Durations are milliseconds, shares are numbers from 0 to 1. */
export interface Scenario extends Conduct {
  /** Longest path first. */
  readonly paths: readonly PathConduct[]
  readonly capacity: { readonly servers: number; readonly queue?: number } | undefined
  /** Bytes per second. */
  readonly line: number | undefined
  readonly limits: readonly Limit[]
  readonly keys: readonly KeyRule[]
  readonly refusal: {
    readonly status: number
    readonly retryAfter: 'seconds' | 'date' | 'none'
    readonly body?: unknown
  }
  readonly headers: Dialect
  readonly competitor: number
  readonly connectionFaults: readonly ConnectionFaultShare[]
  readonly keepAlive: { readonly idle: number; readonly requests?: number; readonly hint: boolean }
  readonly bombSize: number
  readonly dripEvery: number
  readonly redirectTo: string
  readonly tokenLifetime: number
  readonly seed: number
}

/** Latency and faults of requests. */
export interface Conduct {
  readonly latency: Latency
  readonly faults: readonly FaultShare[]
  readonly outages: readonly Outage[]
}

/** Settings of requests to `path` or below it. */
export interface PathConduct extends Conduct {
  /** Path without a trailing slash: `/guardian`. */
  readonly path: string
}

export interface Outage {
  /** Start in milliseconds since the simulator's start; inclusive. */
  readonly from: number
  /** End in milliseconds since the simulator's start; exclusive. */
  readonly to: number
  readonly how: '503' | 'reset'
}
