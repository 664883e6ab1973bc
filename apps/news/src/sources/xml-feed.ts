import type { SourceText } from './clean-article.ts'
import type { FeedContent, FeedFile, FeedItem, FeedLink } from './feed-content.ts'
import { periodOf, skippedBy } from './feed-period.ts'
import { textOfHtml } from './html-text.ts'
import { basesOf, childrenOf, markupOf, rawText, type XmlElement, xmlTree } from './xml-tree.ts'

const itemNames: ReadonlySet<string> = new Set(['item', 'entry', 'atom:entry', 'rdf:item'])
const rootNames: ReadonlySet<string> = new Set(['rss', 'rdf:rdf', 'rdf', 'feed', 'atom:feed', 'channel'])
const maxItems = 20_000

/** Parses RSS of all versions, RDF, Atom and CDF, as far as possible. Undefined for other documents. */
export function readXmlFeed(text: string): FeedContent | undefined {
  const items: FeedItem[] = []
  const { root, isMended } = xmlTree(text, {
    names: itemNames,
    onElement(element) {
      const item = items.length < maxItems && !isHalf(element) ? itemOf(element) : undefined
      if (item !== undefined) items.push(item)
    },
  })
  const top = find(root, rootNames, 4)
  if (top === undefined || (top.isCut && items.length === 0)) return undefined
  const channel = find(top, new Set(['channel']), 3) ?? top
  const isAtom = top.name.endsWith('feed')
  const author = authorOf(channel)
  const language = textIn(channel, 'language', 'dc:language') ?? top.attributes['xml:lang']
  const homepage = homepageOf(channel)
  return {
    items: items.map((item) => ({
      ...item,
      author: item.author ?? (isAtom ? author : undefined),
      language: item.language ?? language,
    })),
    title: construct(channel, 'title', 'atom:title', 'dc:title'),
    homepage,
    // Atom has its own address and `xml:base`; RSS defines no base, so its relative links are resolved against the
    // home page.
    base: isAtom || !/^https?:/i.test(homepage ?? '') ? undefined : homepage,
    refreshAfter: periodOf(channel),
    ...skippedBy(channel),
    icon: iconOf(channel),
    isMended,
  }
}

/** Returns true for an item cut off by the end of the document, unless its parts are complete and identify it. */
function isHalf(item: XmlElement): boolean {
  if (!item.isCut) return false
  const parts = item.children.filter((child) => typeof child !== 'string')
  return parts.some(({ isCut }) => isCut) || childrenOf(item, 'link', 'guid', 'atom:id', 'id').length === 0
}

function find(element: XmlElement, names: ReadonlySet<string>, depth: number): XmlElement | undefined {
  for (const child of element.children) {
    if (typeof child === 'string') continue
    if (names.has(child.name)) return child
    const inner = depth > 1 ? find(child, names, depth - 1) : undefined
    if (inner !== undefined) return inner
  }
  return undefined
}

function itemOf(item: XmlElement): FeedItem {
  const guid = childrenOf(item, 'guid', 'atom:id', 'id')[0]
  const sourceId = (guid === undefined ? undefined : rawText(guid).trim() || undefined) ?? item.attributes.about
  const media = mediaOf(item)
  const html = ['description', 'content:encoded', 'atom:content', 'content', 'atom:summary'].flatMap((name) =>
    childrenOf(item, name).map((one) => markupOf(one)),
  )
  return {
    sourceId,
    links: linksOf(item, guid, media),
    title: construct(item, 'title', 'atom:title', 'dc:title', 'itunes:title') ?? construct(media, 'media:title'),
    summary:
      construct(
        item,
        'description',
        'atom:summary',
        'summary',
        'content:encoded',
        'atom:content',
        'content',
        'abstract',
      ) ??
      construct(item, 'xhtml:body', 'itunes:summary', 'itunes:subtitle', 'dc:description') ??
      construct(media, 'media:description'),
    image: html.find((one) => /<img\b/i.test(one)),
    text: wholeText(item, media),
    files: filesOf(item, media),
    author: authorOf(item),
    dates: [
      ...textsIn(
        item,
        'pubdate',
        'atom:published',
        'published',
        'atom:issued',
        'issued',
        'dc:date',
        'dc:issued',
        'dc:created',
      ),
      ...textsIn(item, 'date', 'atom:updated', 'updated', 'atom:modified', 'modified', 'dc:modified', 'lastbuilddate'),
    ],
    section: sectionOf(item),
    language: textIn(item, 'dc:language', 'language') ?? item.attributes['xml:lang'],
  }
}

