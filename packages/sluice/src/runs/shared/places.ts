/** Use that a run makes of its places in flight. */
export interface PlacesWish {
  readonly priority: number
  /** Calls in flight. */
  readonly inFlight: number
  /** Places that it has. */
  readonly allowed: number
  /** Most places that it may have. */
  readonly most: number
}

/**
 * Divides what may be in flight among runs, one place each at least. A run that fills its places may have more, those of the
 * highest priority first and those of the same in equal parts; places that are not used are divided too, so that no worker has to ask.
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

/** Raises those of the group to their limits, evenly. Returns what is left. */
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
