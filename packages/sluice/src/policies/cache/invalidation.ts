import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'])

/** True if the method may change a resource; unknown methods may. */
export function isUnsafe(method: string): boolean {
  return !safe.has(method)
}

/**
 * URLs whose stored responses are invalidated by an unsafe request (RFC 9111 section 4.4): its own URL, and those that
 * the response names within its origin. Empty if the server refused.
 */
export function invalidatedUrls(request: ApiRequest, { status, headers }: ApiResponse): readonly string[] {
  if (status >= 400) return []
  const own = new URL(request.url)
  const named = [headers.location, headers['content-location']].flatMap((place) => {
    if (place === undefined || !URL.canParse(place, own.href)) return []
    const url = new URL(place, own)
    url.hash = ''
    return url.origin === own.origin ? [url.href] : []
  })
  return [...new Set([request.url, ...named])]
}
