import type { Clock } from 'sluice'
import type { SourceAdapter } from '../source.ts'
import type { NewsStore } from '../store/news-store.ts'

/** What the pages of the reader are made from. */
export interface NewsAppOptions {
  readonly store: NewsStore
  /** Tells how old stories are, and how long a refresh is waited for. */
  readonly clock: Clock
  /** The name on the pages; @default 'News' */
  readonly title?: string | undefined
  /** Asks all sources that are due. Without it there is no button for it. */
  readonly refresh?: (() => Promise<unknown>) | undefined
  /** What readers call the sources; @default each as its key, as they have a health */
  readonly sources?: readonly Pick<SourceAdapter, 'key' | 'title' | 'homepage'>[] | undefined
  /** Is told what went wrong behind an error page, which itself does not say it. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** Stands in every form, so that no other page can send one; @default made by chance for each app */
  readonly token?: string | undefined
}
