import { Parser } from 'htmlparser2'

/** An element of a feed. */
export interface XmlElement {
  /**
   * Vocabulary and local name in lower case, such as `title`, `media:title`, `atom:link`. RSS elements have no prefix.
   */
  readonly name: string
  /** Attributes by local name in lower case; `xml:base` keeps its prefix. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: (XmlElement | string)[]
  readonly parent: XmlElement | undefined
  /** True if the document ended within the element. */
  isCut: boolean
}

export interface XmlTree {
  readonly root: XmlElement
  /** True if the document was ill-formed: elements were closed or text was left out. */
  readonly isMended: boolean
}

export interface XmlTreeOptions {
  /** Names of the elements passed to `onElement` when they close; their content is dropped afterwards. */
  readonly names: ReadonlySet<string>
  readonly onElement: (element: XmlElement) => void
}

/** Namespaces of known vocabularies, without version suffix, in lower case. */
const vocabularies: readonly (readonly [RegExp, string])[] = [
  [/^https?:\/\/www\.w3\.org\/2005\/atom|^https?:\/\/purl\.org\/atom\/ns/, 'atom'],
  [
    /^https?:\/\/backend\.userland\.com\/|^https?:\/\/(?:my|channel)\.netscape\.com\/|^https?:\/\/purl\.org\/(?:rss\/1\.0|net\/rss1\.1)\/?#?$/,
    '',
  ],
  [/^https?:\/\/purl\.org\/dc\/(?:elements\/1\.[01]|terms)\b/, 'dc'],
  [/^https?:\/\/purl\.org\/rss\/1\.0\/modules\/content\b/, 'content'],
  [/^https?:\/\/purl\.org\/rss\/1\.0\/modules\/syndication\b/, 'sy'],
  [/^https?:\/\/(?:search\.yahoo\.com\/mrss|www\.rssboard\.org\/media-rss)/, 'media'],
  [/^https?:\/\/www\.itunes\.com\/dtds\/podcast-1\.0\.dtd/, 'itunes'],
  [/^https?:\/\/rssnamespace\.org\/feedburner\//, 'feedburner'],
  [/^https?:\/\/www\.w3\.org\/1999\/02\/22-rdf-syntax-ns/, 'rdf'],
  [/^https?:\/\/www\.w3\.org\/1999\/xhtml/, 'xhtml'],
]

/** Meaning of common prefixes if their namespace is undeclared or unknown. */
const usualPrefixes: ReadonlyMap<string, string> = new Map([
  ['a10', 'atom'],
  ['dcterms', 'dc'],
])

/** Text-only elements: if another element starts inside one, its end tag is missing. */
const textOnly: ReadonlySet<string> = new Set([
  'title',
  'link',
  'guid',
  'pubdate',
  'atom:title',
  'atom:id',
  'atom:updated',
  'atom:published',
])
const known: ReadonlySet<string> = new Set([
  ...textOnly,
  ...[
    'description',
    'author',
    'category',
    'comments',
    'enclosure',
    'source',
    'content:encoded',
    'dc:creator',
    'dc:date',
  ],
  ...['atom:link', 'atom:summary', 'atom:content', 'atom:author', 'atom:category'],
])

/** Maximum depth: deeper elements are left out, their text is not. */
const deepest = 200

/**
 * Parses XML as far as possible and never throws: closes unclosed elements where necessary and leaves HTML entities
 * unchanged. Names are compared by namespace, not by prefix.
 */
export function xmlTree(text: string, { names, onElement }: XmlTreeOptions): XmlTree {
  const root: XmlElement = { name: '', attributes: {}, children: [], parent: undefined, isCut: false }
  const open: { readonly raw: string; readonly element: XmlElement; readonly spaces: ReadonlyMap<string, string> }[] =
    []
  let isMended = false
  let isAtEnd = false
  const top = (): XmlElement => open.at(-1)?.element ?? root

  function close(): void {
    const { element } = open.pop()!
    if (isAtEnd) element.isCut = true
    if (!names.has(element.name)) return
    onElement(element)
    element.children.length = 0
  }

  function closeTo(depth: number): void {
    if (open.length > depth + 1) isMended = true
    while (open.length > depth) close()
  }

  const parser = new Parser(
    {
      onopentag(raw, given) {
        if (open.length >= deepest) return
        const spaces = spacesOf(given, open.at(-1)?.spaces ?? new Map())
        const name = nameOf(raw, spaces)
        if (known.has(name) && textOnly.has(top().name)) closeTo(open.length - 1)
        // Items cannot be nested.
        const outer = names.has(name) ? open.findIndex(({ element }) => names.has(element.name)) : -1
        if (outer >= 0) {
          isMended = true
          closeTo(outer)
        }
        const attributes = attributesOf(given)
        const element: XmlElement = { name, attributes, children: [], parent: top(), isCut: false }
        top().children.push(element)
        open.push({ raw, element, spaces })
      },
      ontext(raw) {
        const data = raw.replaceAll(/[\x80-\x9f]/g, windows1252)
        const siblings = top().children
        const last = siblings.length - 1
        if (typeof siblings[last] === 'string') siblings[last] += data
        else siblings.push(data)
      },
      onclosetag(raw, isImplied) {
        const depth = open.findLastIndex((one) => one.raw === raw)
        // Empty elements such as `<link/>` are closed in the same way.
        if (isImplied && !isAtEnd && text[parser.endIndex - 1] !== '/') isMended = true
        if (depth >= 0) closeTo(depth)
      },
    },
    { xmlMode: true },
  )
  parser.write(text)
  isAtEnd = true
  if (open.length > 0) isMended = true
  parser.end()
  while (open.length > 0) close()
  return { root, isMended }
}

/** Character for a reference to a control character, such as `&#146;`, decoded as in HTML. */
function windows1252(character: string): string {
  return new TextDecoder('windows-1252').decode(Uint8Array.of(character.charCodeAt(0)))
}

function spacesOf(attributes: Record<string, string>, outer: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const declared = Object.entries(attributes).filter(([name]) => /^xmlns(?::|$)/i.test(name))
  if (declared.length === 0) return outer
  return new Map([
    ...outer,
    ...declared.map(([name, uri]) => [name.slice(6).toLowerCase(), uri.trim().toLowerCase()] as const),
  ])
}

function nameOf(raw: string, spaces: ReadonlyMap<string, string>): string {
  const lower = raw.toLowerCase()
  const colon = lower.indexOf(':')
  const prefix = colon < 0 ? '' : lower.slice(0, colon)
  const local = lower.slice(colon + 1)
  const uri = spaces.get(prefix) ?? ''
  const vocabulary = vocabularies.find(([pattern]) => pattern.test(uri))?.[1] ?? usualPrefixes.get(prefix) ?? prefix
  return vocabulary === '' ? local : `${vocabulary}:${local}`
}

function attributesOf(given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const lower = name.toLowerCase()
      return [lower.startsWith('xml:') ? lower : lower.slice(lower.indexOf(':') + 1), value]
    }),
  )
}