const textNames = ['content:encoded', 'atom:content', 'content', 'xhtml:body', 'description', 'atom:summary']

/** Full text of an item, from the first of these elements that is not empty. */
function wholeText(item: XmlElement, media: XmlElement): FeedItem['text'] {
  for (const one of textNames.flatMap((name) => childrenOf(item, name))) {
    const html = sourceText(one)
    if ((typeof html === 'string' ? html : html.plain).trim() !== '') return { html, bases: basesOf(one) }
  }
  const [about] = childrenOf(media, 'media:description')
  if (about === undefined) return undefined
  return { html: /html/.test(about.attributes.type ?? '') ? sourceText(about) : { plain: rawText(about) } }
}

/** Parent of the Media RSS elements: a group, a content, or the item itself. */
function mediaOf(item: XmlElement): XmlElement {
  return childrenOf(item, 'media:group')[0] ?? childrenOf(item, 'media:content')[0] ?? item
}

function linksOf(item: XmlElement, guid: XmlElement | undefined, media: XmlElement): FeedLink[] {
  const links: FeedLink[] = []
  const add = (element: XmlElement, href: string | undefined, isId = false): void => {
    if (href !== undefined && href.trim() !== '') links.push({ href, bases: basesOf(element), isId })
  }
  for (const one of childrenOf(item, 'feedburner:origlink', 'pheedo:origlink')) add(one, rawText(one))
  const typed = childrenOf(item, 'link', 'atom:link').filter(({ attributes }) => attributes.href !== undefined)
  const alternates = typed.filter(isAlternate)
  const isPage = ({ attributes: { type } }: XmlElement): boolean => type === undefined || /html/i.test(type)
  for (const one of childrenOf(item, 'link', 'atom:link')) add(one, rawText(one))
  for (const one of alternates.filter(isPage)) add(one, one.attributes.href)
  for (const one of alternates) add(one, one.attributes.href)
  if (guid !== undefined) {
    const isPermalink = guid.name === 'guid' && !/^false$/i.test(guid.attributes.ispermalink?.trim() ?? '')
    add(guid, rawText(guid), !isPermalink || !/^[./]/.test(rawText(guid).trim()))
  }
  add(item, item.attributes.href)
  add(item, item.attributes.about, true)
  for (const one of childrenOf(item, 'atom:content', 'content')) add(one, one.attributes.src)
  for (const one of childrenOf(item, 'enclosure')) add(one, one.attributes.url ?? one.attributes.href)
  for (const one of typed.filter(({ attributes }) => /^enclosure$/i.test(attributes.rel ?? '')))
    add(one, one.attributes.href)
  for (const one of childrenOf(media, 'media:player', 'media:content')) add(one, one.attributes.url)
  add(media, media.attributes.url)
  for (const one of childrenOf(item, 'comments')) add(one, rawText(one))
  for (const one of typed.filter(({ attributes }) => /^(?:self|via|related)$/i.test(attributes.rel ?? '')))
    add(one, one.attributes.href)
  return links
}

/** Returns true for a link to the page itself: `alternate`, also as the URI of that relation, or no relation. */
function isAlternate({ attributes: { rel = '' } }: XmlElement): boolean {
  return /^(?:(?:http:\/\/www\.iana\.org\/assignments\/relation\/)?alternate)?$/i.test(rel.trim())
}

function homepageOf(channel: XmlElement): string | undefined {
  const pages = childrenOf(channel, 'link', 'atom:link').filter((link) => {
    const { href, type } = link.attributes
    return href === undefined || (isAlternate(link) && (type === undefined || /html/i.test(type)))
  })
  const texts = [...pages.map((one) => one.attributes.href ?? rawText(one)), channel.attributes.href ?? '']
  return texts.map((text) => text.trim()).find((text) => text !== '')
}

