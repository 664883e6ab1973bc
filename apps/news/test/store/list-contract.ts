import { describe, expect, it } from 'vitest'
import type { StoryPage } from '../../src/store/news-store.ts'
import { article, articles, hour, noon } from './articles.ts'
import { type NewsStoreUnderTest, TestedStore } from './under-test.ts'

/** Contract of every news store for lists of stories, marks and retention. */
export function listContract(name: string, open: () => Promise<NewsStoreUnderTest>): void {
  describe(`${name} keeps the contract of lists and marks`, () => {
    const tested = new TestedStore(open)

    it('gives pages: 50 stories unless told otherwise, 500 at most, newest first', async () => {
      await tested.store.add(articles(0, 510), noon)
      expect(await tested.store.stories()).toHaveLength(50)
      expect(await tested.store.stories({}, { limit: 3 })).toHaveLength(3)
      expect(await tested.store.stories({}, { limit: 0 })).toEqual([])
      const most = await tested.store.stories({}, { limit: 10_000 })
      expect(most.map((story) => story.publishedAt)).toEqual(Array.from({ length: 500 }, (_, at) => noon + 509 - at))
    })

    it('misses and doubles no story on its pages while articles are added, also of the same instant', async () => {
      const same = { publishedAt: noon }
      await tested.store.add([...articles(0, 10), ...articles(100, 110, same)], noon)
      const expected = (await tested.store.stories()).map((story) => story.id)
      const seen: number[] = []
      let after: StoryPage['after']
      for (let round = 0; ; round++) {
        const page = await tested.store.stories({}, { after, limit: 3 })
        if (page.length === 0) break
        seen.push(...page.map((story) => story.id))
        after = page.at(-1)!
        // Newer than all following pages, by instant or by ID.
        await tested.store.add([article(1_000 + round), article(2_000 + round, same)], noon)
        expect(seen.length).toBeLessThan(100)
      }
      expect(seen).toEqual([...new Set(seen)])
      expect(seen.filter((id) => expected.includes(id))).toEqual(expected)
    })

    it('lists stories from the oldest, after one of them: the same ones the other way round', async () => {
      await tested.store.add([...articles(0, 4), ...articles(100, 104, { publishedAt: noon + 2 })], noon)
      const newest = await tested.store.stories()
      const order = 'oldest first'
      expect(await tested.store.stories({}, { order })).toEqual(newest.toReversed())
      for (const [at, after] of newest.entries()) {
        expect(await tested.store.stories({}, { order, after, limit: 2 })).toEqual(
          newest.slice(Math.max(0, at - 2), at).reverse(),
        )
        expect(await tested.store.stories({}, { after, limit: 2 })).toEqual(newest.slice(at + 1, at + 3))
      }
      expect(await tested.store.stories({ search: 'district', isRead: true }, { order, after: newest[3] })).toEqual([])
    })

    it('counts the unread stories of groups of sources, each once in a group', async () => {
      const title = 'Storm leaves five thousand homes without power in the north'
      const group = (['bbc', 'hn', "it's"] as const).map((source) => article(1, { source, title }))
      await tested.store.add([...group, article(2, { source: 'bbc' }), article(3, { source: 'hn' }), article(4)], noon)
      const groups = [['bbc', 'hn'], ['bbc'], [], ['unknown', "it's"], ['guardian', 'bbc']]
      expect(await tested.store.unread(groups)).toEqual([3, 2, 0, 1, 3])
      const [read] = await tested.store.stories({ sources: ["it's"] })
      await tested.store.mark([read!.id], { isRead: true })
      expect(await tested.store.unread(groups)).toEqual([2, 1, 0, 0, 2])
      expect(await tested.store.unread([])).toEqual([])
    })

    it('marks stories one way and the other, and passes over those that do not exist', async () => {
      await tested.store.add(articles(0, 3), noon)
      const [two, one, zero] = (await tested.store.stories()).map((story) => story.id)
      await tested.store.mark([two!, one!, 99_999], { isRead: true })
      await tested.store.mark([one!, zero!], { isStarred: true })
      await tested.store.mark([one!], { isRead: false })
      await tested.store.mark([two!], {})
      await tested.store.mark([], { isRead: true })
      const marks = (await tested.store.stories()).map(({ isRead, isStarred }) => [isRead, isStarred])
      expect(marks).toEqual([
        [true, false],
        [false, true],
        [false, true],
      ])
      expect(await tested.store.count()).toEqual({ stories: 3, unread: 2 })
    })

    it('marks all as read that a filter has, up to an instant', async () => {
      await tested.store.add([...articles(0, 6), article(9, { source: 'bbc', publishedAt: noon })], noon)
      expect(await tested.store.markAllRead({ sources: ['guardian'] }, noon + 3)).toBe(4)
      expect(await tested.store.markAllRead({ sources: ['guardian'] }, noon + 3)).toBe(0)
      expect(await tested.store.markAllRead({ search: 'district 4' }, noon + 9)).toBe(1)
      expect((await tested.store.stories({ isRead: false })).map(({ publishedAt }) => publishedAt - noon)).toEqual([
        5, 0,
      ])
      expect(await tested.store.markAllRead({}, noon + 9)).toBe(2)
      expect(await tested.store.count()).toEqual({ stories: 7, unread: 0 })
    })

    it('marks nothing as read that was kept after an instant, however old it is', async () => {
      await tested.store.add([article(5)], noon)
      await tested.store.add([article(1)], noon + hour)
      expect(await tested.store.markAllRead({}, noon + 9, noon + 1)).toBe(1)
      expect((await tested.store.stories({ isRead: false })).map(({ publishedAt }) => publishedAt)).toEqual([noon + 1])
    })

    it('forgets old articles of one source, and stories without any, but none that is starred', async () => {
      const url = 'https://same.example/a'
      await tested.store.add(articles(0, 4), noon)
      await tested.store.add(
        [article(5, { url, publishedAt: noon }), article(6, { source: 'bbc', url, title: 'x' })],
        noon,
      )
      await tested.store.add([article(3)], noon + hour)
      const star = (await tested.store.stories({ search: 'district 2' }))[0]!.id
      await tested.store.mark([star], { isStarred: true })

      expect(await tested.store.forget('guardian', noon)).toBe(0)
      expect(await tested.store.forget('none', noon + hour)).toBe(0)
      expect(await tested.store.forget('guardian', noon + hour)).toBe(3)
      expect(await tested.store.count()).toEqual({ stories: 3, unread: 3 })
      expect(await tested.titles()).toEqual(['x', article(3).title, article(2).title])
      expect(await tested.only({ sources: ['bbc'] })).toMatchObject({
        publishedAt: noon + 6,
        articles: [{ source: 'bbc' }],
      })
      expect(await tested.titles({ search: 'district 1' })).toEqual([])

      // It gets a new ID when it is added again, so no old mark can apply to it.
      const ids = (await tested.store.stories()).map((story) => story.id)
      expect(await tested.store.add([article(1)], noon + hour)).toEqual({ articles: 1, stories: 1, updated: 0 })
      const { id } = await tested.only({ search: 'district 1' })
      expect(id).toBeGreaterThan(Math.max(...ids))
    })
  })
}
