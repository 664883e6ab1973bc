import type { ArticleContent, StoredContent } from '../../model/news.ts'
import { type KeptContent, keptContent, storedContent } from '../kept-article.ts'
import { keyOf } from './article-rows.ts'
import type { Database, Queries } from './database.ts'

/** Stores contents of articles; sends only those that have changed. */
export async function writeContents(
  queries: Queries,
  given: readonly { readonly id: number; readonly content: KeptContent }[],
): Promise<void> {
  if (given.length === 0) return
  const known = await queries.rows(
    'SELECT article_id, hash FROM contents WHERE article_id = ANY ($1::bigint[])',
    given.map(({ id }) => id),
  )
  const hashes = new Map(known.map((row) => [row.article_id, row.hash]))
  const changed = given.filter(({ id, content }) => hashes.get(id) !== content.hash)
  if (changed.length === 0) return
  await queries.run(
    `INSERT INTO contents (article_id, hash, content) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])
     ON CONFLICT (article_id) DO UPDATE SET hash = excluded.hash, content = excluded.content`,
    changed.map(({ id }) => id),
    changed.map(({ content }) => content.hash),
    changed.map(({ content }) => content.json),
  )
}

/** Contents of the articles of a story, in their order. */
export async function contentsOf(database: Database, story: number): Promise<StoredContent[]> {
  if (!Number.isSafeInteger(story)) return []
  const rows = await database.rows(
    `SELECT a.source, a.source_id, c.content, c.full_text FROM articles a
     JOIN contents c ON c.article_id = a.id WHERE a.story_id = $1::bigint ORDER BY a.published_at, a.id`,
    story,
  )
  return rows.map(storedContent)
}

export async function keepFullText(
  database: Database,
  source: string,
  sourceId: string,
  text: ArticleContent,
): Promise<void> {
  await database.run(
    `INSERT INTO contents (article_id, full_text) SELECT id, $1::text FROM articles WHERE article_key = $2::bytea
     ON CONFLICT (article_id) DO UPDATE SET full_text = excluded.full_text`,
    keptContent(text).json,
    keyOf(source, sourceId),
  )
}
