/** Directives of a `Cache-Control` field: lower-case names, each with its values in order. */
export type CacheDirectives = ReadonlyMap<string, readonly (string | undefined)[]>

/** One directive; its value may be quoted and contain commas. Bounded, so that an unterminated quote costs little. */
const directive = /([^\s,=]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.){0,500})"|([^\s,]*)))?/g

/** Parses a `Cache-Control` field (RFC 9111 section 5.2). Unreadable parts are ignored, as they have no meaning. */
export function parseCacheControl(text: string | undefined): CacheDirectives {
  const directives = new Map<string, (string | undefined)[]>()
  for (const [, name, quoted, token] of (text ?? '').matchAll(directive)) {
    const values = directives.get(name!.toLowerCase()) ?? []
    values.push(quoted?.replace(/\\(.)/g, '$1') ?? token)
    directives.set(name!.toLowerCase(), values)
  }
  return directives
}

/** Number of seconds that a recipient assumes for any larger number (RFC 9111 section 1.2.2). */
const maxSeconds = 2 ** 31

/** Parses a field of whole seconds; undefined for anything else. */
export function deltaSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), maxSeconds) : undefined
}

/**
 * Returns the milliseconds of a directive; undefined if it is missing.
 *
 * An invalid number of seconds, or a directive that is repeated with different values, is 0: stale rather than wrong
 * (RFC 9111 section 4.2.1).
 */
export function directiveTime(directives: CacheDirectives, name: string): number | undefined {
  const values = directives.get(name)
  if (values === undefined) return undefined
  const seconds = values.map(deltaSeconds)
  const first = seconds[0]
  return first !== undefined && seconds.every((other) => other === first) ? first * 1_000 : 0
}
