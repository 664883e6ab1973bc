import type { NewArticle } from '../model/news.ts'
import { type SourceAdapter, SourceError } from '../model/source.ts'
import { fetchFullText } from './fetch-full-text.ts'
import type { VisitContext } from './visit-source.ts'

/** Maximum number of pages fetched after one visit to a source: those of the newest articles. */
const maxPages = 20

/**
 * Fetches and stores the full text of new articles, one after another, until the deadline. Pages without a text are left
 * out; readers can try again on the page of the story.
 */
export async function addFullTexts(
  source: SourceAdapter,
  articles: readonly NewArticle[],
  { clients, store, deadlineAt, signal }: VisitContext,
): Promise<void> {
  const newest = articles.toSorted((a, b) => b.publishedAt - a.publishedAt).slice(0, maxPages)
  for (const { sourceId, url } of newest) {
    const left = deadlineAt - clients.clock.now()
    if (left <= 0 || signal?.aborted === true) return
    try {
      await store.setFullText(source.key, sourceId, await fetchFullText(clients, source, url, { left, signal }))
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
    }
  }
}
