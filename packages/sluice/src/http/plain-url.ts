/** Characters that URL parsing leaves unchanged. Not `%`, which may encode a dot, nor white space, which may be cut. */
const unchanged = /^[\w\-~/:=&?.,;+!$()*@]*$/
const maxOrigins = 1_000

/** Origins of parsed URLs. */
const known = new Set<string>()

/** Stores the origin of a parsed URL, so that similar URLs need not be parsed. */
export function rememberOrigin(origin: string): void {
  if (known.size >= maxOrigins) known.clear()
  known.add(origin)
}

/**
 * Returns the origin of a URL that is in normal form already, so that parsing would not change it: a known origin,
 * followed by characters that parsing leaves unchanged. Otherwise `undefined`.
 *
 * Applies to nearly all of a million URLs, where parsing took a twentieth of the time of the calls.
 */
export function plainOrigin(url: string): string | undefined {
  // After `https://`, or within a host too short to be that of a known origin.
  const pathStart = url.indexOf('/', 8)
  if (pathStart === -1) return undefined
  const origin = url.slice(0, pathStart)
  // A segment that starts with a dot may be removed by URL resolution.
  return known.has(origin) && !url.includes('/.', pathStart) && unchanged.test(url.slice(pathStart))
    ? origin
    : undefined
}

/** Origin of an absolute URL, which is parsed only if necessary. */
export function originOf(url: string): string {
  return plainOrigin(url) ?? new URL(url).origin
}
