import type { Article } from '../../model/article.ts'
import type { Story } from '../../model/story.ts'
import type { StoryFilter, StoryPage } from '../news-store.ts'
import { articleOf, removeArticle } from './article-rows.ts'
import type { Database, Row } from './database.ts'
import { countQuery, markReadQuery, pageQuery } from './story-query.ts'

/** Begins a story without articles. */
export function insertStory(database: Database, publishedAt: number, addedAt: number): number {
  return database.run('INSERT INTO stories (published_at, added_at) VALUES (?, ?)', publishedAt, addedAt).insertedId
}

/** Says again when a story was published, after its articles have changed. */
export function dateStory(database: Database, story: number): void {
  database.run(
    'UPDATE stories SET published_at = (SELECT min(published_at) FROM articles WHERE story_id = ?1) WHERE id = ?1',
    story,
  )
}

export function storyPage(database: Database, filter: StoryFilter, page: StoryPage): Story[] {
  const { sql, values } = pageQuery(filter, page)
  return storiesOf(
    database,
    database.all(sql, ...values).map(({ id }) => id as number),
  )
}

/** Stories by their ids, in that order; those that are not there are left out. */
export function storiesOf(database: Database, ids: readonly number[]): Story[] {
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

export function countStories(database: Database, filter: StoryFilter): { stories: number; unread: number } {
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

export function markStories(
  database: Database,
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

/** Returns how many were unread. */
export function markAllStoriesRead(database: Database, filter: StoryFilter, upTo: number): number {
  const { sql, values } = markReadQuery(filter, upTo)
  return database.run(sql, ...values).changes
}

/** Returns how many articles were forgotten. */
export function forgetArticles(database: Database, source: string, before: number): number {
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

function storyOf(row: Row, articles: readonly Article[]): Story {
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
