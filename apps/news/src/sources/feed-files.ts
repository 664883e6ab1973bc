import type { FeedFile } from './feed-content.ts'
import { basesOf, childrenOf, rawText, type XmlElement } from './xml-tree.ts'

/** Files of an item: enclosures of RSS and Atom, and Media RSS content. */
export function filesOf(item: XmlElement, media: XmlElement): FeedFile[] {
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
