import type { StoredRun } from '../../stores/stored-run.ts'

/** Whether all that is left of a run waits for a date that has not come. */
export function dueLater(run: StoredRun, wallTime: number): boolean {
  const { succeeded, failed, parked, read, nextDueAt } = run
  return run.hasEnded && parked > 0 && succeeded + failed + parked >= read && (nextDueAt ?? 0) > wallTime
}

/** Whoever has made a run claims it in a moment, to read into it. */
const justBegun = 5_000

/** Whether nobody who works until all is done need wait for it: nobody reads on, and what was read is done or waits for a date. */
export function isLeftAlone(run: StoredRun, wallTime: number): boolean {
  const { succeeded, failed, parked, read, nextDueAt, hasEnded, claimedBy, updatedAt } = run
  if (!hasEnded && (claimedBy !== undefined || wallTime - updatedAt < justBegun)) return false
  return succeeded + failed + parked >= read && (parked === 0 || (nextDueAt ?? 0) > wallTime)
}
