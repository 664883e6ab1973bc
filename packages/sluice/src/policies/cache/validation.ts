import { hopByHop } from '../../http/headers.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import type { CachedResponse } from './cache-store.ts'

/** Conditional request that validates a stored response (RFC 9111 section 4.3.1). */
export function withValidators(request: ApiRequest, { headers }: CachedResponse): ApiRequest {
  const { etag, 'last-modified': lastModified } = headers
  if (etag === undefined && lastModified === undefined) return request
  return {
    ...request,
    headers: {
      ...request.headers,
      ...(etag === undefined ? undefined : { 'if-none-match': etag }),
      ...(lastModified === undefined ? undefined : { 'if-modified-since': lastModified }),
    },
  }
}

/**
 * True if a 304 refers to the stored response (RFC 9111 section 4.3.4): by its entity tag, else by its modification
 * date. A 304 with neither can only refer to the stored response.
 *
 * Tags are compared weakly (RFC 9110 section 8.8.3.2): servers that compress send a weak tag with the body and a strong
 * one with the 304.
 */
export function confirms({ headers }: ApiResponse, kept: CachedResponse): boolean {
  if (headers.etag !== undefined) return withoutMark(kept.headers.etag) === withoutMark(headers.etag)
  if (kept.headers.etag !== undefined || headers['last-modified'] === undefined) return true
  return headers['last-modified'] === kept.headers['last-modified']
}

function withoutMark(etag: string | undefined): string | undefined {
  return etag?.replace(/^W\//, '')
}

/** Stored response after a 304: its body, and the headers of both (RFC 9111 section 3.2). */
export function freshened(
  kept: CachedResponse,
  { headers }: ApiResponse,
  times: { readonly requestTime: number; readonly responseTime: number },
): CachedResponse {
  const updated = Object.entries(headers).filter(([name]) => !ofBody.has(name) && isKept(name))
  // Age and date are those of the validation: older ones would overstate the age.
  const { age: _age, date: _date, ...rest } = kept.headers
  return { ...kept, ...times, headers: { ...rest, ...Object.fromEntries(updated) } }
}

/** Headers of a response that are stored (RFC 9111 section 3.1). */
export function keptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => isKept(name)))
}

/** Headers that describe the stored body: its encoding and type, and its entity tag. A 304 has no body. */
const ofBody: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'etag',
])

/** False for connection fields and for `trailer`: a stored response has no trailers. */
function isKept(name: string): boolean {
  return !hopByHop.has(name) && name !== 'trailer'
}
