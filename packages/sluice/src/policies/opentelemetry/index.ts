/**
 * Spans and metrics by the semantic conventions of OpenTelemetry.
 *
 * @module sluice/opentelemetry
 */

export { type OpenTelemetryOptions, openTelemetry } from './open-telemetry.ts'
export type { Telemetry } from './telemetry.ts'
