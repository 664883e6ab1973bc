/** A source of chance: a number from 0 (included) to 1 (excluded), evenly spread. */
export type Random = () => number

/** The machine's own chance. */
export const systemRandom: Random = () => Math.random()

/** A given source of chance, kept within its range: where it throws or gives no number, the machine's own takes its place. */
export function soundRandom(random: Random): Random {
  return () => {
    const number = drawnFrom(random)
    return Number.isNaN(number) ? systemRandom() : Math.min(Math.max(0, number), 1 - Number.EPSILON)
  }
}

function drawnFrom(random: Random): number {
  try {
    const number = random()
    return typeof number === 'number' ? number : Number.NaN
  } catch {
    return Number.NaN
  }
}

/**
 * Chance that repeats itself: the same seed gives the same numbers.
 *
 * Mulberry32 by Tommy Ettinger (public domain): 32 bits of state, good enough for jitter and simulations, not for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
