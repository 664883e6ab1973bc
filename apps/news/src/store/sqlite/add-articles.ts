import type { SqliteDatabase, SqliteRow } from 'sluice/internal'
import type { Article } from '../../model/news.ts'
import { findStory, type KnownArticle, titleWindow } from '../../stories/find-story.ts'
import { comparedTokens, probesFor } from '../../stories/title-likeness.ts'
import { hasChanged, type KeptArticle, keptArticle } from '../kept-article.ts'
import type { Added } from '../news-store.ts'
import { articleOf, insertArticle, rowOf, updateArticle } from './article-rows.ts'
import { dateStory, insertStory, type Query } from './story-rows.ts'

/** Keeps articles, one after the other, so that those of one group find each other. */
export function addArticles(database: SqliteDatabase, articles: readonly Article[], fetchedAt: number): Added {
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

function storyOf(database: SqliteDatabase, article: KeptArticle): number | undefined {
  const ofUrl = findStory(article, articlesOfUrl(database, article))
  return (ofUrl ?? findStory(article, articlesOfTitle(database, article)))?.story
}

/** Stores the newer version of an article. Returns true if title or summary changed. */
function refresh(database: SqliteDatabase, row: SqliteRow, article: KeptArticle, fetchedAt: number): boolean {
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

const compared = `a.source, a.source_id AS sourceId, a.canonical_url AS canonicalUrl, a.title,
  a.published_at AS publishedAt, a.story_id AS story`

/** Beyond this, one token is as frequent as another. */
const enough = 100

/** An article of the same canonical URL, of the first story that has one. */
function articlesOfUrl(database: SqliteDatabase, { canonicalUrl }: KeptArticle): KnownArticle[] {
  const sql = `SELECT ${compared} FROM articles a WHERE canonical_url = ? ORDER BY story_id LIMIT 1`
  return database.all(sql, canonicalUrl) as unknown as KnownArticle[]
}

/** All articles of other sources, published about the same time, whose title may be alike. */
function articlesOfTitle(database: SqliteDatabase, article: KeptArticle): KnownArticle[] {
  const query = titleQuery(article)
  return query === undefined ? [] : (database.all(query.sql, ...query.values) as unknown as KnownArticle[])
}

/**
 * Looks for titles that have one of the rarest tokens of this one: as many of these as no title that is alike can do
 * without. Both how rare they are and who has them is read from the index of tokens, within the time that counts.
 */
export function titleQuery({ source, title, publishedAt }: KeptArticle): Query | undefined {
  const tokens = comparedTokens(title)
  if (tokens.length === 0) return undefined
  const from = publishedAt - titleWindow
  const to = publishedAt + titleWindow
  return {
    sql: `
      WITH rarest AS MATERIALIZED (
        SELECT given.value AS token FROM json_each(?) AS given
        ORDER BY (SELECT count(*) FROM (
          SELECT 1 FROM title_tokens WHERE token = given.value AND published_at BETWEEN ? AND ? LIMIT ${enough}
        ))
        LIMIT ?
      )
      SELECT DISTINCT ${compared}
      FROM rarest
      CROSS JOIN title_tokens t ON t.token = rarest.token AND t.published_at BETWEEN ? AND ?
      CROSS JOIN articles a ON a.id = t.article_id
      WHERE a.source <> ?`,
    values: [tokens, from, to, probesFor(tokens.length), from, to, source],
  }
}
