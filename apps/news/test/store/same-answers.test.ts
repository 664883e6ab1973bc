import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryNewsStore } from '../../src/store/memory/memory-news-store.ts'
import type { NewsStore, StoryFilter } from '../../src/store/news-store.ts'
import { sqliteNewsStore } from '../../src/store/sqlite/sqlite-news-store.ts'
import { article, hour, noon } from './articles.ts'

const sources = ['guardian', 'bbc', 'hn'] as const
const words = ['fire', 'in', 'Old', 'town', 'kills', 'five', '5', 'été', '東京']
const source = fc.constantFrom(...sources)
const instant = fc.nat(100).map((hours) => noon + hours * hour)
const ids = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 })
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined })
const text = (minLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...words), { minLength, maxLength: 7 }).map((some) => some.join(' '))

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
  search: optional(text(0)),
  isRead: optional(fc.boolean()),
  isStarred: optional(fc.boolean()),
  from: optional(instant),
  before: optional(instant),
})

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

describe('the store in memory and the one on SQLite', () => {
  it('give the same answers after the same steps', async () => {
    let merged = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(filter, { maxLength: 4 }),
        async (steps, filters) => {
          const memory = memoryNewsStore()
          const sqlite = await sqliteNewsStore(':memory:')
          for (const each of steps) expect(await each(sqlite)).toEqual(await each(memory))
          for (const each of [{}, ...filters]) {
            const stories = await sqlite.stories(each)
            expect(stories).toEqual(await memory.stories(each))
            expect(await sqlite.count(each)).toEqual(await memory.count(each))
            merged += stories.filter((story) => story.articles.length > 1).length
          }
          await sqlite.close()
        },
      ),
      { numRuns: 300 },
    )
    expect(merged).toBeGreaterThan(100)
  })
})
