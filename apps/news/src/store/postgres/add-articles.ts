import type { NewArticle } from '../../model/news.ts'
import { findStory } from '../../stories/find-story.ts'
import { type ArticleIndex, articleId, type IndexedArticle } from '../article-index.ts'
import { hasChanged, type KeptArticle, type KeptContent, keptArticle, newerVersion } from '../kept-article.ts'
import type { Added } from '../news-store.ts'
import { articleArrays, articleColumns, articleValues } from './article-rows.ts'
import { writeContents } from './content-rows.ts'
import type { Database, Queries } from './database.ts'
import { insertTitles, knownRows, removeTitles, type TitleRow } from './known-articles.ts'
import { dateStories } from './story-rows.ts'

/** Stores articles with one read and one write per group, whatever its size. */
export async function addArticles(
  database: Database,
  articles: readonly NewArticle[],
  fetchedAt: number,
): Promise<Added> {
  const group = articles.map(keptArticle)
  if (group.length === 0) return { articles: 0, stories: 0, updated: 0 }
  return database.alone(async (queries) => {
    const known = await knownRows(queries, group)
    const plan = planGroup(group, known.articles, fetchedAt)
    const idOf = (kept: IndexedArticle): number => known.ids.get(kept)!

    const stories = await nextIds(queries, 'stories', plan.newStories)
    const storyOf = ({ story }: IndexedArticle): number =>
      story < firstNewStory ? story : stories[story - firstNewStory]!
    await insertStories(queries, plan.inserted, storyOf, fetchedAt)
    const ids = await insertArticles(queries, plan.inserted, storyOf)
    await writeContents(
      queries,
      Array.from(plan.contents, ([kept, content]) => ({ id: ids.get(kept) ?? idOf(kept), content })),
    )

    const changed = [...plan.changed]
    await updateArticles(
      queries,
      changed.map(([kept]) => ({ kept, id: idOf(kept) })),
    )
    await removeTitles(
      queries,
      changed.map(([kept, before]) => titleRow(idOf(kept), before)),
    )
    await insertTitles(
      queries,
      changed.map(([kept]) => titleRow(idOf(kept), kept.article)),
    )
    if (plan.seen.size > 0) {
      const sql = 'UPDATE articles SET fetched_at = $1::bigint WHERE id = ANY ($2::bigint[])'
      await queries.run(sql, fetchedAt, Array.from(plan.seen, idOf))
    }

    const moved = changed.filter(([kept, before]) => kept.article.publishedAt !== before.publishedAt)
    const joined = plan.inserted.filter(({ story }) => story < firstNewStory)
    await dateStories(queries, [...moved.map(([{ story }]) => story), ...joined.map(({ story }) => story)])
    return plan.added
  })
}

/** Reserves `count` new ids, ascending. */
async function nextIds(queries: Queries, table: 'stories' | 'articles', count: number): Promise<number[]> {
  if (count === 0) return []
  const sql = `SELECT nextval('${table}_id_seq') AS id FROM generate_series(1, $1::int)`
  return (await queries.rows(sql, count)).map(({ id }) => id as number).sort((a, b) => a - b)
}

async function insertStories(
  queries: Queries,
  inserted: readonly IndexedArticle[],
  storyOf: (kept: IndexedArticle) => number,
  addedAt: number,
): Promise<void> {
  const articles = inserted.filter(({ story }) => story >= firstNewStory)
  if (articles.length === 0) return
  await queries.run(
    `INSERT INTO stories (id, published_at, added_at)
     SELECT id, min(published_at), $1::bigint FROM unnest($2::bigint[], $3::bigint[]) AS given (id, published_at)
     GROUP BY id ORDER BY id`,
    addedAt,
    articles.map(storyOf),
    articles.map(({ article }) => article.publishedAt),
  )
}

