/** Source of time. Everything that measures or waits receives one. */
export interface Clock {
  /** Monotonic milliseconds, for measuring and waiting. Not a date, and never decreases. */
  now(): number
  /** Milliseconds since the epoch, for dates in headers and records. May jump when the system clock is set. */
  wallTime(): number
  /** Calls `fire` once, `delay` milliseconds from now, never earlier. Negative delays count as 0; any length works. */
  timer(delay: number, fire: () => void): Timer
}

/** A pending timer. */
export interface Timer {
  /** Prevents the call if it has not happened yet; otherwise has no effect. */
  cancel(): void
}
