/** Latest moment that a `Date` can represent, in milliseconds since the epoch. */
const furthest = 8_640_000_000_000_000

/**
 * ISO 8601 text of a moment in milliseconds since the epoch.
 *
 * Never throws, unlike `toISOString`: a moment out of range, or not a number, becomes the latest date.
 */
export function isoDate(at: number): string {
  return new Date(Number.isNaN(at) ? furthest : Math.max(-furthest, Math.min(at, furthest))).toISOString()
}
