import { findStory } from '../../stories/find-story.ts'
import { hasChanged } from '../has-changed.ts'
import type { KeptArticle } from '../kept-article.ts'
import type { MemoryArticle, MemoryArticles } from '../memory/memory-articles.ts'
import type { Added } from '../news-store.ts'

/** Stories that are new have numbers from here on, in their order, until they are written. */
export const firstNewStory: number = 2 ** 52

/** What is to be written of a group of articles. */
export interface GroupPlan {
  readonly added: Added
  /** In their order, each as it is after the whole group. */
  readonly inserted: readonly MemoryArticle[]
  /** What was kept before, and what it was. */
  readonly changed: ReadonlyMap<MemoryArticle, KeptArticle>
  /** Seen again as they were. */
  readonly seen: ReadonlySet<MemoryArticle>
  readonly newStories: number
}

/**
 * Works out what becomes of a group, one article after the other, so that those of one group find each other. `known` has all
 * that may matter of what is kept; it is changed.
 */
export function planGroup(articles: readonly KeptArticle[], known: MemoryArticles, fetchedAt: number): GroupPlan {
  const added = { articles: 0, stories: 0, updated: 0 }
  const inserted = new Set<MemoryArticle>()
  const changed = new Map<MemoryArticle, KeptArticle>()
  const seen = new Set<MemoryArticle>()

  for (const article of articles) {
    const kept = known.of(article)
    if (kept === undefined) {
      added.articles++
      const found = findStory(article, known.candidates(article))?.story
      inserted.add(known.keep(article, found ?? firstNewStory + added.stories, fetchedAt))
      if (found === undefined) added.stories++
      continue
    }
    if (fetchedAt < kept.fetchedAt) continue
    const before = kept.article
    if (before.title !== article.title || before.summary !== article.summary) added.updated++
    if (hasChanged(before, article)) {
      known.replace(kept, article, fetchedAt)
      if (!inserted.has(kept) && !changed.has(kept)) changed.set(kept, before)
      seen.delete(kept)
    } else if (fetchedAt > kept.fetchedAt) {
      kept.fetchedAt = fetchedAt
      if (!inserted.has(kept) && !changed.has(kept)) seen.add(kept)
    }
  }
  return { added, inserted: [...inserted], changed, seen, newStories: added.stories }
}
