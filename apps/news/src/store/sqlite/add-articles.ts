import type { Article } from '../../model/article.ts'
import { findStory } from '../../stories/find-story.ts'
import { hasChanged } from '../has-changed.ts'
import { type KeptArticle, keptArticle } from '../kept-article.ts'
import type { Added } from '../news-store.ts'
import { articleOf, insertArticle, rowOf, updateArticle } from './article-rows.ts'
import type { Database, Row } from './database.ts'
import { articlesOfTitle, articlesOfUrl } from './known-articles.ts'
import { dateStory, insertStory } from './story-rows.ts'

/** Keeps articles, one after the other, so that those of one group find each other. */
export function addArticles(database: Database, articles: readonly Article[], fetchedAt: number): Added {
  const added = { articles: 0, stories: 0, updated: 0 }
  for (const article of articles.map(keptArticle)) {
    const row = rowOf(database, article)
    if (row !== undefined) {
      if (refresh(database, row, article, fetchedAt)) added.updated++
      continue
    }
    added.articles++
    const found = storyOf(database, article)
    if (found === undefined) added.stories++
    const story = found ?? insertStory(database, article.publishedAt, fetchedAt)
    insertArticle(database, story, article, fetchedAt)
    if (found !== undefined) dateStory(database, story)
  }
  return added
}

function storyOf(database: Database, article: KeptArticle): number | undefined {
  const ofUrl = findStory(article, articlesOfUrl(database, article))
  return (ofUrl ?? findStory(article, articlesOfTitle(database, article)))?.story
}

/** Whether title or summary are others. */
function refresh(database: Database, row: Row, article: KeptArticle, fetchedAt: number): boolean {
  const before = row.fetched_at as number
  if (fetchedAt < before) return false
  if (hasChanged(articleOf(row), article)) {
    updateArticle(database, row, article, fetchedAt)
    if (row.published_at !== article.publishedAt) dateStory(database, row.story_id as number)
  } else if (fetchedAt > before) {
    database.run('UPDATE articles SET fetched_at = ? WHERE id = ?', fetchedAt, row.id as number)
  }
  return row.title !== article.title || (row.summary ?? undefined) !== article.summary
}
