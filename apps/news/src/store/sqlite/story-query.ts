import { searchTerms } from '../../stories/search-words.ts'
import type { StoryFilter, StoryPage } from '../news-store.ts'
import { pageLimit } from '../page-limit.ts'
import type { Bindable } from './database.ts'

/** A statement, or a part of one, and what belongs to its question marks. */
export interface Query {
  readonly sql: string
  readonly values: readonly Bindable[]
}

/** The ids of a page of stories, newest first. */
export function pageQuery(filter: StoryFilter, page: StoryPage): Query {
  const where = [storyCondition(filter)]
  if (page.after !== undefined) {
    where.push({ sql: '(s.published_at, s.id) < (?, ?)', values: [page.after.publishedAt, page.after.id] })
  }
  const { sql, values } = all(where)
  return {
    sql: `SELECT s.id FROM stories s WHERE ${sql} ORDER BY s.published_at DESC, s.id DESC LIMIT ?`,
    values: [...values, pageLimit(page)],
  }
}

/** How many stories there are, in one row. */
export function countQuery(filter: StoryFilter): Query {
  const { sql, values } = storyCondition(filter)
  return { sql: `SELECT count(*) FROM stories s WHERE ${sql}`, values }
}

/** Marks as read what is published up to an instant. */
export function markReadQuery(filter: StoryFilter, upTo: number): Query {
  const { sql, values } = storyCondition(filter)
  return {
    sql: `UPDATE stories AS s SET is_read = 1 WHERE s.is_read = 0 AND s.published_at <= ? AND ${sql}`,
    values: [upTo, ...values],
  }
}

/** What a filter says of a story `s`. */
function storyCondition(filter: StoryFilter): Query {
  const { isRead, isStarred, from, before } = filter
  const parts: Query[] = []
  // Not as values: an index of the unread can only be used if it is known that they are meant.
  if (isRead !== undefined) parts.push({ sql: `s.is_read = ${Number(isRead)}`, values: [] })
  if (isStarred !== undefined) parts.push({ sql: `s.is_starred = ${Number(isStarred)}`, values: [] })
  if (from !== undefined) parts.push({ sql: 's.published_at >= ?', values: [from] })
  if (before !== undefined) parts.push({ sql: 's.published_at < ?', values: [before] })
  const article = articleCondition(filter)
  const match = matchOf(filter.search ?? '')
  if (match !== '') {
    const sql = `s.id IN (SELECT a.story_id FROM words CROSS JOIN articles a ON a.id = words.rowid
      WHERE words MATCH ? AND ${article.sql})`
    parts.push({ sql, values: [match, ...article.values] })
  } else if (article.values.length > 0) {
    parts.push({
      sql: `EXISTS (SELECT 1 FROM articles a WHERE a.story_id = s.id AND ${article.sql})`,
      values: article.values,
    })
  }
  return all(parts)
}

/** What a filter says of one article `a`, but for its words. */
function articleCondition({ sources, section, language }: StoryFilter): Query {
  const parts: Query[] = []
  if (sources !== undefined) parts.push({ sql: 'a.source IN (SELECT value FROM json_each(?))', values: [sources] })
  if (section !== undefined) parts.push({ sql: 'a.section = ?', values: [section] })
  if (language !== undefined) parts.push({ sql: 'a.language = ?', values: [language] })
  return all(parts)
}

/** The search in the language of FTS5. Words are letters and digits only, and in quotes, where nothing is an operator. */
function matchOf(search: string): string {
  const terms = searchTerms(search).map((term) => `"${term.join(' ')}"`)
  return terms.length === 0 ? '' : `${terms.join(' AND ')}*`
}

function all(parts: readonly Query[]): Query {
  const sql = parts.length === 0 ? 'TRUE' : parts.map((part) => part.sql).join(' AND ')
  return { sql, values: parts.flatMap(({ values }) => values) }
}
