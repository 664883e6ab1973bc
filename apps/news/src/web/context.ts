import { cleanText } from '@sluice/report/markup'
import type { Clock } from 'sluice'
import { StoreError } from 'sluice/stores'
import type { ArticleContent, SourceHealth } from '../model/news.ts'
import type { SourceAdapter } from '../model/source.ts'
import type { FetchedImage } from '../refresh/fetch-image.ts'
import type { NewsStore } from '../store/news-store.ts'
import { webAddress } from './text.ts'

/** Options of the reader's web app. */
export interface NewsAppOptions {
  readonly store: NewsStore
  /** Tells how old stories are, and how long a refresh is waited for. */
  readonly clock: Clock
  /** The name on the pages; @default 'News' */
  readonly title?: string | undefined
  /** Fetches all sources that are due. Without it, pages have no refresh button. */
  readonly refresh?: (() => Promise<unknown>) | undefined
  /** Titles and homepages of the sources, or how to get those of the moment. @default all sources that have a health */
  readonly sources?: readonly GivenSource[] | (() => readonly GivenSource[]) | undefined
  /** Fetches the icons of sources. Without it, pages show none. */
  readonly icon?: FetchImage | undefined
  /** Fetches the images of articles. Without it, browsers fetch them from where they are. */
  readonly image?: FetchImage | undefined
  /** Fetches the text of an article's page, by the key of its source. Without it, pages have no button for that. */
  readonly fullText?: FetchFullText | undefined
  /** Is told what went wrong behind an error page, which itself does not say it. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** Stands in every form, so that no other page can send one; @default made by chance for each app */
  readonly token?: string | undefined
}

/** Fetches an image for a source, by its key, from an address. */
export type FetchImage = (source: string, address: string) => Promise<FetchedImage | undefined>

/** Fetches the text of a page for a source, by its key. @throws SourceError that says why there is none */
type FetchFullText = (source: string, address: string) => Promise<ArticleContent>

/** A source as it is set. */
export type GivenSource = Pick<SourceAdapter, 'key' | 'title' | 'homepage' | 'folder'>

/** Data that every page shows. */
export interface PageContext {
  /** The name of the reader. */
  readonly title: string
  /** Stands in every form. */
  readonly token: string
  /** Milliseconds since the epoch, the same for all of a page. */
  readonly now: number
  /** With the titles that feeds give themselves, where none is set. */
  readonly sources: readonly GivenSource[] | undefined
  readonly health: readonly SourceHealth[]
  /** True if icons of sources are shown. */
  readonly hasIcons: boolean
  /** True if the text of an article's page can be fetched. */
  readonly hasFullText: boolean
  /** The address under which this server shows an image of a source's article, if it does. */
  readonly image?: ((source: string, address: string) => string) | undefined
  /** The stories that were last marked as read at once. */
  readonly undo?: MarkedAtOnce | undefined
  /** State of the refresh; missing without one. */
  readonly refresh?: 'idle' | 'under way' | 'failed' | 'no database' | undefined
}

/** Stories that were marked as read at once, as long as that can be taken back. */
interface MarkedAtOnce {
  /** Stands in the form that takes it back. */
  readonly name: string
  readonly ids: readonly number[]
}

/** Parts that all routes share. */
export interface NewsParts {
  readonly options: NewsAppOptions
  readonly refreshing: Refreshing | undefined
  /** Stands in every form. */
  readonly token: string
  /** The stories that were last marked as read at once; the routes of changes set it. */
  readonly marked: { last?: MarkedAtOnce | undefined }
  /** Made anew for each page. @throws what the store throws */
  context(): Promise<PageContext>
}

/** A source as readers know it. */
export interface NamedSource {
  readonly key: string
  readonly title: string
  readonly homepage?: string | undefined
}

/** Title of a source: the given one, else the host of a feed, else its key. */
export function sourceTitle(sources: PageContext['sources'], key: string): string {
  const given = sources?.find((source) => source.key === key)?.title
  const address = webAddress(key)
  return cleanText(given ?? (address === undefined ? key : new URL(address).host), 60) || 'unknown'
}

/** All sources that are given or have a health, by name. */
export function namedSources({ sources, health }: Pick<PageContext, 'sources' | 'health'>): NamedSource[] {
  const keys = new Set([...(sources ?? []).map(({ key }) => key), ...health.map(({ source }) => source)])
  return Array.from(keys, (key) => ({
    key,
    title: sourceTitle(sources, key),
    homepage: webAddress(sources?.find((source) => source.key === key)?.homepage),
  })).sort((one, other) => one.title.localeCompare(other.title, 'en'))
}

/** Sources under the titles that they give themselves, unless another one is set. */
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

/** Milliseconds for which a page waits for a refresh before it says that it goes on. */
const aMoment = 500

/** Refreshes sources, one refresh at a time. */
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

  /** Starts a refresh unless one is under way, and waits a moment for its end; it goes on by itself after that. */
  async start(): Promise<void> {
    this.#underWay ??= this.#run()
    const end = this.#underWay
    await new Promise<void>((resolve) => {
      const timer = this.#clock.timer(aMoment, resolve)
      void end.then(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  async #run(): Promise<void> {
    this.#failure = undefined
    try {
      // Begins in a later turn, so that a refresh that throws at once is one like others.
      await Promise.resolve().then(this.#refresh)
    } catch (error) {
      this.#failure = error instanceof StoreError ? 'no database' : 'failed'
      this.#onError(error)
    } finally {
      this.#underWay = undefined
    }
  }
}
