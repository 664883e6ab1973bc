import type { OpenRun } from '../../stores/shared-store.ts'

/** Time in milliseconds within which the creator of a run claims it, to read its source. */
const justBegun = 5_000

/**
 * True if a worker with `untilDone` need not wait for the run: its source is not being read, and its items are done or
 * wait for a date, by the clock of the store.
 */
export function isSettledForNow(run: OpenRun): boolean {
  const { succeeded, failed, parked, read, nextDueAt, hasEnded, claimedBy, updatedAt, at } = run
  if (!hasEnded && (claimedBy !== undefined || at - updatedAt < justBegun)) return false
  return succeeded + failed + parked >= read && (parked === 0 || (nextDueAt ?? 0) > at)
}
