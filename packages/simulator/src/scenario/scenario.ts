import type { Duration } from 'sluice'
import type { ConnectionFaultShare } from '../faults/connection-fault.ts'
import type { FaultShare } from '../faults/fault.ts'
import type { Latency, LatencyOption } from '../latency/latency.ts'
import type { KeyOptions, KeyRule } from '../limits/keys.ts'
import type { Dialect, Limit, LimitOption } from '../limits/limit.ts'

/** How a request for `target`, a path with its query, is answered: by the longest path that leads there, or as all are. */
export function conductOf(scenario: Scenario, target: string): Conduct {
  if (scenario.paths.length === 0) return scenario
  const path = target.split('?', 1)[0]!
  return scenario.paths.find((each) => path === each.path || path.startsWith(`${each.path}/`)) ?? scenario
}

/** The scenarios that have a name. */
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

/** A share of the whole: a number from 0 to 1, or text such as `'5%'`. */
export type Share = number | string

/** Options of a practice API, as code or a JSON file gives them. All are optional. */
export interface ScenarioOptions {
  /** Starts from a named scenario; what else is given replaces what it says. */
  readonly extends?: ScenarioName | undefined
  /**
   * How long an answer takes: `'200ms'`, `'uniform:50ms-150ms'`, `'lognormal:p50=80ms,p99=900ms'`,
   * `'tail:50ms,1%=2s'`; with changes over time `'200ms,then 500ms after 30s'`, or a list of steps.
   * @default '0ms'
   */
  readonly latency?: LatencyOption | undefined
  /** How many requests are worked on at once: `8`, `'8,queue=100'`. Beyond the queue 503. @default no bound */
  readonly capacity?: number | string | { readonly servers: number; readonly queue?: number | undefined } | undefined
  /**
   * The bytes per second that the bodies of all answers share, as connections share a narrow line: `'1MB/s'`,
   * `'64KiB/s'`. @default no bound
   */
  readonly line?: string | undefined
  /**
   * One limit or several that hold together: `'fixed:100/min'`, `'sliding:50/s'`, `'token:10/s,burst=20'`,
   * `'leaky:10/s,burst=5'`, `'concurrent:20'`, each with `,per=key`, `,per=path` or `,per=address`;
   * `'sliding:200000 tokens/min'` counts what requests cost in that unit. @default none
   */
  readonly limit?: LimitOption | readonly LimitOption[] | undefined
  /**
   * Keys that requests need, each with limits of its own: `{ 'key-1': 'sliding:100/min', 'key-2': { revoked: '10s' } }`.
   * Sent as `Authorization: Bearer` or `X-Api-Key`. @default any or none will do
   */
  readonly keys?: Readonly<Record<string, LimitOption | readonly LimitOption[] | KeyOptions>> | undefined
  /** Response to a request beyond a limit. */
  readonly refusal?: RefusalOptions | undefined
  /** @default 'none' */
  readonly headers?: Dialect | undefined
  /**
   * The share of every limit that somebody else asks for, evenly over time, and gets unless we were there first;
   * of requests at once, it always has it. @default 0
   */
  readonly competitor?: Share | undefined
  /**
   * Faults of answers with their shares: `'503:5%,reset:1%'`, some with a detail: `'rst=CANCEL:1%'`; a list of such texts,
   * or `{ "503": 0.05, "reset": "1%" }`. @default none
   */
  readonly faults?: string | readonly string[] | Readonly<Record<string, Share>> | undefined
  /**
   * Faults of connections before their first request, on a socket, with their shares: `'reset:1%,silent:0.5%'`,
   * `'alert=80:1%'`. @default none
   */
  readonly connectionFaults?: string | readonly string[] | Readonly<Record<string, Share>> | undefined
  /** When nothing works, counted from the start: `'30s-45s'` answers 503, `'reset:30s-45s'` resets; or a list. */
  readonly outages?: OutageOption | readonly OutageOption[] | undefined
  /**
   * Options under a path: `{ '/guardian': { outages: '30s-45s' } }`. What is not said there is as everywhere; of
   * several paths that lead to a request the longest counts. @default none
   */
  readonly paths?: Readonly<Record<string, PathOptions>> | undefined
  /** How long connections are kept, on a socket: `'5s'`, `'5s,requests=100,no-hint'`. @default '5s' */
  readonly keepAlive?: string | KeepAliveOptions | undefined
  /** Size of an unpacked gzip bomb, in bytes. @default 200_000_000 */
  readonly bombSize?: number | undefined
  /** The pause between two pieces of a dripping body. @default '100ms' */
  readonly dripEvery?: Duration | undefined
  /** Where a redirect to another origin leads. @default 'http://elsewhere.invalid/' */
  readonly redirectTo?: string | undefined
  /** How long an access token of the catalogue is valid, from when it is issued. @default '1h' */
  readonly tokenLifetime?: Duration | undefined
  /** Seed of the random numbers: the same seed and the same arrivals give the same answers. @default 1 */
  readonly seed?: number | undefined
}

/** How the requests under one path are answered, in the forms of the scenario's own fields. */
export type PathOptions = Pick<ScenarioOptions, 'latency' | 'faults' | 'outages'>

export interface RefusalOptions {
  /** @default 429 */
  readonly status?: 403 | 429 | 503 | undefined
  /** The form of `Retry-After`: whole seconds, rounded up; a date; or none at all. @default 'seconds' */
  readonly retryAfter?: 'seconds' | 'date' | 'none' | undefined
  /** Sent as JSON. @default a short message */
  readonly body?: unknown
}

export type OutageOption =
  | string
  | { readonly from: Duration; readonly to: Duration; readonly how?: '503' | 'reset' | undefined }

export interface KeepAliveOptions {
  /** A connection without a request is closed after this long. @default '5s' */
  readonly idle?: Duration | undefined
  /** A connection is closed after this many answers, without a word. @default never */
  readonly requests?: number | undefined
  /** True if answers announce how long the connection is kept (`Keep-Alive: timeout=5`). @default true */
  readonly hint?: boolean | undefined
}

/** Settings of a practice API, checked and complete. Durations are milliseconds, shares are numbers from 0 to 1. */
export interface Scenario extends Conduct {
  /** The longest first. */
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

/** How requests are answered: how late, and what goes wrong. */
export interface Conduct {
  readonly latency: Latency
  readonly faults: readonly FaultShare[]
  readonly outages: readonly Outage[]
}

/** How those are answered that are for `path` or something below it. */
export interface PathConduct extends Conduct {
  /** `/guardian`: without a slash at its end. */
  readonly path: string
}

export interface Outage {
  /** Milliseconds since the start; included. */
  readonly from: number
  /** Milliseconds since the start; not included. */
  readonly to: number
  readonly how: '503' | 'reset'
}
