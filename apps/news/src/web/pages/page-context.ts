import type { NewsAppOptions } from '../news-app-options.ts'

/** What every page knows. */
export interface PageContext {
  /** The name of the reader. */
  readonly title: string
  /** Stands in every form. */
  readonly token: string
  /** Milliseconds since the epoch, the same for all of a page. */
  readonly now: number
  readonly sources: NewsAppOptions['sources']
  /** Of the refresh, if there is one. */
  readonly refresh?: 'idle' | 'under way' | 'failed' | undefined
}
