/** Run among those that a worker chooses from. */
export interface TurnOfRun {
  readonly id: number
  readonly priority: number
  /** True if one of its chunks can be claimed now. */
  readonly isReady: boolean
  /** Time at which the worker started it; undefined if the worker is not working on it. */
  readonly since: number | undefined
  /** Time at which the worker last left it; undefined if it never worked on it. */
  readonly until: number | undefined
}

/** Time in milliseconds for which a worker stays with a run while others of the same priority wait. */
const turnTime = 5_000

/**
 * Chooses the runs that a worker starts and leaves, given its number of places. Of the runs that are ready, higher
 * priorities go first, and equal ones take turns, so that any number of slow runs leaves room for the next.
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
