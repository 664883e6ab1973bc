import type { SqliteBindable, SqliteDatabase, SqliteRow } from 'sluice/internal'
import type { Article, ArticleContent, StoredContent, Story } from '../../model/news.ts'
import { parseSearch, type SearchTerm } from '../../stories/search.ts'
import { keptContent, storedContent } from '../kept-article.ts'
import { mostUnread, pageLimit, type StoryFilter, type StoryPage } from '../news-store.ts'
import { articleOf, removeArticle } from './article-rows.ts'

/** A statement, or a part of one, with the values of its question marks. */
export interface Query {
  readonly sql: string
  readonly values: readonly SqliteBindable[]
}

/** Number of articles up to which the stories of some words or sources are found from their articles, and then sorted. */
const fewArticles = 10_000

/**
 * IDs of a page of stories, in order. Stories of words or sources with few articles (`isOfFew`) are found from those;
 * otherwise stories are read in their order until enough match.
 */
export function pageQuery(filter: StoryFilter, page: StoryPage, isOfFew = false): Query {
  const where = [storyCondition(filter, isOfFew)]
  const [way, next] = page.order === 'oldest first' ? ['ASC', '>'] : ['DESC', '<']
  if (page.after !== undefined) {
    where.push({ sql: `(s.published_at, s.id) ${next} (?, ?)`, values: [page.after.publishedAt, page.after.id] })
  }
  const { sql, values } = all(where)
  return {
    sql: `SELECT s.id FROM stories s ${isOfFew ? 'NOT INDEXED ' : ''}WHERE ${sql} ORDER BY s.published_at ${way}, s.id ${way} LIMIT ?`,
    values: [...values, pageLimit(page)],
  }
}

/** Number of stories, and of unread ones, in one row. */
export function countQuery(filter: StoryFilter): Query {
  const { sql, values } = storyCondition(filter, filter.sources !== undefined || filter.search !== undefined)
  return { sql: `SELECT count(*) FROM stories s WHERE ${sql}`, values }
}

/** Marks stories as read that were published by `upTo` and stored by `addedBy`. */
export function markReadQuery(filter: StoryFilter, upTo: number, addedBy: number = Number.MAX_SAFE_INTEGER): Query {
  const { sql, values } = storyCondition(filter, filter.search !== undefined)
  return {
    sql: `UPDATE stories AS s SET is_read = 1 WHERE s.is_read = 0 AND s.published_at <= ? AND s.added_at <= ? AND ${sql}`,
    values: [upTo, addedBy, ...values],
  }
}

/** Conditions of a filter on a story `s`; `fromArticles` begins at the articles of the words or sources. */
function storyCondition(filter: StoryFilter, fromArticles = false): Query {
  const { isRead, isStarred, from, before } = filter
  const parts: Query[] = []
  // Literals instead of parameters: the index of unread stories is only used if the value is known.
  if (isRead !== undefined) parts.push({ sql: `s.is_read = ${Number(isRead)}`, values: [] })
  if (isStarred !== undefined) parts.push({ sql: `s.is_starred = ${Number(isStarred)}`, values: [] })
  if (from !== undefined) parts.push({ sql: 's.published_at >= ?', values: [from] })
  if (before !== undefined) parts.push({ sql: 's.published_at < ?', values: [before] })
  const article = articleCondition(filter)
  const { wanted, unwanted } = parseSearch(filter.search ?? '')
  if (wanted.length > 0) {
    const sql = fromArticles
      ? `s.id IN (SELECT a.story_id FROM words CROSS JOIN articles a ON a.id = words.rowid WHERE words MATCH ? AND ${article.sql})`
      : `EXISTS (SELECT 1 FROM articles a WHERE a.story_id = s.id
         AND a.id IN (SELECT rowid FROM words WHERE words MATCH ?) AND ${article.sql})`
    parts.push({ sql, values: [matchOfAll(wanted), ...article.values] })
  } else if (article.values.length > 0) {
    const sql = fromArticles
      ? `s.id IN (SELECT a.story_id FROM articles a WHERE ${article.sql})`
      : `EXISTS (SELECT 1 FROM articles a WHERE a.story_id = s.id AND ${article.sql})`
    parts.push({ sql, values: article.values })
  }
  if (unwanted.length > 0) {
    const sql = `NOT EXISTS (SELECT 1 FROM articles a WHERE a.story_id = s.id
      AND a.id IN (SELECT rowid FROM words WHERE words MATCH ?))`
    parts.push({ sql, values: [matchOf(unwanted)] })
  }
  return all(parts)
}

