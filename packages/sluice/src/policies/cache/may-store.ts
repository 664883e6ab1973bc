import { parseCacheControl } from '../../http/cache-control.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { KeptHead } from './cache-store.ts'
import { freshnessLifetime } from './freshness.ts'
import type { CacheMode } from './options.ts'
import { askedFor } from './reuse.ts'
import { isVaried } from './vary.ts'

/** Whole answers that are no failure and do not depend on what else the request was: no 206, no 304. */
const understood: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 302, 307, 308])

/** Headers that make a request one for the server alone: it asks for a part, or compares by itself. */
const ownConditions = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range']

/** True if a kept answer may do for this request. */
export function mayAnswer({ method, body, headers }: ApiRequest): boolean {
  return method === 'GET' && body === undefined && ownConditions.every((name) => headers[name] === undefined)
}

/** True if an answer to such a request is kept (RFC 9111 section 3, as a private cache). */
export function mayStore(mode: CacheMode, { headers }: ApiRequest, answer: KeptHead): boolean {
  if (!understood.has(answer.status) || askedFor(headers).has('no-store')) return false
  const said = parseCacheControl(answer.headers['cache-control'])
  // Section 5.2.2.3: a cache that understands the status obeys the other directives in place of this one.
  if (said.has('no-store') && !said.has('must-understand')) return false
  if (isVaried(answer.headers.vary)) return false
  const hasValidator = answer.headers.etag !== undefined || answer.headers['last-modified'] !== undefined
  if (mode === 'revalidate') return hasValidator
  // Without either there is no request that it could answer.
  const isOfUse = hasValidator || said.has('stale-if-error') || said.has('stale-while-revalidate')
  return isOfUse || (!said.has('no-cache') && freshnessLifetime(answer) > 0)
}
