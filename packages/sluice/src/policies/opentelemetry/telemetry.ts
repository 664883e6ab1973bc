import { wrongKind } from '../../errors/settings-error.ts'
import type { Verdict } from '../../events/event.ts'
import type { Clock } from '../../time/clock.ts'
import type { Outcome } from '../outcome.ts'
import type { Policy } from '../policy.ts'

/** Telemetry of a client's calls, created by `openTelemetry` in `sluice/opentelemetry`. */
export interface Telemetry {
  /** Connects the telemetry to a client. */
  connect(parts: TelemetryParts): ConnectedTelemetry
  /** Starts the span of a request that a server received. */
  receive(request: ReceivedRequest): ServerSpan
}

/** Request that a server received. */
export interface ReceivedRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Address of the client. */
  readonly client: string
}

/** Span of a request that a server received. */
export interface ServerSpan {
  /** Context in which calls are its children. */
  readonly scope: unknown
  /** Headers that these calls get in place of those of the request. */
  readonly continued: readonly string[]
  /** Ends the span. `status` is undefined if the request got no response. */
  end(status: number | undefined): void
}

/** Parts of the client that telemetry uses. */
export interface TelemetryParts {
  readonly clock: Clock
  readonly classify: (outcome: Outcome) => Verdict
}

/** Policies that the client adds to its calls. */
export interface ConnectedTelemetry {
  /** Returns the context that is active where a call is made, stored as `call.scope`: the call may start elsewhere. */
  readonly scope: () => unknown
  /** Outermost policy. */
  readonly aroundCall: Policy
  /** Innermost policy. */
  readonly aroundRequest: Policy
}

/** @throws SettingsError if it is not a telemetry object. */
export function resolveTelemetry(given: Telemetry | undefined): Telemetry | undefined {
  if (given === undefined || typeof given?.connect === 'function') return given
  throw wrongKind('telemetry', 'the result of openTelemetry() of sluice/opentelemetry', given)
}
