import type { SqliteDatabase, SqliteRow } from 'sluice/internal'
import type { Article } from '../../model/news.ts'
import { searchWords } from '../../stories/search-words.ts'
import { comparedTokens } from '../../stories/title-likeness.ts'
import type { KeptArticle, KeptContent } from '../kept-article.ts'

/** Row of a stored article; undefined if there is none. */
export function rowOf(database: SqliteDatabase, { source, sourceId }: KeptArticle): SqliteRow | undefined {
  return database.get('SELECT * FROM articles WHERE source = ? AND source_id = ?', source, sourceId)
}

/** Row of the same article under a previous ID, if one was fetched earlier and its ID is not in `ids`. */
export function formerRowOf(
  database: SqliteDatabase,
  article: KeptArticle,
  ids: readonly string[],
  fetchedAt: number,
): SqliteRow | undefined {
  return database.get(
    `SELECT * FROM articles WHERE canonical_url = ? AND source = ? AND title = ? AND published_at = ? AND fetched_at < ?
       AND source_id NOT IN (SELECT value FROM json_each(?)) ORDER BY source_id LIMIT 1`,
    article.canonicalUrl,
    article.source,
    article.title,
    article.publishedAt,
    fetchedAt,
    ids,
  )
}

/** Values of the columns from `source_id` to `fetched_at`, which an insert and an update write in the same order. */
function valuesOf(article: KeptArticle, fetchedAt: number) {
  const { sourceId, url, canonicalUrl, title, summary, author, publishedAt, language, section } = article
  return [sourceId, url, canonicalUrl, title, summary, author, publishedAt, language, section, fetchedAt]
}

/** Adds a new article to a story. */
export function insertArticle(database: SqliteDatabase, story: number, article: KeptArticle, fetchedAt: number): void {
  const { insertedId } = database.run(
    `INSERT INTO articles (story_id, source, source_id, url, canonical_url, title, summary, author, published_at,
       language, section, fetched_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    story,
    article.source,
    ...valuesOf(article, fetchedAt),
  )
  insertWords(database, insertedId, article)
  if (article.content !== undefined) keepContent(database, insertedId, article.content)
}

/** Updates a stored article to its current version. */
export function updateArticle(database: SqliteDatabase, row: SqliteRow, article: KeptArticle, fetchedAt: number): void {
  removeWords(database, row)
  database.run(
    `UPDATE articles SET source_id = ?, url = ?, canonical_url = ?, title = ?, summary = ?, author = ?, published_at = ?,
       language = ?, section = ?, fetched_at = ? WHERE id = ?`,
    ...valuesOf(article, fetchedAt),
    row.id as number,
  )
  insertWords(database, row.id as number, article)
}

/** Stores the content of an article; writes nothing if it is unchanged. */
export function keepContent(database: SqliteDatabase, id: number, { hash, json }: KeptContent): void {
  database.run(
    `INSERT INTO contents (article_id, hash, content) VALUES (?, ?, ?) ON CONFLICT (article_id)
     DO UPDATE SET hash = excluded.hash, content = excluded.content WHERE hash IS NOT excluded.hash`,
    id,
    hash,
    json,
  )
}

export function removeArticle(database: SqliteDatabase, row: SqliteRow): void {
  removeWords(database, row)
  database.run('DELETE FROM contents WHERE article_id = ?', row.id as number)
  database.run('DELETE FROM articles WHERE id = ?', row.id as number)
}

/** Converts a row to an article. */
export function articleOf(row: SqliteRow): Article {
  const { source, source_id: sourceId, url, title, published_at: publishedAt } = row
  const optional = Object.fromEntries(
    ['summary', 'author', 'language', 'section'].flatMap((key) => (row[key] === null ? [] : [[key, row[key]]])),
  )
  return { source, sourceId, url, title, publishedAt, ...optional } as unknown as Article
}

function insertWords(database: SqliteDatabase, id: number, { title, summary = '', publishedAt }: KeptArticle): void {
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

function removeWords(database: SqliteDatabase, { id, title, published_at: publishedAt }: SqliteRow): void {
  database.run('DELETE FROM words WHERE rowid = ?', id as number)
  database.run(
    `DELETE FROM title_tokens WHERE token IN (SELECT value FROM json_each(?)) AND published_at = ? AND article_id = ?`,
    comparedTokens(title as string),
    publishedAt as number,
    id as number,
  )
}
