/** Time as Sluice sees it. Everything that measures or waits is given one. */
export interface Clock {
  /** Monotonic milliseconds, for measuring and waiting. Not a date, and never set back. */
  now(): number
  /** Milliseconds since the epoch, for dates in headers and records. May jump when the system's clock is set. */
  wallTime(): number
  /** Calls `fire` once, `delay` milliseconds from now: never earlier. Negative delays count as 0; any length works. */
  timer(delay: number, fire: () => void): Timer
}

/** A timer that has been set. */
export interface Timer {
  /** Prevents the call if it has not happened yet; does nothing otherwise. */
  cancel(): void
}
