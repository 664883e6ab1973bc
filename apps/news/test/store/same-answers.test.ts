import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLongForm } from '../../../../test/long-form.ts'
import type { TestDatabase } from '../../../../test/postgres/index.ts'
import type { NewsStore, StoryFilter } from '../../src/store/news-store.ts'
import { postgresNewsStore } from '../../src/store/postgres/postgres-news-store.ts'
import { sqliteNewsStore } from '../../src/store/sqlite/sqlite-news-store.ts'
import { article, hour, noon } from './articles.ts'
import { memoryNewsStore } from './memory-store.ts'
import { openNewsDatabase } from './news-database.ts'
import { withClient } from './postgres-client.ts'

/** The short form takes the same steps each time: by chance, few of them make stories of several articles. */
const runs = isLongForm ? { numRuns: 300 } : { numRuns: 25, seed: 1 }
const sources = ['guardian', 'bbc', 'hn'] as const
const words = ['fire', 'in', 'Old', 'town', 'kills', 'five', '5', 'été', '東京']
const source = fc.constantFrom(...sources)
const instant = fc.nat(100).map((hours) => noon + hours * hour)
const ids = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 })
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined })
const text = (minLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...words), { minLength, maxLength: 7 }).map((some) => some.join(' '))

const operators = ['OR', '-', '"', '-"', '""', '-fire', '-five', '"Old town"', '-"in Old"', 'kil']
const search = fc
  .array(fc.oneof(fc.constantFrom(...words), fc.constantFrom(...operators)), { maxLength: 7 })
  .map((some) => some.join(' ').replaceAll('-" ', '-"'))

const someArticle = fc
  .record({
    number: fc.nat(6),
    source,
    title: text(1),
    summary: optional(text(0)),
    publishedAt: instant,
    page: fc.nat(9),
  })
  .map(({ number, page, ...rest }) => article(number, { ...rest, url: `https://www.same.example/${page}/` }))

const filter: fc.Arbitrary<StoryFilter> = fc.record({
  sources: optional(fc.array(source, { maxLength: 2 })),
  search: optional(search),
  isRead: optional(fc.boolean()),
  isStarred: optional(fc.boolean()),
  from: optional(instant),
  before: optional(instant),
})

/** Empties the tables of the schema, which is faster than creating another one. */
async function empty({ url }: TestDatabase): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query(
      `SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') AS tables FROM pg_tables
        WHERE schemaname = 'news' AND tablename NOT IN ('meta', 'news_version')`,
    )
    await client.query(`TRUNCATE ${rows[0].tables} RESTART IDENTITY`)
  })
}

type Step = (store: NewsStore) => Promise<unknown>

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.array(someArticle, { maxLength: 5 }), instant).map(
      ([group, at]): Step =>
        (store) =>
          store.add(group, at),
    ),
  },
  fc.tuple(ids, fc.boolean()).map(
    ([some, isRead]): Step =>
      (store) =>
        store.mark(some, { isRead }),
  ),
  fc.tuple(ids, fc.boolean()).map(
    ([some, isStarred]): Step =>
      (store) =>
        store.mark(some, { isStarred }),
  ),
  fc.tuple(filter, instant).map(
    ([some, upTo]): Step =>
      (store) =>
        store.markAllRead(some, upTo),
  ),
  fc.tuple(source, instant).map(
    ([some, before]): Step =>
      (store) =>
        store.forget(some, before),
  ),
)

describe('the stores in memory, on SQLite and on PostgreSQL', () => {
  let database: TestDatabase

  beforeAll(async () => {
    database = await openNewsDatabase()
  })
  afterAll(() => database.close())

  it('give the same answers after the same steps', async () => {
    let merged = 0
    const postgres = await postgresNewsStore(database.url, { schema: 'news', connections: 1 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(filter, { maxLength: 4 }),
        async (steps, filters) => {
          const memory = memoryNewsStore()
          const sqlite = await sqliteNewsStore(':memory:')
          const others = [sqlite, postgres]
          await empty(database)
          for (const each of steps) {
            const expected = await each(memory)
            for (const store of others) expect(await each(store)).toEqual(expected)
          }
          for (const each of [{}, ...filters]) {
            const expected = await memory.stories(each)
            for (const store of others) {
              expect(await store.stories(each)).toEqual(expected)
              expect(await store.count(each)).toEqual(await memory.count(each))
            }
            merged += expected.filter((story) => story.articles.length > 1).length
          }
          await sqlite.close()
        },
      ),
      runs,
    )
    await postgres.close()
    expect(merged).toBeGreaterThan(runs.numRuns / 3)
  })

  it('find the same, whatever is written and whatever is looked for', async () => {
    const pieces = fc.constantFrom(
      'fire',
      'Été',
      'STRASSE',
      'Straße',
      '東',
      '京',
      'ทดสอบ',
      'हिन्दी',
      '🎉',
      '⚽',
      '*',
      "'",
      '"',
      ' OR ',
      ' -',
      '|',
      ':',
      '\\',
    )
    const long = fc.constantFrom('x'.repeat(63), 'x'.repeat(64), 'x'.repeat(65), `${'x'.repeat(64)}y`, '𝕏'.repeat(40))
    const wild = fc
      .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 3 }), long, fc.constantFrom(' ', ' ', '-')), {
        maxLength: 12,
      })
      .map((some) => some.join(''))
    const memory = memoryNewsStore()
    const others = [await sqliteNewsStore(':memory:'), await postgresNewsStore(database.url, { schema: 'wild' })]
    let number = 0
    let found = 0
    await fc.assert(
      fc.asyncProperty(wild, wild, fc.array(wild, { minLength: 1, maxLength: 3 }), async (title, summary, searches) => {
        const each = article(number++, { title, summary })
        const expected = await memory.add([each], noon)
        for (const store of others) expect(await store.add([each], noon)).toEqual(expected)
        for (const search of [...searches, title, summary.slice(0, 5)]) {
          const ids = (await memory.stories({ search })).map(({ id }) => id)
          for (const store of others) {
            expect([search, (await store.stories({ search })).map(({ id }) => id)]).toEqual([search, ids])
          }
          found += ids.length
        }
      }),
      { ...runs, numRuns: runs.numRuns * 2 },
    )
    expect(found).toBeGreaterThan(runs.numRuns * 6)
    for (const store of others) await store.close()
  })
})
