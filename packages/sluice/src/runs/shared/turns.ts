/** A run, for the choice of those that a worker is at. */
export interface TurnOfRun {
  readonly id: number
  readonly priority: number
  /** True if a chunk of it can be claimed now. */
  readonly isReady: boolean
  /** When the worker began with it; undefined if it is not at it. */
  readonly since: number | undefined
  /** When the worker was at it last; undefined if it never was. */
  readonly until: number | undefined
}

/** Milliseconds for which a worker stays at a run while others of the same priority wait. */
const turnTime = 5_000

/**
 * Runs that a worker with so many places begins and leaves. Of those that can go now, higher priorities go first, and those of
 * the same take turns, so that any number of slow runs leaves room for the next.
 */
export function chooseTurns(
  runs: readonly TurnOfRun[],
  places: number,
  now: number,
): { readonly begin: readonly number[]; readonly leave: readonly number[] } {
  const waiting = runs.filter(({ isReady, since }) => isReady && since === undefined).sort(firstToBegin)
  const current = runs.filter(({ since }) => since !== undefined).sort(firstToLeave)
  const free = Math.max(0, places - current.length)
  const begin = waiting.splice(0, free).map(({ id }) => id)
  const leave: number[] = []
  for (const next of waiting) {
    const last = current[leave.length]
    if (last === undefined) break
    const isOver = next.priority === last.priority && now - last.since! >= turnTime
    if (next.priority <= last.priority && !isOver) break
    leave.push(last.id)
  }
  return { begin, leave }
}

function firstToBegin(a: TurnOfRun, b: TurnOfRun): number {
  return b.priority - a.priority || (a.until ?? -1) - (b.until ?? -1) || a.id - b.id
}

function firstToLeave(a: TurnOfRun, b: TurnOfRun): number {
  return a.priority - b.priority || a.since! - b.since!
}
