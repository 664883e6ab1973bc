import sanitize, { type Attributes, type IFrame, type Tag } from 'sanitize-html'

/** Options for external HTML. */
export interface SafeHtmlOptions {
  /** Base of relative addresses; without one, they are left out. */
  readonly base?: string | undefined
  /** Returns the address under which to show an image; undefined leaves it out. @default the image's own address */
  readonly image?: ((address: string) => string | undefined) | undefined
}

const text =
  'p br hr div blockquote pre code kbd samp var ul ol li dl dt dd table thead tbody tfoot tr th td caption figure figcaption'
const inline = 'a abbr b bdi bdo cite del dfn em i ins mark q s small span strong sub sup time u wbr ruby rb rp rt'
const headings = 'h3 h4 h5 h6'
const media = 'img audio video details summary'

/** Elements that are removed with their content. */
const unseen =
  'script style template noscript title textarea option select object embed svg math canvas head xmp plaintext noembed noframes'

/** Headings of articles are lowered below those of the page. */
const lowered: Readonly<Record<string, string>> = { h1: 'h3', h2: 'h3', h3: 'h4', h4: 'h5', h5: 'h6' }

/** Maximum depth: deeper elements are left out, their text is not. */
const deepest = 60

/** Maximum number of open elements, beyond any real article: parsers take very long for more. */
const maxOpen = 2_000
/** Elements without an end tag. */
const endless: ReadonlySet<string> = new Set(
  'area br col dd dt hr img input li link meta option p source td th tr wbr'.split(' '),
)

const longestAddress = 2_048

/**
 * Sanitizes HTML of an article for a page: an allow-list of elements and attributes, without scripts, styles, forms,
 * names and handlers. All addresses are absolute http or https; links may also be mailto. Embedded pages become links.
 */
export function safeHtml(html: string, { base, image = (address) => address }: SafeHtmlOptions = {}): string {
  const address = (given: string | undefined): string | undefined => webAddress(given, base)
  const player = (tagName: string, { src }: Attributes): Tag => ({
    tagName,
    attribs: withoutNone({ src: address(src), controls: '', preload: 'none' }),
  })
  return sanitize(cutTooDeep(html), {
    allowedTags: `${text} ${inline} ${headings} ${media} source`.split(' '),
    allowedAttributes: {
      a: ['href', 'rel'],
      img: ['src', 'alt', 'width', 'height', 'loading', 'decoding', 'referrerpolicy'],
      audio: ['src', 'controls', 'preload'],
      video: ['src', 'controls', 'preload'],
      source: ['src'],
      ol: ['start', 'reversed', 'type'],
      td: ['colspan', 'rowspan'],
      th: ['colspan', 'rowspan'],
      time: ['datetime'],
      abbr: ['title'],
      pre: ['tabindex'],
      '*': [{ name: 'dir', values: ['ltr', 'rtl', 'auto'] }],
    },
    nonTextTags: unseen.split(' '),
    allowedSchemes: ['http', 'https', 'mailto'],
    allowedSchemesAppliedToAttributes: ['href', 'src'],
    allowProtocolRelative: false,
    nestingLimit: deepest,
    transformTags: {
      ...lowered,
      a: (tagName, { href, dir }) => ({ tagName, attribs: withoutNone({ ...linkTo(linkAddress(href, base)), dir }) }),
      img: (tagName, attributes) => {
        const { alt = '', width, height } = attributes
        const own = isTiny(width) || isTiny(height) ? undefined : address(imageSource(attributes))
        const size = withoutNone({ width: pixels(width), height: pixels(height) })
        const how = { loading: 'lazy', decoding: 'async', referrerpolicy: 'no-referrer' }
        return {
          tagName,
          attribs: withoutNone({ src: own === undefined ? undefined : image(own), alt, ...size, ...how }),
        }
      },
      audio: player,
      video: player,
      source: (tagName, { src }) => ({ tagName, attribs: withoutNone({ src: address(src) }) }),
      iframe: (_, { src }) => {
        const href = address(src)
        const where = href === undefined ? '' : `Embedded page of ${new URL(href).hostname}`
        return { tagName: 'a', attribs: linkTo(href), text: where }
      },
      // Makes scrollable parts reachable by keyboard.
      pre: (tagName) => ({ tagName, attribs: { tabindex: '0' } }),
    },
    exclusiveFilter: isEmpty,
  })
}

/** Truncates HTML where too many elements are open. */
function cutTooDeep(html: string): string {
  const open = new Map<string, number>()
  let all = 0
  for (const { 1: slash, 2: given, index } of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    const name = given!.toLowerCase()
    const count = open.get(name) ?? 0
    if (endless.has(name) || (slash === '/' && count === 0)) continue
    const step = slash === '/' ? -1 : 1
    open.set(name, count + step)
    all += step
    if (all > maxOpen) return html.slice(0, index)
  }
  return html
}

/** Returns true for elements that show nothing: images and files without an address, and links without text. */
function isEmpty({ tag, attribs, text: words, mediaChildren }: IFrame): boolean {
  if (tag === 'img' || tag === 'source') return attribs.src === undefined
  return tag === 'a' && words.trim() === '' && (mediaChildren?.length ?? 0) === 0
}

/** Address of an image, also of a lazy-loaded one. */
function imageSource({
  src = '',
  srcset,
  'data-src': later,
  'data-original': original,
}: Attributes): string | undefined {
  if (src.trim() !== '' && !/^\s*data:/i.test(src)) return src
  return later ?? original ?? srcset?.trim().split(/\s/)[0]
}

function webAddress(given: string | undefined, base: string | undefined): string | undefined {
  const url = given === undefined || given.trim() === '' ? null : URL.parse(given.trim(), base)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  url.username = ''
  url.password = ''
  return url.href.length > longestAddress ? undefined : url.href
}

function linkAddress(given: string | undefined, base: string | undefined): string | undefined {
  const mail = /^\s*mailto:[^\s<>"]{1,500}\s*$/i.test(given ?? '') ? given?.trim() : undefined
  return mail ?? webAddress(given, base)
}

/** Returns true for the sizes of tracking pixels. */
function isTiny(size: string | undefined): boolean {
  return size !== undefined && /^\s*[0-2](?:px)?\s*$/.test(size)
}

function pixels(size: string | undefined): string | undefined {
  return /^\s*(\d{1,5})(?:px)?\s*$/.exec(size ?? '')?.[1]
}

function linkTo(href: string | undefined): Attributes {
  return href === undefined ? {} : { href, rel: 'noopener noreferrer nofollow' }
}

function withoutNone(attributes: Readonly<Record<string, string | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Attributes
}
