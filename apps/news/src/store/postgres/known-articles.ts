import type { Story } from '../../model/news.ts'
import { titleWindow } from '../../stories/find-story.ts'
import { comparedTokens, probesFor } from '../../stories/title-likeness.ts'
import { ArticleIndex, type IndexedArticle } from '../article-index.ts'
import type { KeptArticle } from '../kept-article.ts'
import { articleKeyOf, keptArticleOf, keyOf, knownColumns, lexemeOf } from './article-rows.ts'
import type { Database, Queries, Query, Row } from './database.ts'

/** Stored articles to compare a group of new ones with. */
export interface KnownRows {
  readonly articles: ArticleIndex
  readonly ids: ReadonlyMap<IndexedArticle, number>
}

/** Loads the stored articles of a group, and those that may belong to the same story as new ones. */
export async function knownRows(queries: Queries, group: readonly KeptArticle[]): Promise<KnownRows> {
  const keys = group.map(articleKeyOf)
  const same = await queries.rows(
    `SELECT ${knownColumns} FROM articles a WHERE a.article_key = ANY ($1::bytea[])`,
    keys,
  )
  const rows = new Map<number, Row>(same.map((row) => [row.id as number, row]))

  const kept = new Set(same.map((row) => (row.article_key as Buffer).toString('hex')))
  const others = group.filter((_, at) => !kept.has(keys[at]!.toString('hex')))
  if (others.length > 0) {
    const add = (row: Row): unknown => rows.set(row.id as number, row)
    for (const row of await rowsOfUrls(queries, others)) add(row)
    const query = titleQuery(others)
    if (query !== undefined) for (const row of await queries.rows(query.sql, ...query.values)) add(row)
    // A story has at most one article per source, so its other articles are needed too.
    const stories = [...new Set(Array.from(rows.values(), (row) => row.story_id as number))]
    const sql = `SELECT ${knownColumns} FROM articles a WHERE a.story_id = ANY ($1::bigint[])`
    for (const row of await queries.rows(sql, stories)) add(row)
  }

  const articles = new ArticleIndex()
  const ids = new Map(
    Array.from(rows.values(), (row) => [
      articles.keep(keptArticleOf(row), row.story_id as number, row.fetched_at as number),
      row.id as number,
    ]),
  )
  return { articles, ids }
}

/** Those of these IDs under which an article of a source is stored. */
export async function knownIds(database: Database, source: string, ids: readonly string[]): Promise<string[]> {
  const sql = 'SELECT source_id FROM articles WHERE article_key = ANY ($1::bytea[])'
  const keys = ids.map((id) => keyOf(source, id))
  return (await database.rows(sql, keys)).map((row) => row.source_id as string)
}

/** Maximum number of stories per URL: two are enough to tell that the URL does not identify one. */
const maxStories = 50

/** Articles with the same canonical URL: of other sources in the first stories, of the same source on that date. */
function rowsOfUrls(queries: Queries, articles: readonly KeptArticle[]): Promise<readonly Row[]> {
  return queries.rows(
    `SELECT of_url.* FROM (
       SELECT DISTINCT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) AS given (url_key, source_key, published_at)
     ) AS given CROSS JOIN LATERAL (
       (SELECT ${knownColumns} FROM articles a
        WHERE a.url_key = given.url_key AND a.source_key <> given.source_key ORDER BY a.story_id LIMIT ${maxStories})
       UNION ALL
       (SELECT ${knownColumns} FROM articles a
        WHERE a.url_key = given.url_key AND a.source_key = given.source_key AND a.published_at = given.published_at)
     ) AS of_url`,
    articles.map(({ canonicalUrl }) => keyOf(canonicalUrl)),
    articles.map(({ source }) => keyOf(source)),
    articles.map(({ publishedAt }) => publishedAt),
  )
}

/** Upper bound for counting; beyond it, tokens count as equally frequent. */
const enough = 100

/** An article to add to the title index, or to remove from it. */
export type TitleRow = Pick<Story, 'id' | 'title' | 'publishedAt'>

