/** One send that counts against a quota. */
export interface RememberedSend {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly weight: number
}

/** Remembers what was sent of quotas with windows over a minute, so that they hold over restarts. Synchronous. */
export interface QuotaMemory {
  /** What was sent of a quota in its last window, in order. */
  recall(quota: string): readonly RememberedSend[]
  /** Something leaves; it counts for `window` milliseconds. */
  record(quota: string, send: RememberedSend, window: number): void
}
