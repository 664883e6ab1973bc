import { generateOpml, parseOpml } from 'feedsmith'
import { SettingsError } from 'sluice'
import type { NewsSettings, SourceSetting } from './settings.ts'

type FeedSetting = SourceSetting & { readonly type: 'feed' }

interface Outline {
  readonly text?: string | undefined
  readonly title?: string | undefined
  readonly xmlUrl?: string | undefined
  readonly outlines?: readonly Outline[] | undefined
}

/** More than this is no list that a person keeps. */
const mostFeeds = 10_000

/** The feeds of an OPML file, from all its folders, each once. @throws SettingsError that names the file, if it is none. */
export function feedsIn(opml: string, name: string): FeedSetting[] {
  let outlines: readonly Outline[]
  try {
    outlines = parseOpml(opml).body?.outlines ?? []
  } catch (error) {
    throw new SettingsError(`${name}: is not valid OPML: ${(error as Error).message}`)
  }
  const feeds = new Map<string, FeedSetting>()
  const left = [...outlines]
  for (let outline = left.shift(); outline !== undefined && feeds.size < mostFeeds; outline = left.shift()) {
    left.unshift(...(outline.outlines ?? []))
    const { xmlUrl } = outline
    if (xmlUrl === undefined || feeds.has(xmlUrl) || !/^https?:$/.test(URL.parse(xmlUrl)?.protocol ?? '')) continue
    const title = outline.title || outline.text
    feeds.set(xmlUrl, { type: 'feed', url: xmlUrl, ...(title ? { title } : undefined) })
  }
  return [...feeds.values()]
}

/** The settings with further feeds, each once; and how many are new. */
export function withFeeds(
  settings: NewsSettings,
  feeds: readonly FeedSetting[],
): { readonly settings: NewsSettings; readonly added: number } {
  const known = new Set(settings.sources.map((source) => (source.type === 'feed' ? source.url : undefined)))
  const added = feeds.filter(({ url }) => !known.has(url))
  return { settings: { sources: [...settings.sources, ...added] }, added: added.length }
}

/** All feeds as OPML 2.0, for another reader. */
export function opmlOf({ sources }: NewsSettings): string {
  const outlines = sources
    .filter((source) => source.type === 'feed')
    .map(({ url, title = url }) => ({ text: title, title, type: 'rss', xmlUrl: url }))
  return String(generateOpml({ head: { title: 'Feeds' }, body: { outlines } }))
}
