/** Places in flight of a run, and its use of them. */
export interface PlacesWish {
  readonly priority: number
  /** Number of calls in flight. */
  readonly inFlight: number
  /** Number of places that it has. */
  readonly allowed: number
  /** Maximum number of places that it may have. */
  readonly most: number
}

/**
 * Divides the places in flight among runs, at least one each. Runs that fill their places may get more: highest
 * priority first, equal parts within a priority. Unused places are divided too, so that runs need not request them.
 */
export function dividePlaces(total: number, wishes: readonly PlacesWish[]): number[] {
  const given = wishes.map(({ most }) => Math.min(1, most))
  const filled = wishes.map(({ inFlight, allowed, most }) =>
    inFlight >= allowed ? most : Math.min(most, inFlight + 1),
  )
  let left = total - given.length
  const priorities = [...new Set(wishes.map(({ priority }) => priority))].sort((a, b) => b - a)
  for (const limits of [filled, wishes.map(({ most }) => most)]) {
    for (const priority of priorities) {
      const group = [...wishes.keys()].filter((index) => wishes[index]!.priority === priority)
      left = fill(given, limits, group, left)
    }
  }
  return given
}

/** Raises a group evenly up to its limits. Returns the number of places that are left. */
function fill(given: number[], limits: readonly number[], group: readonly number[], left: number): number {
  let rest = left
  for (let hungry = group; rest > 0; ) {
    hungry = hungry.filter((index) => given[index]! < limits[index]!)
    if (hungry.length === 0) return rest
    const lowest = Math.min(...hungry.map((index) => given[index]!))
    for (const index of hungry) {
      if (rest === 0) return 0
      if (given[index]! > lowest) continue
      given[index]!++
      rest--
    }
  }
  return rest
}
