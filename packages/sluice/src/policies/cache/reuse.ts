import { type CacheDirectives, directiveTime, parseCacheControl } from '../../http/cache-control.ts'
import type { KeptHead } from './cache-store.ts'
import { currentAge, freshnessLifetime } from './freshness.ts'

/** Use of a stored answer for a further request. */
export type Reuse =
  /** The stored answer is used without a request. */
  | { readonly kind: 'serve'; readonly how: 'fresh' | 'stale' }
  /** It is given though it is stale, and the server is asked meanwhile. */
  | { readonly kind: 'serve and refresh' }
  /** The server is asked whether it still holds. */
  | { readonly kind: 'validate' }

type Headers = Readonly<Record<string, string>>

/** Decides by RFC 9111 section 4 and RFC 5861 section 3. Pure; the table of its tests is the specification. */
export function reuseOf(kept: KeptHead, requestHeaders: Headers, now: number): Reuse {
  const asked = askedFor(requestHeaders)
  const said = parseCacheControl(kept.headers['cache-control'])
  // Sections 5.2.1.4, 5.2.2.4: neither wants an answer that was not confirmed.
  if (asked.has('no-cache') || said.has('no-cache')) return validate
  const age = currentAge(kept, now)
  const lifetime = freshnessLifetime(kept)
  if (age > (directiveTime(asked, 'max-age') ?? Number.POSITIVE_INFINITY)) return validate
  if (age + (directiveTime(asked, 'min-fresh') ?? 0) < lifetime) return { kind: 'serve', how: 'fresh' }
  // Section 5.2.2.2: what is stale is of no use, whatever anybody else says.
  if (said.has('must-revalidate') || asked.has('min-fresh')) return validate
  if (age - lifetime < staleAllowed(asked)) return { kind: 'serve', how: 'stale' }
  if (age - lifetime < (directiveTime(said, 'stale-while-revalidate') ?? 0)) return { kind: 'serve and refresh' }
  return validate
}

/** True if a stale answer is better than none, when the server cannot be asked (RFC 5861 section 4). */
export function mayServeOnError(kept: KeptHead, requestHeaders: Headers, now: number): boolean {
  const asked = askedFor(requestHeaders)
  const said = parseCacheControl(kept.headers['cache-control'])
  if (asked.has('no-cache') || said.has('no-cache') || said.has('must-revalidate')) return false
  const staleFor = currentAge(kept, now) - freshnessLifetime(kept)
  return staleFor < (directiveTime(asked, 'stale-if-error') ?? directiveTime(said, 'stale-if-error') ?? 0)
}

const validate: Reuse = { kind: 'validate' }

/** Directives of the request; `Pragma` only where it says nothing else (section 5.4). */
export function askedFor(headers: Headers): CacheDirectives {
  return parseCacheControl(headers['cache-control'] ?? (headers.pragma?.includes('no-cache') ? 'no-cache' : undefined))
}

/** Section 5.2.1.2: without a number any age will do. */
function staleAllowed(asked: CacheDirectives): number {
  const values = asked.get('max-stale')
  if (values?.every((value) => value === undefined)) return Number.POSITIVE_INFINITY
  return directiveTime(asked, 'max-stale') ?? 0
}
