import { parseCacheControl } from '../../http/cache-control.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { CachedHead } from './cache-store.ts'
import { freshnessLifetime } from './freshness.ts'
import type { CacheMode } from './options.ts'
import { askedFor } from './reuse.ts'
import { isVaried } from './vary.ts'

/** Statuses of complete successful responses that can be reused for other requests: not 206 or 304. */
const understood: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 302, 307, 308])

/** Request headers that only the server can handle: they request a part, or are conditional. */
const ownConditions = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range']

/** True if a stored response can satisfy this request. */
export function mayUseCache({ method, body, headers }: ApiRequest): boolean {
  return method === 'GET' && body === undefined && ownConditions.every((name) => headers[name] === undefined)
}

/** True if a response to such a request is stored (RFC 9111 section 3, as a private cache). */
export function mayStore(mode: CacheMode, { headers }: ApiRequest, answer: CachedHead): boolean {
  if (!understood.has(answer.status) || askedFor(headers).has('no-store')) return false
  const said = parseCacheControl(answer.headers['cache-control'])
  // Section 5.2.2.3: a cache that understands the status obeys the other directives in place of this one.
  if (said.has('no-store') && !said.has('must-understand')) return false
  if (isVaried(answer.headers.vary)) return false
  const hasValidator = answer.headers.etag !== undefined || answer.headers['last-modified'] !== undefined
  if (mode === 'revalidate') return hasValidator
  // Without either, the stored response could never be used.
  const isOfUse = hasValidator || said.has('stale-if-error') || said.has('stale-while-revalidate')
  return isOfUse || (!said.has('no-cache') && freshnessLifetime(answer) > 0)
}