function iconOf(channel: XmlElement): string | undefined {
  const [image] = childrenOf(channel, 'image', 'itunes:image')
  const own = textIn(channel, 'webfeeds:icon', 'atom:icon', 'atom:logo', 'logo')
  return own ?? (image === undefined ? undefined : (textIn(image, 'url') ?? image.attributes.href))
}

/** First of these elements with text: HTML, or in Atom plain text unless declared otherwise (RFC 4287 section 3.1). */
function construct(element: XmlElement, ...names: readonly string[]): SourceText | undefined {
  for (const name of names) {
    for (const one of childrenOf(element, name)) {
      const text = sourceText(one)
      if ((typeof text === 'string' ? textOfHtml(text) : text.plain.trim()) !== '') return text
    }
  }
  return undefined
}

function sourceText(element: XmlElement): SourceText {
  const type = element.attributes.type?.trim().toLowerCase()
  const isEscaped = element.attributes.mode?.toLowerCase() === 'escaped'
  if (type === 'xhtml' || type === 'application/xhtml+xml') return markupOf(element, true)
  if (!element.name.startsWith('atom:') || isEscaped || (type !== undefined && /html/.test(type)))
    return markupOf(element)
  if (element.children.some((child) => typeof child !== 'string')) return markupOf(element, true)
  const text = rawText(element)
  // HTML entities that XML does not define.
  const isNamed = /&(?!(?:amp|lt|gt|quot|apos);)[a-z]{2,8}\d?;/i.test(text)
  return isNamed ? text.replaceAll('<', '&lt;') : { plain: text }
}

function authorOf(element: XmlElement): string | undefined {
  for (const one of childrenOf(
    element,
    'dc:creator',
    'author',
    'atom:author',
    'itunes:author',
    'dc:author',
    'media:credit',
  )) {
    const name = childrenOf(one, 'atom:name', 'name')[0]
    const text = textOfHtml(name === undefined ? markupOf(one) : markupOf(name))
    if (text !== '') return personOf(text)
  }
  return undefined
}

/** Extracts the name from `joe@site.example (Joe Doe)` and `Joe Doe <joe@site.example>`. */
function personOf(text: string): string {
  const named =
    /^[^\s@()]+@[^\s@()]+ ?\((.+)\)$/.exec(text)?.[1] ?? /^(.+?) ?[<(][^\s@<>()]+@[^\s@<>()]+[>)]$/.exec(text)?.[1]
  return named ?? text
}

function sectionOf(item: XmlElement): SourceText | undefined {
  for (const one of childrenOf(item, 'category', 'atom:category', 'dc:subject')) {
    const { label, term, text } = one.attributes
    const section = label ?? term ?? (markupOf(one).trim() || text)
    if (section !== undefined && section.trim() !== '') return (label ?? term) ? { plain: section } : section
  }
  return undefined
}

function textIn(element: XmlElement, ...names: readonly string[]): string | undefined {
  return textsIn(element, ...names)[0]
}

function textsIn(element: XmlElement, ...names: readonly string[]): string[] {
  return names
    .flatMap((name) => childrenOf(element, name).map((one) => rawText(one).trim()))
    .filter((text) => text !== '')
}

/** Files of an item: enclosures of RSS and Atom, and Media RSS content. */
function filesOf(item: XmlElement, media: XmlElement): FeedFile[] {
  const links = childrenOf(item, 'link', 'atom:link').filter(({ attributes }) =>
    /^enclosure$/i.test(attributes.rel ?? ''),
  )
  const contents = [...new Set([...childrenOf(item, 'media:content'), ...childrenOf(media, 'media:content'), media])]
  return [...childrenOf(item, 'enclosure'), ...links, ...contents.filter((one) => one !== item)].map((one) => {
    const { url, href, type, length, filesize, title, medium } = one.attributes
    const [named] = childrenOf(one, 'media:title')
    return {
      url: url ?? href,
      bases: basesOf(one),
      type: type ?? (medium === undefined ? undefined : `${medium}/*`),
      bytes: length ?? filesize,
      title: title ?? (named === undefined ? undefined : rawText(named)),
    }
  })
}
