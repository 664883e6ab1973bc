import type { StoredRun } from '../../stores/stored-run.ts'

/** Whether all that is left of a run waits for a date that has not come. */
export function dueLater(run: StoredRun, wallTime: number): boolean {
  const { succeeded, failed, parked, read, nextDueAt } = run
  return run.hasEnded && parked > 0 && succeeded + failed + parked >= read && (nextDueAt ?? 0) > wallTime
}

/** Whether nobody who works until all is done need wait for it: nobody reads on, and what was read is done or waits for a date. */
export function isLeftAlone(run: StoredRun, wallTime: number): boolean {
  const { succeeded, failed, parked, read, nextDueAt, hasEnded, claimedBy } = run
  if (!hasEnded && claimedBy !== undefined) return false
  return succeeded + failed + parked >= read && (parked === 0 || (nextDueAt ?? 0) > wallTime)
}
