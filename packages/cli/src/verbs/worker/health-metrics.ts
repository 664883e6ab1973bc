/** Counts in the text format of Prometheus. */
export interface HealthMetrics {
  /** Content type of the text. */
  readonly type: string
  /** The newest counts. */
  text(): Promise<string>
  close(): Promise<void>
}
