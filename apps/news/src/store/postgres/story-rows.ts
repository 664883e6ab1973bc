import type { Story } from '../../model/news.ts'
import { parseSearch, type SearchTerm } from '../../stories/search.ts'
import { mostUnread, pageLimit, type StoryFilter, type StoryPage } from '../news-store.ts'
import { articleOf, keyOf } from './article-rows.ts'
import type { Bindable, Database, Queries, Query, Row } from './database.ts'
import { removeTitles } from './known-articles.ts'
import { indexQuery, patternsOf } from './search-query.ts'

/** Adds a value to the statement and returns its placeholder. */
type Place = (value: Bindable) => string

const articleColumns = `a.source, a.source_id, a.url, a.title, a.summary, a.author, a.published_at, a.language, a.section`
const newestFirst = 's.published_at DESC, s.id DESC'
const oldestFirst = 's.published_at, s.id'

/** A page of stories in order, with a row for each article, as one consistent read. */
export function pageQuery(filter: StoryFilter, page: StoryPage): Query {
  const isOldestFirst = page.order === 'oldest first'
  const order = isOldestFirst ? oldestFirst : newestFirst
  return query((place) => {
    const where = [storyCondition(filter, place)]
    if (page.after !== undefined) {
      const { publishedAt, id } = page.after
      const next = isOldestFirst ? '>' : '<'
      where.push(`(s.published_at, s.id) ${next} (${place(whole(publishedAt))}::bigint, ${place(whole(id))}::bigint)`)
    }
    return withArticles(
      `SELECT s.* FROM stories s WHERE ${where.join(' AND ')} ORDER BY ${order} LIMIT ${place(pageLimit(page))}::bigint`,
      order,
    )
  })
}

/** One story, with a row for each article. */
export function storyQuery(id: number): Query {
  return query((place) => withArticles(`SELECT * FROM stories WHERE id = ${place(id)}::bigint`))
}

/** Number of stories, and of unread ones, in one row. */
export function countQuery(filter: StoryFilter): Query {
  return query(
    (place) => `SELECT count(*) AS stories, count(*) FILTER (WHERE NOT s.is_read) AS unread
      FROM stories s WHERE ${storyCondition(filter, place)}`,
  )
}

/** Marks stories as read that were published by `upTo` and stored by `addedBy`. */
function markReadQuery(filter: StoryFilter, upTo: number, addedBy: number = Number.MAX_SAFE_INTEGER): Query {
  return query(
    (place) => `UPDATE stories AS s SET is_read = true WHERE NOT s.is_read
      AND s.published_at <= ${place(whole(Math.floor(upTo)))}::bigint
      AND s.added_at <= ${place(whole(Math.floor(addedBy)))}::bigint AND ${storyCondition(filter, place)}`,
  )
}

function query(write: (place: Place) => string): Query {
  const values: Bindable[] = []
  const sql = write((value) => `$${values.push(value)}`)
  return { sql, values }
}

function withArticles(stories: string, order: string = newestFirst): string {
  return `WITH s AS MATERIALIZED (${stories})
    SELECT s.id AS story_id, s.published_at AS story_published_at, s.added_at, s.is_read, s.is_starred, ${articleColumns}
    FROM s JOIN articles a ON a.story_id = s.id
    ORDER BY ${order}, a.published_at, a.id`
}

