/** How somebody stands who asks for places. */
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

/** For how many milliseconds places are given, unless they are asked for again. */
export const placesValidFor = 3_000
/** After so many milliseconds what cannot be parted goes to others. */
export const turnOfPlaces = 2_000

/**
 * Gives out places in flight, so that never more than `limit` are filled in all.
 *
 * What is taken from somebody counts as held until they ask again: until then they do not know, and may fill it.
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
 * How many of `limit` places each may have who wants some: as much as it wants where that is little, and the rest in
 * equal parts. What cannot be parted goes to others each time that `turn` is another number.
 */
export function fairPlaces(limit: number, wanted: readonly number[], turn: number): number[] {
  // The modest first: what they leave is parted among the others.
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
