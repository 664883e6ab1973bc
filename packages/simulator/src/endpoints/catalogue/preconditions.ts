import { parseHttpDate } from 'sluice/internal'

/** Current representation: its strong ETag, quotes included, and its last modification in milliseconds. */
export interface Validators {
  readonly etag: string
  readonly lastModified: number
}

/**
 * Result of the conditions of a request, by the precedence of RFC 9110 section 13.2.2.
 *
 * `not-modified`: the client has it already (304). `failed`: the client meant to change another version (412).
 */
export function preconditions(
  method: string,
  headers: Readonly<Record<string, string>>,
  { etag, lastModified }: Validators,
): 'go' | 'not-modified' | 'failed' {
  const isRead = method === 'GET' || method === 'HEAD'
  // HTTP dates have a resolution of one second.
  const lastSecond = Math.floor(lastModified / 1_000) * 1_000
  const ifMatch = headers['if-match']
  if (ifMatch !== undefined) {
    if (!names(ifMatch, etag, 'strong')) return 'failed'
  } else {
    const since = dateOf(headers['if-unmodified-since'], lastModified)
    if (since !== undefined && lastSecond > since) return 'failed'
  }
  const ifNoneMatch = headers['if-none-match']
  if (ifNoneMatch !== undefined) {
    if (!names(ifNoneMatch, etag, 'weak')) return 'go'
    return isRead ? 'not-modified' : 'failed'
  }
  const since = isRead ? dateOf(headers['if-modified-since'], lastModified) : undefined
  return since !== undefined && lastSecond <= since ? 'not-modified' : 'go'
}

/** True if the list contains our ETag; weak tags match in a weak comparison only. */
function names(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true
  return Array.from(list.matchAll(/(W\/)?("[^"]*")/g)).some(
    ([, weak, opaque]) => opaque === etag && (comparison === 'weak' || weak === undefined),
  )
}

function dateOf(text: string | undefined, now: number): number | undefined {
  return text === undefined ? undefined : parseHttpDate(text.trim(), now)
}
