import type { Article } from './article.ts'

/** What is told by one article or by several sources: what a reader reads, marks and stars. */
export interface Story {
  readonly id: number
  /** Of the earliest article, as are `url` and `summary`. */
  readonly title: string
  readonly url: string
  readonly summary?: string | undefined
  /** Of the earliest article. */
  readonly publishedAt: number
  /** When its first article was kept. */
  readonly addedAt: number
  readonly isRead: boolean
  readonly isStarred: boolean
  /** By the time of publication; at least one. */
  readonly articles: readonly Article[]
}
