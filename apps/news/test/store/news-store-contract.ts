import { describe, expect, it } from 'vitest'
import { isLongForm } from '../../../../test/long-form.ts'
import type { StoryFilter } from '../../src/store/news-store.ts'
import { article, articles, hour, noon } from './articles.ts'
import { contentContract } from './content-contract.ts'
import { listContract } from './list-contract.ts'
import { searchContract } from './search-contract.ts'
import { sourceContract } from './source-contract.ts'
import { storyContract } from './story-contract.ts'
import { type NewsStoreUnderTest, TestedStore } from './under-test.ts'

/** Number of articles in a large store. */
const many = isLongForm ? 10_000 : 2_000

/** Contract of every news store. */
export function newsStoreContract(name: string, open: () => Promise<NewsStoreUnderTest>): void {
  searchContract(name, open)
  sourceContract(name, open)
  contentContract(name, open)
  listContract(name, open)
  storyContract(name, open)

  describe(`${name} keeps the contract of news stores`, () => {
    const tested = new TestedStore(open)

    it('gives back an article with all it has, and nothing it has not', async () => {
      const full = article(1, { summary: 'Sum.', author: 'A. Uthor', language: 'en', section: 'world' })
      const bare = article(2)
      expect(await tested.store.add([full, bare], noon + hour)).toEqual({ articles: 2, stories: 2, updated: 0 })
      const [second, first] = await tested.store.stories()
      const marks = { addedAt: noon + hour, isRead: false, isStarred: false }
      const { title, url, summary, publishedAt } = full
      expect(first).toEqual({ id: first!.id, title, url, summary, publishedAt, ...marks, articles: [full] })
      expect(second).toEqual({
        id: second!.id,
        title: bare.title,
        url: bare.url,
        publishedAt: bare.publishedAt,
        ...marks,
        articles: [bare],
      })
      expect(await tested.store.story(first!.id)).toEqual(first)
      expect(await tested.store.story(99)).toBeUndefined()
    })

    it('changes nothing when the same is added twice, also in one group', async () => {
      const group = articles(0, 5)
      await tested.store.add(group, noon)
      const before = await tested.store.stories()
      expect(await tested.store.add([...group, ...group], noon)).toEqual({ articles: 0, stories: 0, updated: 0 })
      expect(await tested.store.add(group, noon + hour)).toEqual({ articles: 0, stories: 0, updated: 0 })
      expect(await tested.store.stories()).toEqual(before)
      expect(await tested.store.add([article(7), article(7)], noon)).toEqual({ articles: 1, stories: 1, updated: 0 })
    })

    it('keeps text that is no text, and finds nothing changed in it the second time', async () => {
      const odd = article(1, { title: 'Half \ud83d and NUL \0 here', summary: "'; DROP TABLE stories; --" })
      await tested.store.add([odd], noon)
      expect(await tested.store.add([odd], noon)).toEqual({ articles: 0, stories: 0, updated: 0 })
      expect(await tested.only()).toMatchObject({ title: 'Half \ufffd and NUL  here', summary: odd.summary })
    })

    it('refuses a group with an article that cannot be kept, and keeps nothing of it', async () => {
      await expect(tested.store.add([article(1), article(2, { publishedAt: Number.NaN })], noon)).rejects.toThrow(
        'article id-2 of guardian: publishedAt must be whole milliseconds; got NaN',
      )
      await expect(tested.store.add([article(1), article(2, { sourceId: '' })], noon)).rejects.toThrow('without id')
      expect(await tested.store.count()).toEqual({ stories: 0, unread: 0 })
    })

    it('says what an update has changed, and keeps the marks of its story', async () => {
      await tested.store.add([article(1, { summary: 'Old.', author: 'A' }), article(2)], noon)
      const { id } = (await tested.store.stories())[1]!
      await tested.store.mark([id], { isRead: true, isStarred: true })
      const news = article(1, { title: 'All has changed now', url: 'https://other.example/', publishedAt: noon + 9 })
      expect(await tested.store.add([news], noon + hour)).toEqual({ articles: 0, stories: 0, updated: 1 })
      const { title, url } = news
      const { publishedAt } = article(1)
      const articles = [{ ...news, publishedAt }]
      const expected = { id, title, url, publishedAt, addedAt: noon, isRead: true, isStarred: true, articles }
      expect(await tested.store.story(id)).toEqual(expected)
      expect(await tested.store.add([{ ...news, section: 'world' }], noon + hour)).toMatchObject({ updated: 0 })
      expect((await tested.store.story(id))!.articles[0]!.section).toBe('world')
      expect(await tested.titles({ search: 'district 1' })).toEqual([])
      expect(await tested.titles({ search: 'all changed' })).toEqual([title])
    })

    it('keeps a date that was once given, unless an earlier one is given', async () => {
      const dated = (hours: number): Promise<unknown> =>
        tested.store.add([article(1, { publishedAt: noon + hours * hour })], noon + hours * hour)
      for (const [given, kept] of [
        [5, 5],
        [9, 5],
        [4, 5],
        [6, 5],
      ] as const) {
        await dated(given)
        expect([given, (await tested.only()).publishedAt]).toEqual([given, noon + kept * hour])
      }
      expect(await tested.store.add([article(1, { publishedAt: noon })], noon + 10 * hour)).toMatchObject({
        updated: 0,
      })
      expect((await tested.only()).publishedAt).toBe(noon)
    })

    it('does not let what was fetched before replace what was fetched later', async () => {
      await tested.store.add([article(1, { title: 'The later title' })], noon + hour)
      expect(await tested.store.add([article(1)], noon)).toEqual({ articles: 0, stories: 0, updated: 0 })
      expect(await tested.titles()).toEqual(['The later title'])
    })

    it('filters by each, and by all together', async () => {
      await tested.store.add(
        [
          article(1, { section: 'world', language: 'en' }),
          article(2, { section: 'sport', language: 'en' }),
          article(3, { source: 'zeit', section: 'world', language: 'de' }),
          article(4, { source: 'bbc' }),
        ],
        noon,
      )
      const [four, three, two, one] = (await tested.store.stories()).map((story) => story.id)
      await tested.store.mark([one!, two!], { isRead: true })
      await tested.store.mark([two!, three!], { isStarred: true })
      const cases: [StoryFilter, (number | undefined)[]][] = [
        [{}, [four, three, two, one]],
        [{ sources: ['guardian'] }, [two, one]],
        [{ sources: ['guardian', 'zeit', 'none'] }, [three, two, one]],
        [{ sources: [] }, []],
        [{ section: 'world' }, [three, one]],
        [{ language: 'en' }, [two, one]],
        [{ search: 'district 3' }, [three]],
        [{ isRead: true }, [two, one]],
        [{ isRead: false }, [four, three]],
        [{ isStarred: true }, [three, two]],
        [{ isStarred: false }, [four, one]],
        [{ from: noon + 2 }, [four, three, two]],
        [{ before: noon + 2 }, [one]],
        [{ from: noon + 2, before: noon + 4 }, [three, two]],
        [{ sources: ['guardian'], section: 'world', language: 'de' }, []],
        [
          {
            sources: ['guardian', 'zeit'],
            section: 'world',
            language: 'en',
            search: 'city dis',
            isRead: true,
            isStarred: false,
            from: noon + 1,
            before: noon + 4,
          },
          [one],
        ],
        [{ search: 'city', isStarred: true, language: 'de' }, [three]],
      ]
      const read = [one, two]
      for (const [filter, expected] of cases) {
        const said = JSON.stringify(filter)
        expect([said, (await tested.store.stories(filter)).map((story) => story.id)]).toEqual([said, expected])
        const unread = expected.filter((id) => !read.includes(id)).length
        expect([said, await tested.store.count(filter)]).toEqual([said, { stories: expected.length, unread }])
      }
    })

    it('wants one and the same article to have what a filter says of articles', async () => {
      const url = 'https://same.example/a'
      const first = article(1, { url, section: 'world', title: 'Apples' })
      await tested.store.add([first, article(2, { url, source: 'bbc', section: 'uk', title: 'Pears' })], noon)
      expect(await tested.titles({ sources: ['bbc'] })).toEqual(['Apples'])
      expect(await tested.titles({ sources: ['bbc'], search: 'pears' })).toEqual(['Apples'])
      expect(await tested.titles({ sources: ['bbc'], search: 'apples' })).toEqual([])
      expect(await tested.titles({ sources: ['bbc'], section: 'world' })).toEqual([])
      expect(await tested.titles({ search: 'apples pears' })).toEqual([])
    })

    it(`keeps ${many} articles of ten sources, and finds the same stories again`, async () => {
      for (let from = 0; from < many; from += 500) {
        const group = articles(from, from + 500).map((each, at) => ({ ...each, source: `source-${at % 10}` }))
        expect(await tested.store.add(group, noon)).toEqual({ articles: 500, stories: 500, updated: 0 })
      }
      const again = articles(many / 2, many / 2 + 500, { source: 'other' }).map((each) => ({
        ...each,
        sourceId: `x${each.sourceId}`,
      }))
      expect(await tested.store.add(again, noon)).toEqual({ articles: 500, stories: 0, updated: 0 })
      expect(await tested.store.count()).toEqual({ stories: many, unread: many })
      expect(await tested.store.count({ sources: ['other'], search: `district ${String(many / 2)[0]}` })).toMatchObject(
        {
          stories: 500,
        },
      )
    })

    it('refuses everything once it is closed, by its name, and may be closed twice', async () => {
      await tested.store.close()
      await tested.store.close()
      for (const use of [() => tested.store.stories(), () => tested.store.add([], noon), () => tested.store.health()]) {
        await expect(use()).rejects.toThrow(`${tested.store.name}: is closed`)
      }
    })

    it('shows each of two stores on the same what the other does', async ({ skip }) => {
      const other = await (tested.another ?? (() => skip('it cannot be shared')))()
      await Promise.all(
        Array.from({ length: 20 }, (_, at) => [
          tested.store.add([article(at)], noon),
          other.add([article(at)], noon),
        ]).flat(),
      )
      expect(await tested.store.count()).toEqual({ stories: 20, unread: 20 })
      await other.mark([(await tested.store.stories())[0]!.id], { isRead: true })
      await tested.store.add([article(99)], noon)
      expect(await other.stories()).toEqual(await tested.store.stories())
      expect(await other.count()).toEqual({ stories: 21, unread: 20 })
      await tested.store.close()
      expect(await other.count()).toEqual({ stories: 21, unread: 20 })
      await other.close()
    })
  })
}
