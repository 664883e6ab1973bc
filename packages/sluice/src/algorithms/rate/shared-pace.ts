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
