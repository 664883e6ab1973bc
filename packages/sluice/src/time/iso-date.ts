/** The furthest moment that a `Date` can hold, in milliseconds since the epoch. */
const furthest = 8_640_000_000_000_000

/**
 * The ISO 8601 text of a moment in milliseconds since the epoch.
 *
 * Never throws, as `toISOString` does: what lies beyond the dates that JavaScript knows, or is no number, is the last of
 * them.
 */
export function isoDate(at: number): string {
  return new Date(Number.isNaN(at) ? furthest : Math.max(-furthest, Math.min(at, furthest))).toISOString()
}
