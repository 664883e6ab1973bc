import type { Story } from '../../model/story.ts'
import type { StoryFilter, StoryPage } from '../news-store.ts'
import { articleOf } from './article-rows.ts'
import type { Database, Queries, Query, Row } from './database.ts'
import { keyOf } from './key.ts'
import { countQuery, markReadQuery, pageQuery, storyQuery } from './story-query.ts'
import { removeTitles } from './title-rows.ts'

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

export async function markStories(
  database: Database,
  ids: readonly number[],
  { isRead, isStarred }: { readonly isRead?: boolean; readonly isStarred?: boolean },
): Promise<void> {
  await database.run(
    `UPDATE {news}.stories SET is_read = coalesce($1::boolean, is_read), is_starred = coalesce($2::boolean, is_starred)
     WHERE id = ANY ($3::bigint[])`,
    isRead,
    isStarred,
    ids.filter(Number.isSafeInteger),
  )
}

/** Returns how many were unread. */
export function markAllStoriesRead(database: Database, filter: StoryFilter, upTo: number): Promise<number> {
  const { sql, values } = markReadQuery(filter, upTo)
  return database.run(sql, ...values)
}

/** Returns how many articles were forgotten. */
export function forgetArticles(database: Database, source: string, before: number): Promise<number> {
  return database.alone(async (queries) => {
    const rows = await queries.rows(
      `DELETE FROM {news}.articles a USING {news}.stories s
       WHERE s.id = a.story_id AND a.source_key = $1::bytea AND a.fetched_at < $2::bigint AND NOT s.is_starred
       RETURNING a.id, a.story_id, a.title, a.published_at AS "publishedAt"`,
      keyOf(source),
      before,
    )
    await removeTitles(queries, rows as unknown as { id: number; title: string; publishedAt: number }[])
    const stories = [...new Set(rows.map((row) => row.story_id as number))]
    if (stories.length > 0) {
      await queries.run(
        `DELETE FROM {news}.stories s WHERE s.id = ANY ($1::bigint[])
         AND NOT EXISTS (SELECT 1 FROM {news}.articles a WHERE a.story_id = s.id)`,
        stories,
      )
    }
    await dateStories(queries, stories)
    return rows.length
  })
}

/** Says again when stories were published, after their articles have changed. */
export async function dateStories(queries: Queries, stories: readonly number[]): Promise<void> {
  if (stories.length === 0) return
  await queries.run(
    `UPDATE {news}.stories s SET published_at = told.first
     FROM (SELECT a.story_id, min(a.published_at) AS first FROM {news}.articles a
           WHERE a.story_id = ANY ($1::bigint[]) GROUP BY a.story_id) AS told
     WHERE s.id = told.story_id AND s.published_at <> told.first`,
    stories,
  )
}

/** From rows of articles, those of one story after each other. */
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