/** Conditions of a filter on an article `a`, without the search. */
function articleCondition({ sources, section, language }: StoryFilter): Query {
  const parts: Query[] = []
  if (sources !== undefined) parts.push({ sql: 'a.source IN (SELECT value FROM json_each(?))', values: [sources] })
  if (section !== undefined) parts.push({ sql: 'a.section = ?', values: [section] })
  if (language !== undefined) parts.push({ sql: 'a.language = ?', values: [language] })
  return all(parts)
}

/** FTS5 expression that matches all of these. */
function matchOfAll(wanted: readonly (readonly SearchTerm[])[]): string {
  return wanted.map(matchOf).join(' AND ')
}

/** FTS5 expression that matches any of the terms. Words are quoted, and letters and digits only: no operators. */
function matchOf(terms: readonly SearchTerm[]): string {
  return `(${terms.map(({ words, isPrefix }) => `"${words.join(' ')}"${isPrefix ? '*' : ''}`).join(' OR ')})`
}

function all(parts: readonly Query[]): Query {
  const sql = parts.length === 0 ? 'TRUE' : parts.map((part) => part.sql).join(' AND ')
  return { sql, values: parts.flatMap(({ values }) => values) }
}

/** Creates a story without articles. */
export function insertStory(database: SqliteDatabase, publishedAt: number, addedAt: number): number {
  return database.run('INSERT INTO stories (published_at, added_at) VALUES (?, ?)', publishedAt, addedAt).insertedId
}

/** Recalculates the publication time of a story whose articles have changed. */
export function dateStory(database: SqliteDatabase, story: number): void {
  database.run(
    'UPDATE stories SET published_at = (SELECT min(published_at) FROM articles WHERE story_id = ?1) WHERE id = ?1',
    story,
  )
}

export function storyPage(database: SqliteDatabase, filter: StoryFilter, page: StoryPage): Story[] {
  const { sql, values } = pageQuery(filter, page, isOfFew(database, filter))
  return storiesOf(
    database,
    database.all(sql, ...values).map(({ id }) => id as number),
  )
}

/** True if few articles have the words of a filter or, without words, belong to its sources. */
function isOfFew(database: SqliteDatabase, { sources, search = '' }: StoryFilter): boolean {
  const { wanted } = parseSearch(search)
  const isFew = (found: string, value: SqliteBindable): boolean =>
    database.number(`SELECT count(*) FROM (${found} LIMIT ?)`, value, fewArticles + 1) <= fewArticles
  if (wanted.length > 0) return isFew('SELECT rowid FROM words WHERE words MATCH ?', matchOfAll(wanted))
  if (sources === undefined) return false
  return isFew('SELECT 1 FROM articles WHERE source IN (SELECT value FROM json_each(?))', JSON.stringify(sources))
}