async function insertArticles(
  queries: Queries,
  inserted: readonly IndexedArticle[],
  storyOf: (kept: IndexedArticle) => number,
): Promise<ReadonlyMap<IndexedArticle, number>> {
  if (inserted.length === 0) return new Map()
  const ids = await nextIds(queries, 'articles', inserted.length)
  await queries.run(
    `INSERT INTO articles (id, story_id, fetched_at, ${articleColumns.join(', ')})
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], ${articleArrays(4)})`,
    ids,
    inserted.map(storyOf),
    inserted.map(({ fetchedAt }) => fetchedAt),
    ...articleValues(inserted.map(({ article }) => article)),
  )
  await insertTitles(
    queries,
    inserted.map(({ article }, at) => titleRow(ids[at]!, article)),
  )
  return new Map(inserted.map((kept, at) => [kept, ids[at]!]))
}

async function updateArticles(
  queries: Queries,
  changed: readonly { readonly kept: IndexedArticle; readonly id: number }[],
): Promise<void> {
  if (changed.length === 0) return
  await queries.run(
    `UPDATE articles a
     SET fetched_at = new.fetched_at, ${articleColumns.map((name) => `${name} = new.${name}`).join(', ')}
     FROM unnest($1::bigint[], $2::bigint[], ${articleArrays(3)}) AS new (id, fetched_at, ${articleColumns.join(', ')})
     WHERE a.id = new.id`,
    changed.map(({ id }) => id),
    changed.map(({ kept }) => kept.fetchedAt),
    ...articleValues(changed.map(({ kept }) => kept.article)),
  )
}

function titleRow(id: number, { title, publishedAt }: KeptArticle): TitleRow {
  return { id, title, publishedAt }
}

/** Start of the temporary IDs of new stories, until they are written. */
const firstNewStory: number = 2 ** 52

/** Changes caused by a group of articles. */
interface GroupPlan {
  readonly added: Added
  /** New articles in order, each in its final version. */
  readonly inserted: readonly IndexedArticle[]
  /** Changed articles, each with its previous version. */
  readonly changed: ReadonlyMap<IndexedArticle, KeptArticle>
  /** Unchanged articles that were fetched again. */
  readonly seen: ReadonlySet<IndexedArticle>
  /** Last given content of each article. */
  readonly contents: ReadonlyMap<IndexedArticle, KeptContent>
  readonly newStories: number
}

/**
 * Plans the changes of a group, article by article, so that articles of one group match each other. `known` holds all
 * relevant stored articles; it is modified.
 */
function planGroup(articles: readonly KeptArticle[], known: ArticleIndex, fetchedAt: number): GroupPlan {
  const added = { articles: 0, stories: 0, updated: 0 }
  const inserted = new Set<IndexedArticle>()
  const changed = new Map<IndexedArticle, KeptArticle>()
  const seen = new Set<IndexedArticle>()
  const contents = new Map<IndexedArticle, KeptContent>()

  const group = new Set(articles.map(articleId))

  for (const given of articles) {
    const kept = known.of(given) ?? known.formerOf(given, group, fetchedAt)
    if (kept === undefined) {
      added.articles++
      const found = findStory(given, known.candidates(given))?.story
      const own = known.keep(given, found ?? firstNewStory + added.stories, fetchedAt)
      inserted.add(own)
      if (given.content !== undefined) contents.set(own, given.content)
      if (found === undefined) added.stories++
      continue
    }
    if (fetchedAt < kept.fetchedAt) continue
    if (given.content !== undefined) contents.set(kept, given.content)
    const before = kept.article
    const article = newerVersion(before, given)
    if (before.title !== article.title || before.summary !== article.summary) added.updated++
    if (hasChanged(before, article)) {
      known.replace(kept, article, fetchedAt)
      if (!inserted.has(kept) && !changed.has(kept)) changed.set(kept, before)
      seen.delete(kept)
    } else if (fetchedAt > kept.fetchedAt) {
      kept.fetchedAt = fetchedAt
      if (!inserted.has(kept) && !changed.has(kept)) seen.add(kept)
    }
  }
  return { added, inserted: [...inserted], changed, seen, contents, newStories: added.stories }
}
