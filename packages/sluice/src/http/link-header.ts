/** A link of a `Link` field: where to, and as what. */
export interface Link {
  /** Absolute if the URL of the answer was given, or else as it was written. */
  readonly url: string
  /** One relation type, in lower case. */
  readonly rel: string
  /**
   * The other parameters by their names in lower case, the first of each name. One with a star (`title*`) is decoded and
   * stands in place of the plain one. `anchor` is resolved as `url` is.
   */
  readonly params: Readonly<Record<string, string>>
}

/** Context of a `Link` field. */
export interface LinkContext {
  /** The URL of the answer, after redirects: targets are resolved against it. */
  readonly url?: string | undefined
}

/** The end of a longer field is not read. */
const longestField = 16_384

/**
 * The links of a `Link` field (RFC 8288 section 3, parsed after appendix B), one for each relation type of each. Links
 * without `rel`, and those whose target is no URL, are left out; a second `rel` is ignored. Never throws.
 *
 * Forgiving where a reader can be: parameters without quotation marks, a quotation mark that is never closed, empty
 * members. Reading ends at the first member that does not begin with `<`. Of a field beyond 16 KiB, links that end
 * before that are read.
 */
export function parseLinkHeader(value: string | undefined, context: LinkContext = {}): readonly Link[] {
  const text = value?.slice(0, longestField) ?? ''
  const isCut = value !== undefined && value.length > longestField
  const links: Link[] = []
  let position = 0
  while (true) {
    const target = take(/[ \t,]*<([^>]*)>/y, text, position)
    if (target === undefined) return links
    const params = readParameters(text, target.end)
    // What stands between the last parameter and the next comma has no meaning.
    const rest = take(/([^,]*)/y, text, params.end)!
    position = rest.end
    if (isCut && position === text.length) return links
    links.push(...linksTo(target.value, params.pairs, context.url))
  }
}

function linksTo(target: string, pairs: readonly (readonly [string, string])[], base: string | undefined): Link[] {
  const url = resolve(target, base)
  const relations = pairs.find(([name]) => name === 'rel')?.[1].toLowerCase() ?? ''
  if (url === undefined) return []
  const params = paramsOf(pairs, base)
  return (relations.match(/[^ \t]+/g) ?? []).map((rel) => ({ url, rel, params }))
}

function paramsOf(pairs: readonly (readonly [string, string])[], base: string | undefined): Record<string, string> {
  const params = new Map<string, string>()
  for (const [name, value] of pairs) if (!name.endsWith('*') && !params.has(name)) params.set(name, value)
  for (const [name, value] of pairs.toReversed()) {
    const decoded = name.endsWith('*') ? decodeExtended(value) : undefined
    if (decoded !== undefined) params.set(name.slice(0, -1), decoded)
  }
  params.delete('rel')
  const anchor = params.get('anchor')
  if (anchor !== undefined) params.set('anchor', resolve(anchor, base) ?? anchor)
  return Object.fromEntries(params)
}

/** The parameters from `start` on, in their order, and where they end. */
function readParameters(
  text: string,
  start: number,
): { readonly pairs: readonly (readonly [string, string])[]; readonly end: number } {
  const pairs: (readonly [string, string])[] = []
  let end = start
  while (true) {
    const name = take(/[ \t]*;[ \t]*([^=;, \t]*)[ \t]*/y, text, end)
    if (name === undefined) return { pairs, end }
    end = name.end
    const quoted = take(/=[ \t]*"((?:[^"\\]|\\[\s\S])*)(?:"|\\?$)/y, text, end)
    const bare = quoted === undefined ? take(/=[ \t]*([^;,]*)/y, text, end) : undefined
    end = (quoted ?? bare ?? name).end
    const value = quoted?.value.replace(/\\([\s\S])/g, '$1') ?? bare?.value.trim() ?? ''
    if (name.value !== '') pairs.push([name.value.toLowerCase(), value])
  }
}

/** Match of a sticky pattern at the position: its first group, and where it ends. */
function take(
  pattern: RegExp,
  text: string,
  position: number,
): { readonly value: string; readonly end: number } | undefined {
  pattern.lastIndex = position
  const match = pattern.exec(text)
  return match === null ? undefined : { value: match[1]!, end: pattern.lastIndex }
}

/** `UTF-8'en'%c2%a3%20rates` (RFC 8187 section 3.2); `undefined` if it is not that. */
function decodeExtended(value: string): string | undefined {
  const encoded = /^utf-8'[^']*'([^']*)$/i.exec(value)?.[1]
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

function resolve(target: string, base: string | undefined): string | undefined {
  if (base === undefined || !URL.canParse(base)) return target
  return URL.canParse(target, base) ? new URL(target, base).href : undefined
}
