/** Request of a process for places. */
export interface PlaceClaim {
  readonly inFlight: number
  readonly holding: number
  readonly wanted: number
}

interface Lease {
  readonly held: number
  readonly wanted: number
  readonly until: number
}

/** Time in ms for which places are granted, unless they are renewed. */
export const placesValidFor = 3_000
/** Time in ms after which the remainder goes to others. */
export const turnOfPlaces = 2_000

/**
 * Grants places in flight, so that never more than `limit` are filled over all processes.
 *
 * A place that is taken away counts as held until its process asks again: until then it may still be filled.
 */
export class PlaceLedger {
  readonly #limit: number
  readonly #leases = new Map<string, Lease>()

  constructor(limit: number) {
    this.#limit = limit
  }

  hold(now: number, holder: string, { inFlight, holding, wanted }: PlaceClaim): number {
    for (const [name, { until }] of this.#leases) if (until <= now) this.#leases.delete(name)
    this.#leases.delete(holder)
    const others = [...this.#leases].sort(([a], [b]) => (a < b ? -1 : 1))
    const before = others.filter(([name]) => name < holder).map(([, lease]) => lease.wanted)
    const after = others.filter(([name]) => name > holder).map(([, lease]) => lease.wanted)
    const fair = fairPlaces(this.#limit, [...before, wanted, ...after], Math.floor(now / turnOfPlaces))
    const heldByOthers = others.reduce((sum, [, { held }]) => sum + held, 0)
    const given = Math.max(0, Math.min(fair[before.length]!, this.#limit - heldByOthers))
    const held = Math.max(given, inFlight, holding)
    if (held > 0 || wanted > 0) this.#leases.set(holder, { held, wanted, until: now + placesValidFor })
    return given
  }
}

/**
 * Fair shares of `limit` places: small wishes in full, the rest in equal parts. The remainder goes to others with each `turn`.
 */
export function fairPlaces(limit: number, wanted: readonly number[], turn: number): number[] {
  // Small wishes first: the rest is divided among the others.
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b)
  const given = wanted.map(() => 0)
  let left = limit
  for (const [place, index] of order.entries()) {
    const hungry = order.length - place
    const share = Math.floor(left / hungry)
    if (wanted[index]! > share) {
      const over = left - share * hungry
      for (let rank = 0; rank < hungry; rank++) {
        given[order[place + rank]!] = share + ((rank + turn) % hungry < over ? 1 : 0)
      }
      break
    }
    given[index] = wanted[index]!
    left -= wanted[index]!
  }
  return given
}
