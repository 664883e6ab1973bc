import { createHash } from 'node:crypto'
import { cleanText } from '@sluice/report/markup'
import type { Clock } from 'sluice'
import { StoreError } from 'sluice/stores'
import type { ArticleContent, SourceHealth } from '../model/news.ts'
import type { SourceAdapter } from '../model/source.ts'
import type { FetchedImage } from '../refresh/fetch-image.ts'
import type { FoundFeed } from '../refresh/find-feeds.ts'
import type { NewsStore } from '../store/news-store.ts'
import { webAddress } from './text.ts'

/** Options of the reader's web app. */
export interface NewsAppOptions {
  readonly store: NewsStore
  /** Clock for the age of stories and for waiting on a refresh. */
  readonly clock: Clock
  /** Name shown on the pages. @default 'News' */
  readonly title?: string | undefined
  /** Fetches all sources that are due. Without it, pages have no refresh button. */
  readonly refresh?: (() => Promise<unknown>) | undefined
  /** Sources, or a function that returns the current ones. @default all sources with a health entry */
  readonly sources?: readonly GivenSource[] | (() => readonly GivenSource[]) | undefined
  /** Fetches the icons of sources. Without it, pages show none. */
  readonly icon?: FetchImage | undefined
  /** Fetches the images of articles. Without it, browsers load them from their original addresses. */
  readonly image?: FetchImage | undefined
  /** Fetches the text of an article's page, by the key of its source. Without it, pages have no button for it. */
  readonly fullText?: FetchFullText | undefined
  /** Adds, changes and removes feeds. Without it, pages have no forms for that. */
  readonly feeds?: FeedEditor | undefined
  /** Sources that cannot be used, each with the reason. */
  readonly off?: (() => readonly OffSource[]) | undefined
  /** Receives the cause of an error page; the page itself does not show it. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** CSRF token of all forms. @default random per app */
  readonly token?: string | undefined
}

/** Fetches an image of a source, by its key and the address of the image. */
export type FetchImage = (source: string, address: string) => Promise<FetchedImage | undefined>

/** Fetches the text of a page, by the key of its source and its address. @throws SourceError with the reason */
type FetchFullText = (source: string, address: string) => Promise<ArticleContent>

/** A configured source. */
export type GivenSource = Pick<SourceAdapter, 'key' | 'title' | 'homepage' | 'folder' | 'isMuted'>

/** A source that is switched off, and what you can do about it. */
export interface OffSource {
  readonly title: string
  readonly why: string
  /** Key of a feed. */
  readonly key?: string | undefined
}

/** Access to the settings of the feeds. */
export interface FeedEditor {
  /** Path of the settings file. */
  readonly path: string
  /** Finds the feeds of an address. @throws SourceError with the reason if there is none */
  find(address: string): Promise<readonly FoundFeed[]>
  /** Called after each change of the file. */
  onChange(): Promise<void>
}

/** Data that every page shows. */
export interface PageContext {
  /** Name of the reader. */
  readonly title: string
  /** CSRF token of all forms. */
  readonly token: string
  /** Time of the whole page, in milliseconds since the epoch. */
  readonly now: number
  /** Sources with their titles: configured ones, otherwise those of the feeds themselves. */
  readonly sources: readonly GivenSource[] | undefined
  readonly health: readonly SourceHealth[]
  /** True if icons of sources are shown. */
  readonly hasIcons: boolean
  /** True if feeds can be added, changed and removed. */
  readonly hasEditor: boolean
  readonly off: readonly OffSource[]
  /** True if the text of an article's page can be fetched. */
  readonly hasFullText: boolean
  /** Address under which this server proxies an image of an article; undefined if it does not. */
  readonly image?: ((source: string, address: string) => string) | undefined
  /** The last bulk of stories marked as read. */
  readonly undo?: MarkedAtOnce | undefined
  /** State of the refresh; undefined if pages have no refresh button. */
  readonly refresh?: 'idle' | 'under way' | 'failed' | 'no database' | undefined
}