/** Conditions of a filter on a story `s`. */
function storyCondition(filter: StoryFilter, place: Place): string {
  const { isRead, isStarred, from, before } = filter
  const parts = ['TRUE']
  // Literals instead of parameters: the index of unread stories is only used if the value is known.
  if (isRead !== undefined) parts.push(isRead ? 's.is_read' : 'NOT s.is_read')
  if (isStarred !== undefined) parts.push(isStarred ? 's.is_starred' : 'NOT s.is_starred')
  if (from !== undefined) parts.push(`s.published_at >= ${place(whole(Math.ceil(from)))}::bigint`)
  if (before !== undefined) parts.push(`s.published_at < ${place(whole(Math.ceil(before)))}::bigint`)
  const { wanted, unwanted } = parseSearch(filter.search ?? '')
  const article = [...articleCondition(filter, place), ...searchCondition(wanted, place)]
  if (article.length > 0) {
    parts.push(`s.id IN (SELECT a.story_id FROM articles a WHERE ${article.join(' AND ')})`)
  }
  if (unwanted.length > 0) {
    const found = searchCondition([unwanted], place)
    parts.push(`NOT EXISTS (SELECT 1 FROM articles a WHERE a.story_id = s.id AND ${found.join(' AND ')})`)
  }
  return parts.join(' AND ')
}

/** Conditions of a filter on an article `a`, without the search. */
function articleCondition({ sources, section, language }: StoryFilter, place: Place): string[] {
  const parts: string[] = []
  if (sources !== undefined) {
    parts.push(`a.source_key = ANY (${place(sources.map((source) => keyOf(source)))}::bytea[])`)
  }
  if (section !== undefined) parts.push(`a.section = ${place(section)}`)
  if (language !== undefined) parts.push(`a.language = ${place(language)}`)
  return parts
}

/** Conditions on an article `a` with one term of every list: the index finds candidates, and the words decide. */
function searchCondition(lists: readonly (readonly SearchTerm[])[], place: Place): string[] {
  const index = indexQuery(lists)
  const single = lists.filter((terms) => terms.length === 1).flatMap(patternsOf)
  const parts = index === undefined ? [] : [`a.word_index @@ ${place(index)}::tsquery`]
  if (single.length > 0) parts.push(`a.words LIKE ALL (${place([...new Set(single)])}::text[])`)
  for (const terms of lists.filter(({ length }) => length > 1)) {
    parts.push(`a.words LIKE ANY (${place(patternsOf(terms))}::text[])`)
  }
  return parts
}

/** Clamps an instant to the safe integers. */
function whole(instant: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, instant))
}

export function storyPage(database: Database, filter: StoryFilter, page: StoryPage): Promise<Story[]> {
  return storiesOf(database, pageQuery(filter, page))
}

export async function storyById(database: Database, id: number): Promise<Story | undefined> {
  return Number.isSafeInteger(id) ? (await storiesOf(database, storyQuery(id)))[0] : undefined
}

export async function countStories(
  database: Database,
  filter: StoryFilter,
): Promise<{ stories: number; unread: number }> {
  const { sql, values } = countQuery(filter)
  const [row] = await database.rows(sql, ...values)
  return { stories: row!.stories as number, unread: row!.unread as number }
}

/** Number of unread stories per group of sources. */
export async function countUnread(database: Database, groups: readonly (readonly string[])[]): Promise<number[]> {
  const members = groups.flatMap((sources, number) => sources.map((source) => ({ number, key: keyOf(source) })))
  const rows = await database.rows(
    `WITH newest AS MATERIALIZED (
       SELECT id FROM stories WHERE NOT is_read ORDER BY published_at DESC, id DESC LIMIT ${mostUnread}
     ), members AS MATERIALIZED (
       SELECT * FROM unnest($1::int[], $2::bytea[]) AS m (number, source_key)
     )
     SELECT members.number, count(DISTINCT a.story_id) AS unread
     FROM newest JOIN articles a ON a.story_id = newest.id JOIN members ON members.source_key = a.source_key
     GROUP BY members.number`,
    members.map(({ number }) => number),
    members.map(({ key }) => key),
  )
  const unread = new Map(rows.map((row) => [row.number, row.unread as number]))
  return groups.map((_, number) => unread.get(number) ?? 0)
}

