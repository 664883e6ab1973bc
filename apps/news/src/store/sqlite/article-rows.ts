import type { Article } from '../../model/news.ts'
import { searchWords } from '../../stories/search-words.ts'
import { comparedTokens } from '../../stories/title-likeness.ts'
import type { KeptArticle } from '../kept-article.ts'
import type { Database, Row } from './database.ts'

/** The row of an article, if it is kept. */
export function rowOf(database: Database, { source, sourceId }: KeptArticle): Row | undefined {
  return database.get('SELECT * FROM articles WHERE source = ? AND source_id = ?', source, sourceId)
}

/** Keeps a new article as one of a story. */
export function insertArticle(database: Database, story: number, article: KeptArticle, fetchedAt: number): void {
  const { insertedId } = database.run(
    `INSERT INTO articles (story_id, source, source_id, url, canonical_url, title, summary, author, published_at,
       language, section, fetched_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    story,
    article.source,
    article.sourceId,
    article.url,
    article.canonicalUrl,
    article.title,
    article.summary,
    article.author,
    article.publishedAt,
    article.language,
    article.section,
    fetchedAt,
  )
  insertWords(database, insertedId, article)
}

/** Replaces what is kept of an article by what its source says now. */
export function updateArticle(database: Database, row: Row, article: KeptArticle, fetchedAt: number): void {
  removeWords(database, row)
  database.run(
    `UPDATE articles SET url = ?, canonical_url = ?, title = ?, summary = ?, author = ?, published_at = ?,
       language = ?, section = ?, fetched_at = ? WHERE id = ?`,
    article.url,
    article.canonicalUrl,
    article.title,
    article.summary,
    article.author,
    article.publishedAt,
    article.language,
    article.section,
    fetchedAt,
    row.id as number,
  )
  insertWords(database, row.id as number, article)
}

export function removeArticle(database: Database, row: Row): void {
  removeWords(database, row)
  database.run('DELETE FROM articles WHERE id = ?', row.id as number)
}

/** An article as it was given. */
export function articleOf(row: Row): Article {
  const { source, source_id: sourceId, url, title, published_at: publishedAt } = row
  const optional = Object.fromEntries(
    ['summary', 'author', 'language', 'section'].flatMap((key) => (row[key] === null ? [] : [[key, row[key]]])),
  )
  return { source, sourceId, url, title, publishedAt, ...optional } as unknown as Article
}

function insertWords(database: Database, id: number, { title, summary = '', publishedAt }: KeptArticle): void {
  const sql = 'INSERT INTO words (rowid, title, summary) VALUES (?, ?, ?)'
  database.run(sql, id, searchWords(title).join(' '), searchWords(summary).join(' '))
  const tokens = comparedTokens(title)
  if (tokens.length === 0) return
  database.run(
    'INSERT INTO title_tokens (token, published_at, article_id) SELECT value, ?, ? FROM json_each(?)',
    publishedAt,
    id,
    tokens,
  )
}

function removeWords(database: Database, { id, title, published_at: publishedAt }: Row): void {
  database.run('DELETE FROM words WHERE rowid = ?', id as number)
  database.run(
    `DELETE FROM title_tokens WHERE token IN (SELECT value FROM json_each(?)) AND published_at = ? AND article_id = ?`,
    comparedTokens(title as string),
    publishedAt as number,
    id as number,
  )
}
