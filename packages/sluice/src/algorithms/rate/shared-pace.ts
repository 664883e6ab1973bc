import { inWholeUnits, type Rate } from './rate.ts'
import { jitterAllowance } from './send-ledger.ts'

/** Longest window in ms that is paced evenly; longer ones are quotas: 100 a day, evenly, is one call in 14 minutes. */
export const longestPacedWindow = 60_000

/**
 * Share of a rate that processes leave unused: permits are used up to half of `jitterAllowance` late, their instants are
 * known only to a round trip, and even sends arrive less evenly. A window can hold what was to leave shortly before it.
 */
const headroom = 0.02

/** Parts of a window in which a quota is counted. */
const partsOfWindow = 100

/** How a rate is granted to many processes. */
export type SharedPace =
  /** Evenly, `gap` apart; after idleness, calls of the last `tolerance` milliseconds may leave at once. */
  | { readonly kind: 'paced'; readonly gap: number; readonly tolerance: number; readonly lasts: number }
  /** On demand: `count` in `counted + 1` parts of the length `part`; a permit is used within one part after its grant. */
  | { readonly kind: 'quota'; readonly count: number; readonly part: number; readonly counted: number }

/** Pace of a rate with a burst. */
export function sharedPace(rate: Rate, burst: number): SharedPace {
  const { count, per } = inWholeUnits(rate)
  if (per > longestPacedWindow) {
    // A permit granted at the start of a part may be used at the end of the next: only then has it left every window.
    return { kind: 'quota', count, part: per / partsOfWindow, counted: partsOfWindow + 2 }
  }
  const gap = (per / count) * (1 + headroom)
  return { kind: 'paced', gap, tolerance: gap * (burst - 1), lasts: jitterAllowance(per) / 2 }
}

/** Units that one of `active` processes reserves at a time. */
export function sliceOf({ count, per }: Rate, active: number): number {
  if (per > longestPacedWindow) return Math.max(1, Math.ceil(count / partsOfWindow))
  // A tenth of a second; with many processes, each asks about once a second.
  const span = Math.min(100, Math.max(10, 1_000 / active))
  return Math.max(1, Math.floor((count / per) * span))
}

/** Granted permits, on the clock of the ledger. */
export interface GivenPermits {
  readonly units: number
  readonly startsAt: number
  readonly gap: number
  readonly lasts: number
}

/** Share of its time in which a quota's permit is used, because clocks differ. */
const usableShare = 0.9

/** Pace of a quota's permits: on demand, but within one part. */
export function paceOfQuota(part: number): { readonly gap: number; readonly lasts: number } {
  return { gap: 0, lasts: part * usableShare }
}

/** Grants the permits of one rate to many processes, so that together they keep it. */
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
