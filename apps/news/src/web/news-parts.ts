import type { NewsAppOptions } from './news-app-options.ts'
import type { PageContext } from './pages/page-context.ts'
import type { Refreshing } from './refreshing.ts'

/** What the routes share. */
export interface NewsParts {
  readonly options: NewsAppOptions
  readonly refreshing: Refreshing | undefined
  /** Made anew for each page. */
  context(): PageContext
}