/** Child elements with one of these names. */
export function childrenOf(element: XmlElement, ...names: readonly string[]): XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string' && names.includes(child.name)) as XmlElement[]
}

/** Text of an element and its descendants. */
export function rawText(element: XmlElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : rawText(child))).join('')
}

/**
 * HTML of an element. Text is HTML already, as in RSS, unless `isPlain`; child elements are unescaped markup, as in
 * XHTML.
 */
export function markupOf(element: XmlElement, isPlain = false): string {
  return element.children
    .map((child) => {
      if (typeof child !== 'string') return tagged(child, markupOf(child, isPlain))
      return isPlain ? child.replaceAll('&', '&amp;').replaceAll('<', '&lt;') : child
    })
    .join('')
}

function tagged({ name, attributes }: XmlElement, content: string): string {
  const tag = name.slice(name.indexOf(':') + 1)
  if (!/^[a-z][a-z0-9-]*$/.test(tag)) return content
  const kept = ['src', 'alt', 'href', 'width', 'height'].map((key) => {
    const value = attributes[key]
    return value === undefined ? '' : ` ${key}="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`
  })
  return content === '' && /^(?:img|br|hr)$/.test(tag)
    ? `<${tag}${kept.join('')}>`
    : `<${tag}${kept.join('')}>${content}</${tag}>`
}

/** `xml:base` attributes that apply to an element, outermost first. */
export function basesOf(element: XmlElement): string[] {
  const bases: string[] = []
  for (let one: XmlElement | undefined = element; one !== undefined; one = one.parent) {
    const base = one.attributes['xml:base']
    if (base !== undefined) bases.unshift(base)
  }
  return bases
}
