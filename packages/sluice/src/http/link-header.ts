import { utf8Of } from './headers.ts'

/** Link of a `Link` field: its target and relation. */
export interface Link {
  /** Absolute if the URL of the response was given, otherwise as written. */
  readonly url: string
  /** One relation type, in lower case. */
  readonly rel: string
  /**
   * Other parameters by lower-case name; the first of each name. One with a star (`title*`) is decoded and
   * replaces the plain one. `anchor` is resolved like `url`.
   */
  readonly params: Readonly<Record<string, string>>
}

/** Context of a `Link` field. */
export interface LinkContext {
  /** URL of the response after redirects: base of relative targets. */
  readonly url?: string | undefined
}

/** Maximum length that is read; the rest of a longer field is ignored. */
const longestField = 16_384

/**
 * Parses a `Link` field (RFC 8288 section 3 and appendix B) into one link per relation type. Links without `rel`, and
 * links with an invalid target, are omitted; a second `rel` is ignored. Never throws.
 *
 * Lenient: accepts parameters without quotation marks, unclosed quotation marks and empty members. Reading ends at the
 * first member that does not start with `<`. If the field is longer than 16 KiB, only the links that end before that
 * are returned.
 */
export function parseLinkHeader(value: string | undefined, context: LinkContext = {}): readonly Link[] {
  const text = utf8Of(value?.slice(0, longestField)) ?? ''
  const isCut = value !== undefined && value.length > longestField
  const links: Link[] = []
  let position = 0
  while (true) {
    const target = take(/[ \t,]*<([^>]*)>/y, text, position)
    if (target === undefined) return links
    const params = readParameters(text, target.end)
    // Text between the last parameter and the next comma has no meaning.
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

/** Reads the parameters from `start` on, in order, and their end. */
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

/** Matches a sticky pattern at the position. Returns its first group and its end. */
function take(
  pattern: RegExp,
  text: string,
  position: number,
): { readonly value: string; readonly end: number } | undefined {
  pattern.lastIndex = position
  const match = pattern.exec(text)
  return match === null ? undefined : { value: match[1]!, end: pattern.lastIndex }
}

/** Decodes `UTF-8'en'%c2%a3%20rates` (RFC 8187 section 3.2); `undefined` for anything else. */
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
