import { openSqlite, type SqliteDatabase } from 'sluice/internal'
import { describe, expect, it } from 'vitest'
import { keptArticle } from '../../src/store/kept-article.ts'
import type { StoryFilter, StoryPage } from '../../src/store/news-store.ts'
import { titleQuery } from '../../src/store/sqlite/add-articles.ts'
import { newsSchema } from '../../src/store/sqlite/schema.ts'
import { countQuery, markReadQuery, pageQuery, type Query } from '../../src/store/sqlite/story-rows.ts'
import { article, noon } from './articles.ts'

const after: StoryPage = { after: { publishedAt: noon, id: 7 } }

/** Query plan of SQLite. */
function planOf(database: SqliteDatabase, { sql, values }: Query): string[] {
  return database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).map((row) => String(row.detail))
}

async function withPlans(work: (planOf: (query: Query) => string[]) => void): Promise<void> {
  const { database } = await openSqlite({
    store: 'sqlite:memory',
    path: ':memory:',
    schema: newsSchema,
    busyTimeout: 0,
  })
  work((query) => planOf(database, query))
  database.close()
}

describe('a list of stories', () => {
  it.each<[string, StoryFilter, StoryPage, string]>([
    ['all, from the newest', {}, {}, 'SCAN s USING COVERING INDEX stories_by_time'],
    ['all, further on', {}, after, 'SEARCH s USING COVERING INDEX stories_by_time'],
    ['since an instant', { from: noon }, {}, 'SEARCH s USING COVERING INDEX stories_by_time (published_at>?)'],
    ['unread', { isRead: false }, {}, 'SCAN s USING COVERING INDEX unread_by_time'],
    ['unread, further on', { isRead: false }, after, 'SEARCH s USING COVERING INDEX unread_by_time'],
    ['starred', { isStarred: true }, {}, 'SCAN s USING COVERING INDEX starred_by_time'],
    ['of sources', { sources: ['a', 'b'] }, {}, 'SCAN s USING COVERING INDEX stories_by_time'],
  ])('%s, is read from an index in its order', async (_, filter, page, first) => {
    await withPlans((plan) => {
      const steps = plan(pageQuery(filter, page))
      expect(steps[0]).toContain(first)
      expect(steps.filter((step) => step.includes('TEMP B-TREE'))).toEqual([])
    })
  })

  it('looks for the articles of a story by an index that has all that is asked', async () => {
    await withPlans((plan) => {
      const steps = plan(pageQuery({ sources: ['a'], section: 'b', language: 'c' }, after))
      expect(steps.join('\n')).toMatch(/SEARCH a (EXISTS )?USING COVERING INDEX articles_by_story \(story_id=\?/)
    })
  })

  it('of sources with few articles begins at their articles, and finds stories by their ids', async () => {
    await withPlans((plan) => {
      for (const query of [pageQuery({ sources: ['a'], isRead: false }, after, true), countQuery({ sources: ['a'] })]) {
        const steps = plan(query).join('\n')
        expect(steps).toContain('SEARCH a USING COVERING INDEX articles_by_source (source=?)')
        expect(steps).toContain('SEARCH s USING INTEGER PRIMARY KEY (rowid=?)')
      }
    })
  })

  it('with words begins at the index of words, and finds articles and stories by their ids', async () => {
    await withPlans((plan) => {
      const steps = plan(pageQuery({ search: 'some words', sources: ['a'] }, {}, true)).join('\n')
      expect(steps).toContain('SCAN words VIRTUAL TABLE INDEX')
      expect(steps).toContain('SEARCH a USING INTEGER PRIMARY KEY')
      expect(steps).toMatch(/SEARCH s USING INTEGER PRIMARY KEY|SEARCH s USING INDEX/)
    })
  })
})

describe('no statement on stories', () => {
  const filters: readonly StoryFilter[] = [
    {},
    { isRead: false },
    { isStarred: true, language: 'en' },
    { from: noon, before: noon + 1 },
    { sources: ['a'], section: 'b' },
    { search: 'some words' },
    { search: 'some words', isRead: false, sources: ['a'] },
  ]

  it.each(filters)('reads a whole table for the filter %j', async (filter) => {
    await withPlans((plan) => {
      const ofFew = (filter.sources ?? filter.search) ? [pageQuery(filter, after, true)] : []
      const pages = [pageQuery(filter, {}), pageQuery(filter, after), ...ofFew]
      const queries = [...pages, countQuery(filter), markReadQuery(filter, noon)]
      const scans = queries
        .flatMap(plan)
        .filter((step) => /^SCAN (?!.*(USING (COVERING )?INDEX|VIRTUAL TABLE|CONSTANT ROW))/.test(step))
      expect(scans).toEqual([])
    })
  })
})

describe('a title that may be alike', () => {
  it('is looked for in the index of tokens, within the time that counts, and nowhere else', async () => {
    await withPlans((plan) => {
      const steps = plan(titleQuery(keptArticle(article(1)))!)
      const index = 'USING PRIMARY KEY (token=? AND published_at>? AND published_at<?)'
      expect(steps).toContain(`SEARCH title_tokens ${index}`)
      expect(steps).toContain(`SEARCH t ${index}`)
      expect(steps).toContain('SEARCH a USING INTEGER PRIMARY KEY (rowid=?)')
      const scans = steps.filter((step) => /^SCAN (?!given VIRTUAL TABLE|rarest$|\(subquery-\d+\)$)/.test(step))
      expect(scans).toEqual([])
    })
  })

  it('is not looked for if it is too short', () => {
    expect(titleQuery(keptArticle(article(1, { title: 'Live updates' })))).toBeUndefined()
  })
})
