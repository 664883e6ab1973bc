/** Latest moment that a `Date` can represent, in milliseconds since the epoch. */
const furthest = 8_640_000_000_000_000

/** Second of the last date and its text up to the milliseconds: results come by the thousand in a second. */
let last = { second: Number.NaN, text: '' }

/**
 * ISO 8601 text of a moment in milliseconds since the epoch.
 *
 * Never throws, unlike `toISOString`: a moment out of range, or not a number, becomes the latest date.
 */
export function isoDate(at: number): string {
  const second = Math.floor(at / 1_000)
  // Before 1970, fractions of a millisecond are cut off in the other direction.
  if (second === last.second && at >= 0)
    return `${last.text}${String(Math.floor(at) - second * 1_000).padStart(3, '0')}Z`
  const text = new Date(Number.isNaN(at) ? furthest : Math.max(-furthest, Math.min(at, furthest))).toISOString()
  if (at >= 0 && at < furthest) last = { second, text: text.slice(0, -4) }
  return text
}