export async function markStories(
  database: Database,
  ids: readonly number[],
  { isRead, isStarred }: { readonly isRead?: boolean; readonly isStarred?: boolean },
): Promise<void> {
  await database.run(
    `UPDATE stories SET is_read = coalesce($1::boolean, is_read), is_starred = coalesce($2::boolean, is_starred)
     WHERE id = ANY ($3::bigint[])`,
    isRead,
    isStarred,
    ids.filter(Number.isSafeInteger),
  )
}

/** Returns the number of stories that were unread. */
export function markAllStoriesRead(
  database: Database,
  filter: StoryFilter,
  upTo: number,
  addedBy?: number,
): Promise<number> {
  const { sql, values } = markReadQuery(filter, upTo, addedBy)
  return database.run(sql, ...values)
}

/** ID of the article's new story; undefined if the old one does not contain it, or no other article. */
export function separateArticle(
  database: Database,
  story: number,
  source: string,
  sourceId: string,
): Promise<number | undefined> {
  if (!Number.isSafeInteger(story)) return Promise.resolve(undefined)
  return database.alone(async (queries) => {
    const [row] = await queries.rows(
      `WITH told AS (SELECT id, article_key, published_at FROM articles WHERE story_id = $1::bigint),
         own AS (
           INSERT INTO stories (published_at, added_at, is_read)
           SELECT told.published_at, s.added_at, s.is_read FROM told JOIN stories s ON s.id = $1::bigint
           WHERE told.article_key = $2::bytea AND (SELECT count(*) FROM told) > 1
           RETURNING id
         ),
         moved AS (UPDATE articles a SET story_id = own.id FROM own WHERE a.article_key = $2::bytea)
       SELECT id FROM own`,
      story,
      keyOf(source, sourceId),
    )
    if (row !== undefined) await dateStories(queries, [story])
    return row?.id as number | undefined
  })
}

/** Returns the number of removed articles. */
export function forgetArticles(database: Database, source: string, before: number): Promise<number> {
  return database.alone(async (queries) => {
    const rows = await queries.rows(
      `DELETE FROM articles a USING stories s
       WHERE s.id = a.story_id AND a.source_key = $1::bytea AND a.fetched_at < $2::bigint AND NOT s.is_starred
       RETURNING a.id, a.story_id, a.title, a.published_at AS "publishedAt"`,
      keyOf(source),
      before,
    )
    await removeTitles(queries, rows as unknown as { id: number; title: string; publishedAt: number }[])
    const stories = [...new Set(rows.map((row) => row.story_id as number))]
    if (stories.length > 0) {
      await queries.run(
        `DELETE FROM stories s WHERE s.id = ANY ($1::bigint[])
         AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.story_id = s.id)`,
        stories,
      )
    }
    await dateStories(queries, stories)
    return rows.length
  })
}

/** Recalculates the publication time of stories whose articles have changed. */
export async function dateStories(queries: Queries, stories: readonly number[]): Promise<void> {
  if (stories.length === 0) return
  await queries.run(
    `UPDATE stories s SET published_at = told.first
     FROM (SELECT a.story_id, min(a.published_at) AS first FROM articles a
           WHERE a.story_id = ANY ($1::bigint[]) GROUP BY a.story_id) AS told
     WHERE s.id = told.story_id AND s.published_at <> told.first`,
    stories,
  )
}

/** Converts article rows, grouped by story, to stories. */
async function storiesOf(database: Database, { sql, values }: Query): Promise<Story[]> {
  const rows = await database.rows(sql, ...values)
  return Array.from(Map.groupBy(rows, (row) => row.story_id as number).values(), (articles) => storyOf(articles))
}

function storyOf(rows: readonly Row[]): Story {
  const row = rows[0]!
  const articles = rows.map(articleOf)
  const { title, url, summary } = articles[0]!
  return {
    id: row.story_id as number,
    title,
    url,
    ...(summary === undefined ? {} : { summary }),
    publishedAt: row.story_published_at as number,
    addedAt: row.added_at as number,
    isRead: row.is_read as boolean,
    isStarred: row.is_starred as boolean,
    articles,
  }
}
