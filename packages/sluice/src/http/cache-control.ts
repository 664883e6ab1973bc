/** The directives of a `Cache-Control` field, names in lower case, each with its values in the order in which they came. */
export type CacheDirectives = ReadonlyMap<string, readonly (string | undefined)[]>

/** Separators of directives, and quoted values, in which a comma separates nothing. Bounded, so that one without an end costs little. */
const directive = /([^\s,=]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.){0,500})"|([^\s,]*)))?/g

/** Reads a `Cache-Control` field (RFC 9111 section 5.2). What cannot be read is left out: it means nothing to anybody. */
export function parseCacheControl(text: string | undefined): CacheDirectives {
  const directives = new Map<string, (string | undefined)[]>()
  for (const [, name, quoted, token] of (text ?? '').matchAll(directive)) {
    const values = directives.get(name!.toLowerCase()) ?? []
    values.push(quoted?.replace(/\\(.)/g, '$1') ?? token)
    directives.set(name!.toLowerCase(), values)
  }
  return directives
}

/** Seconds that a recipient assumes for any larger number (RFC 9111 section 1.2.2). */
const mostSeconds = 2 ** 31

/** The whole seconds that a field says, or nothing if it says none. */
export function deltaSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), mostSeconds) : undefined
}

/**
 * The milliseconds of a directive, or nothing if it is not there.
 *
 * One that is no number of seconds, or is there twice with different values, is 0: stale rather than wrong (RFC 9111
 * section 4.2.1).
 */
export function directiveTime(directives: CacheDirectives, name: string): number | undefined {
  const values = directives.get(name)
  if (values === undefined) return undefined
  const seconds = values.map(deltaSeconds)
  const first = seconds[0]
  return first !== undefined && seconds.every((other) => other === first) ? first * 1_000 : 0
}
