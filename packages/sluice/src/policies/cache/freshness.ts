import { deltaSeconds, directiveTime, parseCacheControl } from '../../http/cache-control.ts'
import { parseHttpDate } from '../../http/http-date.ts'
import type { CachedHead } from './cache-store.ts'

/** Maximum heuristic freshness in ms: a day. */
const longestGuess = 86_400_000
/** Heuristic freshness, as a share of the time since the last change (RFC 9111 section 4.2.2). */
const guessedShare = 0.1

/** Statuses that are heuristically cacheable (RFC 9110 section 15.1), except those of failures. */
const mayBeGuessed: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308])

/**
 * Freshness lifetime of a response in ms, compared with its age (RFC 9111 section 4.2.1).
 *
 * `s-maxage` is for shared caches, and this is a private one. Invalid values count as stale.
 */
export function freshnessLifetime(kept: CachedHead): number {
  const { headers } = kept
  const maxAge = directiveTime(parseCacheControl(headers['cache-control']), 'max-age')
  if (maxAge !== undefined) return maxAge
  if (headers.expires === undefined) return heuristicLifetime(kept)
  const expires = parseHttpDate(headers.expires, kept.responseTime)
  // Section 5.3: an invalid date, especially "0", lies in the past.
  return expires === undefined ? 0 : Math.max(0, expires - dateOf(kept))
}

/** Section 4.2.2: without a stated lifetime, a tenth of the time since the last change. */
function heuristicLifetime(kept: CachedHead): number {
  const { status, headers } = kept
  const lastModified = parseHttpDate(headers['last-modified'] ?? '', kept.responseTime)
  const isAllowed = mayBeGuessed.has(status) || parseCacheControl(headers['cache-control']).has('public')
  if (lastModified === undefined || !isAllowed) return 0
  return Math.min(longestGuess, Math.max(0, dateOf(kept) - lastModified) * guessedShare)
}

/** Age of a response in ms since the server generated or validated it (RFC 9111 section 4.2.3). */
export function currentAge(kept: CachedHead, now: number): number {
  const { headers, requestTime, responseTime } = kept
  const apparentAge = Math.max(0, responseTime - dateOf(kept))
  const responseDelay = Math.max(0, responseTime - requestTime)
  const correctedAge = ageField(headers.age) + responseDelay
  const initialAge = Math.max(apparentAge, correctedAge)
  // Setting the clock back does not make a response younger than on arrival.
  return initialAge + Math.max(0, now - responseTime)
}

/** Date of the response; its arrival if the server has no clock (RFC 9110 section 6.6.1). */
function dateOf({ headers, responseTime }: CachedHead): number {
  return parseHttpDate(headers.date ?? '', responseTime) ?? responseTime
}

/** Age in ms: the first of several values; 0 if it is not a number of seconds (RFC 9111 section 5.1). */
function ageField(text: string | undefined): number {
  return (deltaSeconds(text?.split(',')[0]?.trim()) ?? 0) * 1_000
}
