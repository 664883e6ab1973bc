import { type CacheDirectives, directiveTime, parseCacheControl } from '../../http/cache-control.ts'
import type { CachedHead } from './cache-store.ts'
import { currentAge, freshnessLifetime } from './freshness.ts'

/** Use of a stored response for a further request. */
export type Reuse =
  /** The stored response is used without a request. */
  | { readonly kind: 'serve'; readonly how: 'fresh' | 'stale' }
  /** The stored response is used although it is stale, and revalidated in the background. */
  | { readonly kind: 'serve and refresh' }
  /** The stored response is validated with the server first. */
  | { readonly kind: 'validate' }

type Headers = Readonly<Record<string, string>>

/** Decides by RFC 9111 section 4 and RFC 5861 section 3. Pure; the table of its tests is the specification. */
export function reuseOf(kept: CachedHead, requestHeaders: Headers, now: number): Reuse {
  const asked = askedFor(requestHeaders)
  const said = parseCacheControl(kept.headers['cache-control'])
  // Sections 5.2.1.4, 5.2.2.4: both require validation.
  if (asked.has('no-cache') || said.has('no-cache')) return validate
  const age = currentAge(kept, now)
  const lifetime = freshnessLifetime(kept)
  if (age > (directiveTime(asked, 'max-age') ?? Number.POSITIVE_INFINITY)) return validate
  if (age + (directiveTime(asked, 'min-fresh') ?? 0) < lifetime) return { kind: 'serve', how: 'fresh' }
  // Section 5.2.2.2: a stale response must not be used, whatever other directives say.
  if (said.has('must-revalidate') || asked.has('min-fresh')) return validate
  if (age - lifetime < staleAllowed(asked)) return { kind: 'serve', how: 'stale' }
  if (age - lifetime < (directiveTime(said, 'stale-while-revalidate') ?? 0)) return { kind: 'serve and refresh' }
  return validate
}

/** True if a stale response may be used when the server is unreachable or fails (RFC 5861 section 4). */
export function mayServeOnError(kept: CachedHead, requestHeaders: Headers, now: number): boolean {
  const asked = askedFor(requestHeaders)
  const said = parseCacheControl(kept.headers['cache-control'])
  if (asked.has('no-cache') || said.has('no-cache') || said.has('must-revalidate')) return false
  const staleFor = currentAge(kept, now) - freshnessLifetime(kept)
  return staleFor < (directiveTime(asked, 'stale-if-error') ?? directiveTime(said, 'stale-if-error') ?? 0)
}

const validate: Reuse = { kind: 'validate' }

/** Directives of the request. `Pragma` is used only without `Cache-Control` (section 5.4). */
export function askedFor(headers: Headers): CacheDirectives {
  return parseCacheControl(headers['cache-control'] ?? (headers.pragma?.includes('no-cache') ? 'no-cache' : undefined))
}

/** Section 5.2.1.2: without a number, any age is accepted. */
function staleAllowed(asked: CacheDirectives): number {
  const values = asked.get('max-stale')
  if (values?.every((value) => value === undefined)) return Number.POSITIVE_INFINITY
  return directiveTime(asked, 'max-stale') ?? 0
}
