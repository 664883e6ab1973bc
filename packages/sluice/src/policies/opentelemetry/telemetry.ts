import { unexpected } from '../../errors/settings-error.ts'
import type { Verdict } from '../../events/event.ts'
import type { Clock } from '../../time/clock.ts'
import type { Outcome } from '../outcome.ts'
import type { Policy } from '../policy.ts'

/** Telemetry of a client's calls. Made by `openTelemetry` in `sluice/opentelemetry`. */
export interface Telemetry {
  /** Begins in a client. */
  connect(parts: TelemetryParts): ConnectedTelemetry
  /** Begins the span of a request that a server received. */
  receive(request: ReceivedRequest): ServerSpan
}

/** A request that a server received. */
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
  /** Headers that these calls get instead of those of the request. */
  readonly continued: readonly string[]
  /** Ends it; without a status if the request got no answer. */
  end(status: number | undefined): void
}

/** Parts of its client that telemetry uses. */
export interface TelemetryParts {
  readonly clock: Clock
  readonly classify: (outcome: Outcome) => Verdict
}

/** Its places on the way of a call. */
export interface ConnectedTelemetry {
  /** Reads the context that is active where a call is requested. Handed back as `call.scope`: the call may begin somewhere else. */
  readonly scope: () => unknown
  /** Outermost. */
  readonly aroundCall: Policy
  /** Innermost. */
  readonly aroundRequest: Policy
}

/** @throws SettingsError if it is no telemetry. */
export function resolveTelemetry(given: Telemetry | undefined): Telemetry | undefined {
  if (given === undefined || typeof given?.connect === 'function') return given
  throw unexpected('telemetry', 'the result of openTelemetry() of sluice/opentelemetry', given)
}
