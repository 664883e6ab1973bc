import type { KeptArticle } from '../kept-article.ts'
import { type MemoryArticle, MemoryArticles } from '../memory/memory-articles.ts'
import { articleKeyOf, keptArticleOf, knownColumns } from './article-rows.ts'
import type { Queries, Row } from './database.ts'
import { keyOf } from './key.ts'
import { titleQuery } from './title-rows.ts'

/** What is kept and may matter for a group of articles. */
export interface KnownRows {
  readonly articles: MemoryArticles
  readonly ids: ReadonlyMap<MemoryArticle, number>
}

/** The articles of a group that are kept, and those that may tell the same story as the others of it. */
export async function knownRows(queries: Queries, group: readonly KeptArticle[]): Promise<KnownRows> {
  const keys = group.map(articleKeyOf)
  const same = await queries.rows(
    `SELECT ${knownColumns} FROM {news}.articles a WHERE a.article_key = ANY ($1::bytea[])`,
    keys,
  )
  const rows = new Map<number, Row>(same.map((row) => [row.id as number, row]))

  const kept = new Set(same.map((row) => (row.article_key as Buffer).toString('hex')))
  const others = group.filter((_, at) => !kept.has(keys[at]!.toString('hex')))
  if (others.length > 0) {
    const add = (row: Row): unknown => rows.set(row.id as number, row)
    for (const row of await rowsOfUrls(queries, others, keys)) add(row)
    const query = titleQuery(others)
    if (query !== undefined) for (const row of await queries.rows(query.sql, ...query.values)) add(row)
  }

  const articles = new MemoryArticles()
  const ids = new Map(
    Array.from(rows.values(), (row) => [
      articles.keep(keptArticleOf(row), row.story_id as number, row.fetched_at as number),
      row.id as number,
    ]),
  )
  return { articles, ids }
}

/** For each canonical URL the article of the first story that has it, without those of the group: they are known already. */
function rowsOfUrls(
  queries: Queries,
  articles: readonly KeptArticle[],
  group: readonly Buffer[],
): Promise<readonly Row[]> {
  const urls = [...new Set(articles.map(({ canonicalUrl }) => canonicalUrl))]
  return queries.rows(
    `SELECT first.* FROM unnest($1::bytea[]) AS given (url_key) CROSS JOIN LATERAL (
       SELECT ${knownColumns} FROM {news}.articles a WHERE a.url_key = given.url_key AND a.article_key <> ALL ($2::bytea[])
       ORDER BY a.story_id LIMIT 1
     ) AS first`,
    urls.map((url) => keyOf(url)),
    group,
  )
}
