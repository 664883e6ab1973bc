import type { SourceHealth } from '../model/source-health.ts'
import type { NewsAppOptions } from './news-app-options.ts'
import { shownText } from './text/shown-text.ts'
import { webAddress } from './text/web-address.ts'

/** A source as readers know it. */
export interface NamedSource {
  readonly key: string
  readonly title: string
  readonly homepage?: string | undefined
}

/** What readers call a source: as it is given, or else the host of a feed, or its key. */
export function sourceTitle(sources: NewsAppOptions['sources'], key: string): string {
  const given = sources?.find((source) => source.key === key)?.title
  const address = webAddress(key)
  return shownText(given ?? (address === undefined ? key : new URL(address).host), 60) || 'unknown'
}

/** All sources that are given or have a health, by name. */
export function namedSources(sources: NewsAppOptions['sources'], health: readonly SourceHealth[]): NamedSource[] {
  const keys = new Set([...(sources ?? []).map(({ key }) => key), ...health.map(({ source }) => source)])
  return Array.from(keys, (key) => ({
    key,
    title: sourceTitle(sources, key),
    homepage: webAddress(sources?.find((source) => source.key === key)?.homepage),
  })).sort((one, other) => one.title.localeCompare(other.title, 'en'))
}
