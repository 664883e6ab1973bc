import type { SqliteDatabase, SqliteRow } from 'sluice/internal'
import type { NewArticle } from '../../model/news.ts'
import { findStory, type KnownArticle, titleWindow } from '../../stories/find-story.ts'
import { comparedTokens, probesFor } from '../../stories/title-likeness.ts'
import { hasChanged, type KeptArticle, keptArticle, newerVersion } from '../kept-article.ts'
import type { Added } from '../news-store.ts'
import { articleOf, formerRowOf, insertArticle, keepContent, rowOf, updateArticle } from './article-rows.ts'
import { dateStory, insertStory, type Query } from './story-rows.ts'

/** Stores articles one by one, so that articles of one group match each other. */
export function addArticles(database: SqliteDatabase, articles: readonly NewArticle[], fetchedAt: number): Added {
  const added = { articles: 0, stories: 0, updated: 0 }
  const group = articles.map(keptArticle)
  const idsOf = new Map<string, string[]>()
  for (const { source, sourceId } of group) idsOf.set(source, [...(idsOf.get(source) ?? []), sourceId])
  for (const article of group) {
    const row = rowOf(database, article) ?? formerRowOf(database, article, idsOf.get(article.source)!, fetchedAt)
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

/** Those of these IDs under which an article of a source is stored. */
export function knownIds(database: SqliteDatabase, source: string, ids: readonly string[]): string[] {
  const sql = `SELECT source_id AS id FROM articles WHERE source = ? AND source_id IN (SELECT value FROM json_each(?))`
  return database.all(sql, source, [...ids]).map(({ id }) => id as string)
}

function storyOf(database: SqliteDatabase, article: KeptArticle): number | undefined {
  const stories = [...storiesOfUrl(database, article), ...storiesOfTitle(database, article)]
  return findStory(article, articlesOfStories(database, stories))?.story
}

/** Stores the newer version of an article. Returns true if title or summary changed. */
function refresh(database: SqliteDatabase, row: SqliteRow, given: KeptArticle, fetchedAt: number): boolean {
  const before = row.fetched_at as number
  if (fetchedAt < before) return false
  if (given.content !== undefined) keepContent(database, row.id as number, given.content)
  const article = newerVersion(articleOf(row), given)
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

/** Maximum number of stories per URL: two are enough to tell that the URL does not identify one. */
const maxStories = 50

/** Upper bound for counting; beyond it, tokens count as equally frequent. */
const enough = 100

/** First stories of other sources with the same canonical URL. */
function storiesOfUrl(database: SqliteDatabase, { canonicalUrl, source }: KeptArticle): number[] {
  const sql = `SELECT DISTINCT story_id AS story FROM articles
    WHERE canonical_url = ? AND source <> ? ORDER BY story_id LIMIT ${maxStories}`
  return database.all(sql, canonicalUrl, source).map(({ story }) => story as number)
}

/** Stories of other sources, published at about the same time, with an article whose title may be similar. */
function storiesOfTitle(database: SqliteDatabase, article: KeptArticle): number[] {
  const query = titleQuery(article)
  return query === undefined ? [] : database.all(query.sql, ...query.values).map(({ story }) => story as number)
}

function articlesOfStories(database: SqliteDatabase, stories: readonly number[]): KnownArticle[] {
  if (stories.length === 0) return []
  const sql = `SELECT ${compared} FROM articles a WHERE a.story_id IN (SELECT value FROM json_each(?))`
  return database.all(sql, [...new Set(stories)]) as unknown as KnownArticle[]
}

/**
 * Finds titles with one of the rarest tokens of this one: as many tokens as are needed so that no similar title is
 * missed. Both frequency and matches come from the token index, within the time window.
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
      SELECT DISTINCT a.story_id AS story
      FROM rarest
      CROSS JOIN title_tokens t ON t.token = rarest.token AND t.published_at BETWEEN ? AND ?
      CROSS JOIN articles a ON a.id = t.article_id
      WHERE a.source <> ?`,
    values: [tokens, from, to, probesFor(tokens.length), from, to, source],
  }
}