/**
 * Finds all articles of other sources, published at about the same time, whose titles may be similar to one of these.
 * Looks up the rarest tokens of each title, as many as are needed so that no similar title is missed. Both frequency
 * and matches come from the token index, within the time window.
 */
export function titleQuery(articles: readonly KeptArticle[]): Query | undefined {
  const probes = articles.flatMap(({ title, source, publishedAt }, number) => {
    const tokens = tokensOf(title)
    return tokens.map((token) => ({
      number,
      token,
      publishedAt,
      count: probesFor(tokens.length),
      source: keyOf(source),
    }))
  })
  if (probes.length === 0) return undefined
  return {
    sql: `
      WITH given AS MATERIALIZED (
        SELECT * FROM unnest($1::int[], $2::text[], $3::bigint[], $4::int[], $5::bytea[])
          AS given (number, token, published_at, probes, source_key)
      ), rarest AS MATERIALIZED (
        SELECT * FROM (
          SELECT given.*, row_number() OVER (PARTITION BY given.number ORDER BY frequency.count) AS rank
          FROM given CROSS JOIN LATERAL (
            SELECT count(*) AS count FROM (
              SELECT 1 FROM title_tokens t WHERE t.token = given.token COLLATE "C"
                AND t.published_at BETWEEN given.published_at - ${titleWindow} AND given.published_at + ${titleWindow}
              LIMIT ${enough}
            ) AS entries
          ) AS frequency
        ) AS ranked WHERE rank <= probes
      ), found AS MATERIALIZED (
        SELECT DISTINCT t.article_id, rarest.source_key FROM rarest
        CROSS JOIN LATERAL (
          SELECT t.article_id FROM title_tokens t WHERE t.token = rarest.token COLLATE "C"
            AND t.published_at BETWEEN rarest.published_at - ${titleWindow} AND rarest.published_at + ${titleWindow}
          OFFSET 0
        ) AS t
      )
      SELECT ${knownColumns} FROM articles a
      WHERE a.id IN (SELECT article_id FROM found) AND EXISTS (
        SELECT 1 FROM found WHERE found.article_id = a.id AND found.source_key <> a.source_key
      )`,
    values: [
      probes.map(({ number }) => number),
      probes.map(({ token }) => token),
      probes.map(({ publishedAt }) => publishedAt),
      probes.map(({ count }) => count),
      probes.map(({ source }) => source),
    ],
  }
}

export async function insertTitles(queries: Queries, titles: readonly TitleRow[]): Promise<void> {
  const entries = entriesOf(titles)
  if (entries.ids.length === 0) return
  await queries.run(
    'INSERT INTO title_tokens SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])',
    entries.tokens,
    entries.instants,
    entries.ids,
  )
}

/** Removes titles from the index; they have to equal the ones that were added. */
export async function removeTitles(queries: Queries, titles: readonly TitleRow[]): Promise<void> {
  const entries = entriesOf(titles)
  if (entries.ids.length === 0) return
  await queries.run(
    `DELETE FROM title_tokens t
     USING unnest($1::text[], $2::bigint[], $3::bigint[]) AS old (token, published_at, article_id)
     WHERE t.token = old.token COLLATE "C" AND t.published_at = old.published_at AND t.article_id = old.article_id`,
    entries.tokens,
    entries.instants,
    entries.ids,
  )
}

function entriesOf(titles: readonly TitleRow[]): { tokens: string[]; instants: number[]; ids: number[] } {
  const entries = titles.flatMap(({ id, title, publishedAt }) =>
    tokensOf(title).map((token) => ({ token, publishedAt, id })),
  )
  return {
    tokens: entries.map(({ token }) => token),
    instants: entries.map(({ publishedAt }) => publishedAt),
    ids: entries.map(({ id }) => id),
  }
}

/** Tokens are cut to the length limit of the index; matches are then compared in full. */
function tokensOf(title: string): string[] {
  return [...new Set(comparedTokens(title).map(lexemeOf))]
}
