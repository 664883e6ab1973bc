import type { StoredRun } from '../../stores/stored-run.ts'

/** True if all items left in a run wait for a later date. */
export function dueLater(run: StoredRun, wallTime: number): boolean {
  const { succeeded, failed, parked, read, nextDueAt } = run
  return run.hasEnded && parked > 0 && succeeded + failed + parked >= read && (nextDueAt ?? 0) > wallTime
}

/** Time in milliseconds within which the maker of a run claims it, to read its source. */
const justBegun = 5_000

/** True if a worker with `untilDone` need not wait for the run: its source is not being read, and its items are done or wait for a date. */
export function isLeftAlone(run: StoredRun, wallTime: number): boolean {
  const { succeeded, failed, parked, read, nextDueAt, hasEnded, claimedBy, updatedAt } = run
  if (!hasEnded && (claimedBy !== undefined || wallTime - updatedAt < justBegun)) return false
  return succeeded + failed + parked >= read && (parked === 0 || (nextDueAt ?? 0) > wallTime)
}
