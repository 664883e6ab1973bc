import { unexpected } from '../../errors/settings-error.ts'
import type { Verdict } from '../../events/event.ts'
import type { Clock } from '../../time/clock.ts'
import type { Outcome } from '../outcome.ts'
import type { Policy } from '../policy.ts'

/** What tells others of a client's calls as they go. Made by `openTelemetry` in `sluice/opentelemetry`. */
export interface Telemetry {
  /** Begins in a client. */
  connect(parts: TelemetryParts): ConnectedTelemetry
}

/** What telemetry is given by its client. */
export interface TelemetryParts {
  readonly clock: Clock
  readonly classify: (outcome: Outcome) => Verdict
}

/** Its places on the way of a call. */
export interface ConnectedTelemetry {
  /** What is active where a call is asked for. Handed back as `call.scope`: the call may begin somewhere else. */
  readonly scope: () => unknown
  /** Outermost. */
  readonly aroundCall: Policy
  /** Innermost. */
  readonly aroundRequest: Policy
}

/** @throws SettingsError if it is no telemetry. */
export function resolveTelemetry(given: Telemetry | undefined): Telemetry | undefined {
  if (given === undefined || typeof given?.connect === 'function') return given
  throw unexpected('telemetry', 'what openTelemetry() in sluice/opentelemetry gives', given)
}