/** Stories marked as read in one action, as long as that can be undone. */
interface MarkedAtOnce {
  /** Random ID in the undo form. */
  readonly name: string
  readonly ids: readonly number[]
}

/** Parts that all routes share. */
export interface NewsParts {
  readonly options: NewsAppOptions
  readonly refreshing: Refreshing | undefined
  /** CSRF token of all forms. */
  readonly token: string
  /** The last bulk of stories marked as read; set by the change routes. */
  readonly marked: { last?: MarkedAtOnce | undefined }
  /** Creates the data of a page. @throws errors of the store */
  context(): Promise<PageContext>
}

/** A source with its display name. */
export type NamedSource = Pick<SourceAdapter, 'key' | 'title' | 'homepage'>

/** Hash of a source for use in a URL, which must not contain text from outside. */
export function sourceName(source: string): string {
  return createHash('sha256').update(source).digest('base64url').slice(0, 22)
}

/** Title of a source: the configured one, otherwise the host of a feed, otherwise its key. */
export function sourceTitle(sources: PageContext['sources'], key: string): string {
  const given = sources?.find((source) => source.key === key)?.title
  const address = webAddress(key)
  return cleanText(given ?? (address === undefined ? key : new URL(address).host), 60) || 'unknown'
}

/** All sources that are configured or have a health entry, sorted by title. */
export function namedSources({ sources, health }: Pick<PageContext, 'sources' | 'health'>): NamedSource[] {
  const keys = new Set([...(sources ?? []).map(({ key }) => key), ...health.map(({ source }) => source)])
  return Array.from(keys, (key) => ({
    key,
    title: sourceTitle(sources, key),
    homepage: webAddress(sources?.find((source) => source.key === key)?.homepage),
  })).sort((one, other) => one.title.localeCompare(other.title, 'en'))
}

/** Sources with the titles that feeds give themselves, unless the settings name another one. */
export function withOwnTitles(
  given: readonly GivenSource[] | undefined,
  health: readonly SourceHealth[],
): readonly GivenSource[] | undefined {
  const about = new Map(health.map((one) => [one.source, one.about]))
  const all: readonly GivenSource[] = given ?? health.map(({ source }) => ({ key: source, title: '' }))
  const named = all.map((source) => {
    const { title, homepage } = about.get(source.key) ?? {}
    const isSet = source.title !== '' && source.title !== URL.parse(source.key)?.host
    return { ...source, title: isSet ? source.title : (title ?? source.title), homepage: homepage ?? source.homepage }
  })
  return given === undefined ? named.filter(({ title }) => title !== '') : named
}

/** Milliseconds for which a page waits for a refresh before it is rendered without the result. */
const longestWait = 500

/** Runs refreshes, one at a time. */
export class Refreshing {
  readonly #refresh: () => Promise<unknown>
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  #underWay: Promise<void> | undefined
  #failure: 'failed' | 'no database' | undefined

  constructor(refresh: () => Promise<unknown>, clock: Clock, onError: (error: unknown) => void) {
    this.#refresh = refresh
    this.#clock = clock
    this.#onError = onError
  }

  get state(): 'idle' | 'under way' | 'failed' | 'no database' {
    return this.#underWay !== undefined ? 'under way' : (this.#failure ?? 'idle')
  }

  /** Starts a refresh unless one is running, and waits briefly for its end; it continues in the background. */
  async start(): Promise<void> {
    this.#underWay ??= this.#run()
    const end = this.#underWay
    await new Promise<void>((resolve) => {
      const timer = this.#clock.timer(longestWait, resolve)
      void end.then(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  async #run(): Promise<void> {
    this.#failure = undefined
    try {
      // Deferred, so that a synchronous throw is handled like a rejection.
      await Promise.resolve().then(this.#refresh)
    } catch (error) {
      this.#failure = error instanceof StoreError ? 'no database' : 'failed'
      this.#onError(error)
    } finally {
      this.#underWay = undefined
    }
  }
}
