import { inWholeUnits, type Rate } from './rate.ts'
import { jitterAllowance } from './send-ledger.ts'

/** Rates of longer windows, in milliseconds, are quotas: even spacing would make one call of 100 a day wait a quarter of an hour. */
export const longestPacedWindow = 60_000

/**
 * What many processes together leave unused of a rate: permits are used up to half of `jitterAllowance` late, their
 * instants are known as exactly as a round trip is quick, and what leaves evenly arrives a little less so. A window can hold
 * what was to leave in that time before it.
 */
const headroom = 0.02

/** A quota is counted in so many parts of its window. */
const partsOfWindow = 100

/** How a rate is given out to many. */
export type SharedPace =
  /** Evenly, `gap` apart; after idleness what would have left within `tolerance` may leave at once. */
  | { readonly kind: 'paced'; readonly gap: number; readonly tolerance: number; readonly lasts: number }
  /** As it is wanted: `count` in `counted + 1` parts of the length `part`, of which none is used later than one part after it was given. */
  | { readonly kind: 'quota'; readonly count: number; readonly part: number; readonly counted: number }

/** Burst and rate in numbers for whoever gives out its permits. */
export function sharedPace(rate: Rate, burst: number): SharedPace {
  const { count, per } = inWholeUnits(rate)
  if (per > longestPacedWindow) {
    // Given at the beginning of a part and used at the end of the next: only then it has left every window.
    return { kind: 'quota', count, part: per / partsOfWindow, counted: partsOfWindow + 2 }
  }
  const gap = (per / count) * (1 + headroom)
  return { kind: 'paced', gap, tolerance: gap * (burst - 1), lasts: jitterAllowance(per) / 2 }
}

/** How many units are asked for at a time, by one of `active` processes. */
export function sliceOf({ count, per }: Rate, active: number): number {
  if (per > longestPacedWindow) return Math.max(1, Math.ceil(count / partsOfWindow))
  // A tenth of a second; of many processes each has its turn about every second.
  const span = Math.min(100, Math.max(10, 1_000 / active))
  return Math.max(1, Math.floor((count / per) * span))
}

/** Permits as they are given out, on the clock of whoever gives them. */
export interface GivenPermits {
  readonly units: number
  readonly startsAt: number
  readonly gap: number
  readonly lasts: number
}

/** Clocks are known only so well: of a quota, what was given is not used up to the very end of its time. */
const usableShare = 0.9

/** Permits of a quota are used as they are wanted, but not later than within one of its parts. */
export function paceOfQuota(part: number): { readonly gap: number; readonly lasts: number } {
  return { gap: 0, lasts: part * usableShare }
}

/** Gives out the permits of one rate to whoever asks, so that all together keep to it. */
export class PermitLedger {
  readonly #pace: SharedPace
  #next = Number.NEGATIVE_INFINITY
  #parts = new Map<number, number>()

  constructor(pace: SharedPace) {
    this.#pace = pace
  }

  reserve(now: number, units: number): GivenPermits {
    return this.#pace.kind === 'paced' ? this.#pacedFrom(now, units) : this.#ofQuota(now, units)
  }

  #pacedFrom(now: number, units: number): GivenPermits {
    const { gap, tolerance, lasts } = this.#pace as Extract<SharedPace, { kind: 'paced' }>
    const startsAt = Math.max(this.#next, now - tolerance)
    this.#next = startsAt + units * gap
    return { units, startsAt, gap, lasts }
  }

  #ofQuota(now: number, units: number): GivenPermits {
    const { count, part, counted } = this.#pace as Extract<SharedPace, { kind: 'quota' }>
    const current = Math.floor(now / part)
    let given = 0
    let oldest = current
    for (const [index, sum] of this.#parts) {
      if (index + counted <= current) this.#parts.delete(index)
      else {
        given += sum
        oldest = Math.min(oldest, index)
      }
    }
    const granted = Math.max(0, Math.min(units, count - given))
    if (granted === 0) return { units: 0, startsAt: (oldest + counted) * part, ...paceOfQuota(part) }
    this.#parts.set(current, (this.#parts.get(current) ?? 0) + granted)
    return { units: granted, startsAt: now, ...paceOfQuota(part) }
  }
}
