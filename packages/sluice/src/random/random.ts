/** Source of random numbers: uniform from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number

/** The platform's random numbers. */
export const systemRandom: Random = () => Math.random()

/** A given source with its results checked: if it throws or returns anything out of range, the platform's is used. */
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
 * Reproducible random numbers: the same seed gives the same sequence.
 *
 * Mulberry32 by Tommy Ettinger (public domain): 32 bits of state, good enough for jitter and simulations, not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
