import { generateOpml } from 'feedsmith'
import { SettingsError } from 'sluice'
import { authInUrl } from '../settings/credentials.ts'
import type { FeedSetting, NewsSettings } from '../settings/settings.ts'
import { feedText } from './feed-text.ts'
import { childrenOf, type XmlElement, xmlTree } from './xml-tree.ts'

/** Maximum number of feeds in a file. */
const maxFeeds = 10_000

/** Feeds of an OPML file with their folders, without duplicates. @throws SettingsError that names an invalid file. */
export function feedsIn(opml: Uint8Array, name: string): FeedSetting[] {
  const { root } = xmlTree(feedText(opml), { names: new Set(), onElement: () => {} })
  const [top] = childrenOf(root, 'opml')
  const body = top === undefined ? undefined : (childrenOf(top, 'body')[0] ?? top)
  const feeds = new Map<string, FeedSetting>()
  if (body !== undefined) collect(body, '', feeds)
  if (body === undefined || (body.isCut && feeds.size === 0)) throw new SettingsError(`${name}: is not valid OPML`)
  return [...feeds.values()]
}

function collect(outer: XmlElement, folder: string, feeds: Map<string, FeedSetting>): void {
  for (const outline of childrenOf(outer, 'outline')) {
    if (feeds.size >= maxFeeds) return
    const { xmlurl, url, text = '', title: long = '', type } = outline.attributes
    const title = (long.trim() || text.trim()).replaceAll(/\s+/g, ' ')
    const address = feedAddress(xmlurl ?? (type === undefined || /^(?:rss|atom|feed)/i.test(type) ? url : undefined))
    const isFeed = address !== undefined && !feeds.has(addressKey(address))
    if (isFeed) {
      const named = { ...(title && { title }), ...(folder && { folder }) }
      feeds.set(addressKey(address), { type: 'feed', url: address, ...named })
    }
    const within = address === undefined && title !== '' ? title.replaceAll('/', '∕') : ''
    collect(outline, [folder, within].filter(Boolean).join('/'), feeds)
  }
}

/** Feed URL as users write it: `feed:` becomes http or https. Undefined for other schemes. */
export function feedAddress(text: string | undefined): string | undefined {
  const address = text
    ?.trim()
    .replace(/^feed:(?:\/\/)?(?=https?:)/i, '')
    .replace(/^feed:(?:\/\/)?/i, 'http://')
  return address !== undefined && /^https?:$/.test(URL.parse(address)?.protocol ?? '') ? address : undefined
}

/** Address as users type it: without a scheme it is https. Undefined for other schemes. */
export function typedAddress(text: string): string | undefined {
  const isBare = !/^\s*[a-z][a-z\d+.-]*:(?!\d)/i.test(text)
  return feedAddress(isBare ? `https://${text.trim()}` : text)
}

/** Canonical form of an address. */
function addressKey(address: string): string {
  const url = new URL(address)
  url.hash = ''
  url.username = ''
  url.password = ''
  return url.href
}

/** Feeds that the settings do not contain yet, however their addresses are spelled. */
export function newFeeds({ sources }: NewsSettings, feeds: readonly FeedSetting[]): readonly FeedSetting[] {
  const known = new Set(sources.flatMap((source) => (source.type === 'feed' ? [addressKey(source.url)] : [])))
  return feeds.filter(({ url }) => !known.has(addressKey(url)))
}

/** Indices of a feed in the settings, however its address is spelled. */
export function indicesOf({ sources }: NewsSettings, address: string): number[] {
  const key = addressKey(address)
  return sources.flatMap((source, at) => (source.type === 'feed' && addressKey(source.url) === key ? [at] : []))
}

interface Outline {
  readonly text: string
  readonly title?: string
  readonly type?: string
  readonly xmlUrl?: string
  readonly outlines?: Outline[]
}

/** Exports all feeds as OPML 2.0, with their folders. */
export function opmlOf({ sources }: NewsSettings): string {
  const top: Outline[] = []
  for (const source of sources) {
    if (source.type !== 'feed') continue
    const { folder = '' } = source
    // Credentials are not exported.
    const url = authInUrl(source.url) === undefined ? source.url : addressKey(source.url)
    const { title = url } = source
    let level = top
    for (const name of folder.split('/').filter(Boolean)) {
      const known = level.find(({ text, xmlUrl }) => text === name && xmlUrl === undefined)
      const outline = known ?? { text: name, outlines: [] }
      if (known === undefined) level.push(outline)
      level = outline.outlines!
    }
    level.push({ text: title, title, type: 'rss', xmlUrl: url })
  }
  const empty =
    '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0"><head><title>Feeds</title></head><body/></opml>\n'
  return top.length === 0 ? empty : String(generateOpml({ head: { title: 'Feeds' }, body: { outlines: top } }))
}
