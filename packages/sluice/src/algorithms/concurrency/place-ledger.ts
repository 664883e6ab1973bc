import { fairPlaces } from './fair-places.ts'

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
