import { seededRandom } from 'sluice/testing'

/** Random numbers for one round: the same seed and round give the same draws. */
export interface Draw {
  /** True for this share of all draws, from 0 to 1. */
  chance(share: number): boolean
  /** Returns a whole number from `min` to `max`. */
  int(min: number, max: number): number
  pick<const T>(list: readonly T[]): T
  /** Returns the result of `make` for this share of all draws, otherwise undefined. */
  maybe<T>(share: number, make: () => T): T | undefined
}

export function drawFrom(seed: number, round: number): Draw {
  const random = seededRandom((Math.imul(seed, 1_000_003) + round) >>> 0)
  const int = (min: number, max: number) => min + Math.floor(random() * (max - min + 1))
  const chance = (share: number) => random() < share
  return {
    chance,
    int,
    pick: (list) => list[int(0, list.length - 1)]!,
    maybe: (share, make) => (chance(share) ? make() : undefined),
  }
}
