import type { StoryFilter, StoryPage } from '../news-store.ts'
import { pageLimit } from '../page-limit.ts'
import type { Bindable, Query } from './database.ts'
import { keyOf } from './key.ts'
import { searchQuery } from './search-index.ts'

/** Gives each value its place in a statement. */
type Place = (value: Bindable) => string

const articleColumns = `a.source, a.source_id, a.url, a.title, a.summary, a.author, a.published_at, a.language, a.section`
const order = 's.published_at DESC, s.id DESC'

/** A page of stories, newest first, with a row for each article: all of one moment. */
export function pageQuery(filter: StoryFilter, page: StoryPage): Query {
  return query((place) => {
    const where = [storyCondition(filter, place)]
    if (page.after !== undefined) {
      const { publishedAt, id } = page.after
      where.push(`(s.published_at, s.id) < (${place(whole(publishedAt))}::bigint, ${place(whole(id))}::bigint)`)
    }
    return withArticles(
      `SELECT s.* FROM {news}.stories s WHERE ${where.join(' AND ')} ORDER BY ${order} LIMIT ${place(pageLimit(page))}::bigint`,
    )
  })
}

/** One story, with a row for each article. */
export function storyQuery(id: number): Query {
  return query((place) => withArticles(`SELECT * FROM {news}.stories WHERE id = ${place(id)}::bigint`))
}

/** How many stories there are and how many of them are unread, in one row. */
export function countQuery(filter: StoryFilter): Query {
  return query(
    (place) => `SELECT count(*) AS stories, count(*) FILTER (WHERE NOT s.is_read) AS unread
      FROM {news}.stories s WHERE ${storyCondition(filter, place)}`,
  )
}

/** Marks as read what is published up to an instant. */
export function markReadQuery(filter: StoryFilter, upTo: number): Query {
  return query(
    (place) => `UPDATE {news}.stories AS s SET is_read = true WHERE NOT s.is_read
      AND s.published_at <= ${place(whole(Math.floor(upTo)))}::bigint AND ${storyCondition(filter, place)}`,
  )
}

function query(write: (place: Place) => string): Query {
  const values: Bindable[] = []
  const sql = write((value) => `$${values.push(value)}`)
  return { sql, values }
}

function withArticles(stories: string): string {
  return `WITH s AS MATERIALIZED (${stories})
    SELECT s.id AS story_id, s.published_at AS story_published_at, s.added_at, s.is_read, s.is_starred, ${articleColumns}
    FROM s JOIN {news}.articles a ON a.story_id = s.id
    ORDER BY ${order}, a.published_at, a.id`
}

/** What a filter says of a story `s`. */
function storyCondition(filter: StoryFilter, place: Place): string {
  const { isRead, isStarred, from, before } = filter
  const parts = ['TRUE']
  // Not as values: an index of the unread can only be used if it is known that they are meant.
  if (isRead !== undefined) parts.push(isRead ? 's.is_read' : 'NOT s.is_read')
  if (isStarred !== undefined) parts.push(isStarred ? 's.is_starred' : 'NOT s.is_starred')
  if (from !== undefined) parts.push(`s.published_at >= ${place(whole(Math.ceil(from)))}::bigint`)
  if (before !== undefined) parts.push(`s.published_at < ${place(whole(Math.ceil(before)))}::bigint`)
  const article = articleCondition(filter, place)
  if (article.length > 0) {
    parts.push(`s.id IN (SELECT a.story_id FROM {news}.articles a WHERE ${article.join(' AND ')})`)
  }
  return parts.join(' AND ')
}

/** What a filter says of one article `a`. */
function articleCondition({ sources, section, language, search = '' }: StoryFilter, place: Place): string[] {
  const parts: string[] = []
  if (sources !== undefined) {
    parts.push(`a.source_key = ANY (${place(sources.map((source) => keyOf(source)))}::bytea[])`)
  }
  if (section !== undefined) parts.push(`a.section = ${place(section)}`)
  if (language !== undefined) parts.push(`a.language = ${place(language)}`)
  const found = searchQuery(search)
  if (found !== undefined) {
    parts.push(`a.word_index @@ ${place(found.index)}::tsquery`, `a.words LIKE ALL (${place(found.patterns)}::text[])`)
  }
  return parts
}

/** An instant that may lie beyond all others. */
function whole(instant: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, instant))
}
