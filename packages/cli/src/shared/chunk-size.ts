import type { Rate } from 'sluice/internal'

/** As many as the store hands out at once without a worker waiting for it between two chunks. */
const largest = 200

/** A chunk is to be done in about this time, in milliseconds: so much is done later when a worker dies. */
const timeOfAChunk = 30_000

/** Workers among which a rate is reckoned to be shared: with larger chunks the last of them would end late. */
const sharers = 4

/** Chunks that a run of known length has at least, if it has so many items: one chunk keeps one worker busy only. */
const fewestChunks = 16

/**
 * How many items a worker takes at a time.
 *
 * What all workers may send in 30 s, shared by four. A rate of more than a minute is spent as it is wanted, so that all of
 * it may go in that time.
 */
export function chunkSizeFor(rates: readonly Rate[], total: number | undefined): number {
  const byRate = rates.map(({ count, per }) => (per > 60_000 ? count : (count * timeOfAChunk) / per) / sharers)
  const byTotal = total === undefined ? [] : [total / fewestChunks]
  return Math.max(1, Math.ceil(Math.min(largest, ...byRate, ...byTotal)))
}
