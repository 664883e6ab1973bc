import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../../../../test/postgres/index.ts'
import { keptArticle } from '../../src/store/kept-article.ts'
import type { StoryFilter, StoryPage } from '../../src/store/news-store.ts'
import type { Query } from '../../src/store/postgres/database.ts'
import { titleQuery } from '../../src/store/postgres/known-articles.ts'
import { postgresNewsStore } from '../../src/store/postgres/postgres-news-store.ts'
import { countQuery, pageQuery, storyQuery } from '../../src/store/postgres/story-rows.ts'
import { article, articles, noon } from './articles.ts'
import { openNewsDatabase } from './news-database.ts'
import { withClient } from './postgres-client.ts'

const stories = 6_000
let database: TestDatabase

/** Stories of three sources; one of them has twelve, and every hundredth story has a rare word and a star. */
async function fill(): Promise<void> {
  const store = await postgresNewsStore(database.url)
  for (let from = 0; from < stories; from += 1_000) {
    const group = articles(from, from + 1_000).map((each, at) => ({
      ...each,
      source: at % 500 === 7 ? 'rare' : at % 2 === 0 ? 'guardian' : 'bbc',
      title: `${each.title} ${at % 100 === 0 ? 'volcano' : ''}`,
      section: 'world',
    }))
    await store.add(group, noon)
  }
  await store.mark(
    (await store.stories({ search: 'volcano' })).map(({ id }) => id),
    { isStarred: true },
  )
  await store.markAllRead({ before: noon + stories - 600 }, noon + stories)
  await store.close()
  await withClient(database.url, (client) => client.query('VACUUM ANALYZE'))
}

/** PostgreSQL query plan with the number of rows read. */
async function planOf({ sql, values }: Query): Promise<string> {
  return await withClient(database.url, async (client) => {
    const text = `EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) ${sql}`
    await client.query('SET search_path TO news')
    const { rows } = await client.query(text, values as unknown[])
    return rows.map((row) => String(row['QUERY PLAN'])).join('\n')
  })
}

const after: StoryPage = { after: { publishedAt: noon + 3_000, id: 3_000 } }

beforeAll(async () => {
  database = await openNewsDatabase()
  await fill()
})
afterAll(() => database.close())

describe('a list of stories on PostgreSQL', () => {
  it.each<[string, StoryFilter, StoryPage, RegExp]>([
    ['all, from the newest', {}, {}, /Index Scan Backward using stories_by_time/],
    ['all, further on', {}, after, /Index Scan Backward using stories_by_time[^\n]*\n\s*Index Cond: \(ROW\(/],
    ['since an instant', { from: noon + 5_990 }, {}, /stories_by_time[^\n]*\n\s*Index Cond: \(published_at >=/],
    ['unread', { isRead: false }, {}, /Index Scan Backward using unread_by_time/],
    ['unread, further on', { isRead: false }, after, /using unread_by_time[^\n]*\n\s*Index Cond: \(ROW\(/],
    ['starred', { isStarred: true }, {}, /starred_by_time/],
    ['of a frequent source', { sources: ['bbc'] }, {}, /Index Scan Backward using stories_by_time/],
    ['of a rare source', { sources: ['rare'] }, {}, /articles_by_source/],
    ['with a rare word', { search: 'volcano' }, {}, /Bitmap Index Scan on articles_by_word/],
    ['with the beginning of a word', { search: 'volc' }, {}, /Bitmap Index Scan on articles_by_word/],
    ['with one of two words', { search: 'volcano OR "volcano erupts"' }, {}, /Bitmap Index Scan on articles_by_word/],
    ['without a word', { search: '-volcano' }, {}, /articles_by_word|articles_by_story/],
    ['with a word, of a source', { search: 'volcano', sources: ['guardian'] }, {}, /Index Scan on articles_by_word/],
  ])('%s, is read from an index, and no table as a whole', async (_, filter, page, step) => {
    const plan = await planOf(pageQuery(filter, page))
    expect(plan).toMatch(step)
    expect(plan).not.toContain('Seq Scan')
    expect(plan).toMatch(/Index Scan using articles_by_story|Index Scan using articles_pkey/)
  })

  it('is counted by the index of words, and one story is found by its id', async () => {
    expect(await planOf(countQuery({ search: 'volcano' }))).toContain('Bitmap Index Scan on articles_by_word')
    const plan = await planOf(storyQuery(5))
    expect(plan).toContain('Index Scan using stories_pkey')
    expect(plan).toContain('Index Scan using articles_by_story')
    expect(plan).not.toContain('Seq Scan')
  })
})

describe('titles that may be alike on PostgreSQL', () => {
  it('are looked for in the index of tokens, within the time that counts, for a whole group at once', async () => {
    const group = articles(0, 50, { source: 'other' }).map(keptArticle)
    const plan = await planOf(titleQuery(group)!)
    expect(plan).toMatch(/using title_tokens_pkey on title_tokens[^\n]*\n\s*Index Cond: \(\(token = /)
    expect(plan).toContain('articles_pkey')
    expect(plan).not.toContain('Seq Scan')
  })

  it('are not looked for if none is long enough', () => {
    expect(titleQuery([keptArticle(article(1, { title: 'Live updates' }))])).toBeUndefined()
  })
})