/** Stories by ID, in that order; IDs that do not exist are left out. */
export function storiesOf(database: SqliteDatabase, ids: readonly number[]): Story[] {
  const stories = database.all('SELECT * FROM stories WHERE id IN (SELECT value FROM json_each(?))', ids)
  const articles = Map.groupBy(
    database.all(
      'SELECT * FROM articles WHERE story_id IN (SELECT value FROM json_each(?)) ORDER BY published_at, id',
      ids,
    ),
    (row) => row.story_id as number,
  )
  const byId = new Map(stories.map((row) => [row.id as number, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    return row === undefined ? [] : [storyOf(row, (articles.get(id) ?? []).map(articleOf))]
  })
}

/** Contents of the articles of a story, in their order. */
export function contentsOf(database: SqliteDatabase, story: number): StoredContent[] {
  const sql = `SELECT a.source, a.source_id, c.content, c.full_text FROM articles a
    JOIN contents c ON c.article_id = a.id WHERE a.story_id = ? ORDER BY a.published_at, a.id`
  return database.all(sql, story).map(storedContent)
}

export function keepFullText(database: SqliteDatabase, source: string, sourceId: string, text: ArticleContent): void {
  database.run(
    `INSERT INTO contents (article_id, full_text) SELECT id, ? FROM articles WHERE source = ? AND source_id = ?
     ON CONFLICT (article_id) DO UPDATE SET full_text = excluded.full_text`,
    keptContent(text).json,
    source,
    sourceId,
  )
}

export function countStories(database: SqliteDatabase, filter: StoryFilter): { stories: number; unread: number } {
  const count = (of: StoryFilter): number => {
    const { sql, values } = countQuery(of)
    return database.number(sql, ...values)
  }
  const stories = count(filter)
  return {
    stories,
    unread: filter.isRead === undefined ? count({ ...filter, isRead: false }) : filter.isRead ? 0 : stories,
  }
}

/** Number of unread stories per group of sources. */
export function countUnread(database: SqliteDatabase, groups: readonly (readonly string[])[]): number[] {
  const rows = database.all(
    `WITH newest AS MATERIALIZED (
       SELECT id FROM stories WHERE is_read = 0 ORDER BY published_at DESC, id DESC LIMIT ${mostUnread}
     ), members AS MATERIALIZED (
       SELECT g.key AS number, m.value AS source FROM json_each(?) AS g, json_each(g.value) AS m
     )
     SELECT members.number, count(DISTINCT a.story_id) AS unread
     FROM newest CROSS JOIN articles a ON a.story_id = newest.id JOIN members ON members.source = a.source
     GROUP BY members.number`,
    JSON.stringify(groups),
  )
  const unread = new Map(rows.map((row) => [row.number, row.unread as number]))
  return groups.map((_, number) => unread.get(number) ?? 0)
}

export function markStories(
  database: SqliteDatabase,
  ids: readonly number[],
  { isRead, isStarred }: { readonly isRead?: boolean; readonly isStarred?: boolean },
): void {
  database.run(
    `UPDATE stories SET is_read = coalesce(?, is_read), is_starred = coalesce(?, is_starred)
     WHERE id IN (SELECT value FROM json_each(?))`,
    isRead,
    isStarred,
    ids,
  )
}

/** Returns the number of stories that were unread. */
export function markAllStoriesRead(
  database: SqliteDatabase,
  filter: StoryFilter,
  upTo: number,
  addedBy?: number,
): number {
  const { sql, values } = markReadQuery(filter, upTo, addedBy)
  return database.run(sql, ...values).changes
}

/** ID of the article's new story; undefined if the old one does not contain it, or no other article. */
export function separateArticle(
  database: SqliteDatabase,
  story: number,
  source: string,
  sourceId: string,
): number | undefined {
  const articles = database.all('SELECT id, source, source_id, published_at FROM articles WHERE story_id = ?', story)
  const article = articles.find((row) => row.source === source && row.source_id === sourceId)
  if (article === undefined || articles.length < 2) return undefined
  const own = database.run(
    'INSERT INTO stories (published_at, added_at, is_read) SELECT ?, added_at, is_read FROM stories WHERE id = ?',
    article.published_at as number,
    story,
  ).insertedId
  database.run('UPDATE articles SET story_id = ? WHERE id = ?', own, article.id as number)
  dateStory(database, story)
  return own
}

/** Returns the number of removed articles. */
export function forgetArticles(database: SqliteDatabase, source: string, before: number): number {
  const rows = database.all(
    `SELECT a.* FROM articles a JOIN stories s ON s.id = a.story_id
     WHERE a.source = ? AND a.fetched_at < ? AND s.is_starred = 0`,
    source,
    before,
  )
  for (const row of rows) removeArticle(database, row)
  for (const story of new Set(rows.map((row) => row.story_id as number))) {
    const isTold = database.number('SELECT EXISTS (SELECT 1 FROM articles WHERE story_id = ?)', story) === 1
    if (isTold) dateStory(database, story)
    else database.run('DELETE FROM stories WHERE id = ?', story)
  }
  return rows.length
}

function storyOf(row: SqliteRow, articles: readonly Article[]): Story {
  const { title, url, summary } = articles[0]!
  return {
    id: row.id as number,
    title,
    url,
    ...(summary === undefined ? {} : { summary }),
    publishedAt: row.published_at as number,
    addedAt: row.added_at as number,
    isRead: row.is_read === 1,
    isStarred: row.is_starred === 1,
    articles,
  }
}
