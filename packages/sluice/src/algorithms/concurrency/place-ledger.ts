/** Request of a process for places. */
export interface PlaceClaim {
  readonly inFlight: number
  readonly holding: number
  readonly wanted: number
}

interface Lease extends Queued {
  readonly held: number
  readonly wanted: number
  readonly until: number
}

/** Position of a process among those that want more than their equal part. */
interface Queued {
  /** True if it has a place of the remainder, which is too small to be parted. */
  readonly hasExtra: boolean
  /** Since when it has, or has not. */
  readonly since: number
}

/** Time in ms for which places are granted, unless they are renewed. */
export const placesValidFor = 3_000
/** Time in ms for which a process keeps its place of the remainder while others wait for it. */
export const turnOfPlaces = 2_000

/**
 * Grants places in flight, so that never more than `limit` are filled over all processes: small wishes in full, the rest in
 * equal parts. The remainder goes to those that have waited longest.
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
    const { hasExtra, since } = this.#leases.get(holder) ?? { hasExtra: false, since: now }
    this.#leases.delete(holder)
    const others = [...this.#leases.values()]
    const heldByOthers = others.reduce((sum, { held }) => sum + held, 0)
    const { share, over } = partPlaces(this.#limit, [wanted, ...others.map((other) => other.wanted)])
    const isHungry = wanted > share
    const ahead = others.filter((other) => other.wanted > share && isAhead(other, { hasExtra, since }, now)).length
    const fair = isHungry ? share + (ahead < over ? 1 : 0) : wanted
    const given = Math.max(0, Math.min(fair, this.#limit - heldByOthers))
    const hasExtraNow = isHungry && given > share
    const held = Math.max(given, inFlight, holding)
    if (held > 0 || wanted > 0) {
      const changed = { hasExtra: hasExtraNow, since: hasExtraNow === hasExtra ? since : now }
      this.#leases.set(holder, { held, wanted, until: now + placesValidFor, ...changed })
    }
    return given
  }
}

/** True if `one` comes before `other`: first those in their turn, then those that wait, at last those whose turn is over. */
function isAhead(one: Queued, other: Queued, now: number): boolean {
  const rank = ({ hasExtra, since }: Queued): number => (hasExtra ? (now - since < turnOfPlaces ? 0 : 2) : 1)
  return rank(one) - rank(other) < 0 || (rank(one) === rank(other) && one.since < other.since)
}

/** Equal part of `limit` places for each that wants more than that, and what is left over by all. */
export function partPlaces(
  limit: number,
  wanted: readonly number[],
): { readonly share: number; readonly over: number } {
  const sorted = wanted.toSorted((a, b) => a - b)
  let left = limit
  for (const [place, wish] of sorted.entries()) {
    const hungry = sorted.length - place
    const share = Math.floor(left / hungry)
    if (wish > share) return { share, over: left - share * hungry }
    left -= wish
  }
  return { share: Number.POSITIVE_INFINITY, over: 0 }
}
