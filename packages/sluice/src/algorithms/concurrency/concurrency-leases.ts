/** Request for places in flight. A process that holds none and wants none is removed. */
export interface PlaceWish {
  readonly inFlight: number
  /** Places it may fill until the response arrives: those last granted, while they are valid. */
  readonly holding: number
  /** Places wanted in total. */
  readonly wanted: number
}

/** Places in flight in total, valid for `validFor` ms from when they were requested. */
export interface HeldPlaces {
  readonly places: number
  readonly validFor: number
}

interface Lease extends Queued {
  readonly held: number
  readonly wanted: number
  readonly until: number
  /** Permits of `held` that were granted when others released them, since its last claim. */
  readonly handed: number
}

/** Queue position of a process that wants more than its equal share. */
interface Queued {
  /** True if it has one of the remaining permits, which are too few to be divided equally. */
  readonly hasExtra: boolean
  /** Time since which `hasExtra` has its value. */
  readonly since: number
}

/** Lease in ms of granted permits, unless renewed. */
export const placesValidFor = 3_000
/** Time in ms for which a process keeps a remaining permit while others wait for it. */
export const turnLength = 2_000

/**
 * Grants permits in flight, so that all processes together never use more than `limit`: small requests in full, the
 * rest in equal shares. The remainder goes to the processes that have waited longest.
 *
 * A revoked permit counts as held until its process claims again: it may be in use until then.
 */
export class ConcurrencyLeases {
  /** Places in total. When it is lowered, places are taken back as their processes claim again. */
  limit: number
  readonly #leases = new Map<string, Lease>()

  constructor(limit: number) {
    this.limit = limit
  }

  hold(now: number, holder: string, { inFlight, holding, wanted }: PlaceWish): number {
    for (const [name, { until }] of this.#leases) if (until <= now) this.#leases.delete(name)
    const { hasExtra, since } = this.#leases.get(holder) ?? { hasExtra: false, since: now }
    this.#leases.delete(holder)
    const others = [...this.#leases.values()]
    const heldByOthers = others.reduce((sum, { held }) => sum + held, 0)
    const { share, over } = dividePermits(this.limit, [wanted, ...others.map((other) => other.wanted)])
    const isHungry = wanted > share
    const ahead = others.filter((other) => other.wanted > share && isAhead(other, { hasExtra, since }, now)).length
    const fair = isHungry ? share + (ahead < over ? 1 : 0) : wanted
    const given = Math.max(0, Math.min(fair, this.limit - heldByOthers))
    const hasExtraNow = isHungry && given > share
    const held = Math.max(given, inFlight, holding)
    if (held > 0 || wanted > 0) {
      const changed = { hasExtra: hasExtraNow, since: hasExtraNow === hasExtra ? since : now }
      this.#leases.set(holder, { held, wanted, until: now + placesValidFor, handed: 0, ...changed })
    }
    this.#handOn(now, holder)
    return given
  }

  /** Permits granted to a holder since its last claim because others released them, and the rest of its lease in ms. */
  handed(now: number, holder: string): HeldPlaces | undefined {
    const { handed = 0, until = now } = this.#leases.get(holder) ?? {}
    return handed > 0 && until > now ? { places: handed, validFor: until - now } : undefined
  }

  /**
   * Grants free permits to holders that have less than their part, to those that have waited longest first. Their turn
   * begins when they claim again.
   */
  #handOn(now: number, claimed: string): void {
    const all = Array.from(this.#leases.values())
    let free = this.limit - all.reduce((sum, { held }) => sum + held, 0)
    if (free <= 0) return
    const { share, over } = dividePermits(
      this.limit,
      all.map(({ wanted }) => wanted),
    )
    const byTurn = [...this.#leases].sort(
      ([, one], [, other]) => Number(isAhead(other, one, now)) - Number(isAhead(one, other, now)),
    )
    let extra = over
    for (const [name, lease] of byTurn) {
      const hasExtra = lease.wanted > share && extra-- > 0
      const part = Math.min(free, Math.min(lease.wanted, share + (hasExtra ? 1 : 0)) - lease.held)
      if (part <= 0 || name === claimed) continue
      free -= part
      this.#leases.set(name, { ...lease, held: lease.held + part, handed: lease.handed + part })
    }
  }
}

/** True if `one` goes before `other`: first those within their turn, then waiting ones, last those past their turn. */
function isAhead(one: Queued, other: Queued, now: number): boolean {
  const rank = ({ hasExtra, since }: Queued): number => (hasExtra ? (now - since < turnLength ? 0 : 2) : 1)
  return rank(one) - rank(other) < 0 || (rank(one) === rank(other) && one.since < other.since)
}

/** Equal share of `limit` for each process that wants more than that, and the remainder. */
export function dividePermits(
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
