export { type OpenTelemetryOptions, openTelemetry } from './open-telemetry.ts'
export type { ConnectedTelemetry, Telemetry, TelemetryParts } from './telemetry.ts'
