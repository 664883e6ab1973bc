import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isLongForm } from '../../../../test/long-form.ts'
import type { Story } from '../../src/model/news.ts'
import type { NewsStore, StoryFilter, StoryPage } from '../../src/store/news-store.ts'
import { article, articles, hour, noon } from './articles.ts'
import { contentContract } from './content-contract.ts'
import { listContract } from './list-contract.ts'
import { searchContract } from './search-contract.ts'
import { sourceContract } from './source-contract.ts'

/** A store under test. */
export interface NewsStoreUnderTest {
  readonly store: NewsStore
  /** Opens the same data a second time, concurrently; undefined if it cannot be shared. */
  readonly another?: () => Promise<NewsStore>
  readonly cleanUp?: () => Promise<void> | void
}

/** Number of articles in a large store. */
const many = isLongForm ? 10_000 : 2_000

/** Contract of every news store. */
export function newsStoreContract(name: string, open: () => Promise<NewsStoreUnderTest>): void {
  searchContract(name, open)
  sourceContract(name, open)
  contentContract(name, open)
  listContract(name, open)

  describe(`${name} keeps the contract of news stores`, () => {
    let tested: NewsStoreUnderTest
    let store: NewsStore

    beforeEach(async () => {
      tested = await open()
      store = tested.store
    })

    afterEach(async () => {
      await store.close()
      await tested.cleanUp?.()
    })

    async function titles(filter?: StoryFilter, page?: StoryPage): Promise<string[]> {
      return (await store.stories(filter, page)).map((story) => story.title)
    }

    async function only(filter?: StoryFilter): Promise<Story> {
      const stories = await store.stories(filter)
      expect(stories).toHaveLength(1)
      return stories[0]!
    }

    it('gives back an article with all it has, and nothing it has not', async () => {
      const full = article(1, { summary: 'Sum.', author: 'A. Uthor', language: 'en', section: 'world' })
      const bare = article(2)
      expect(await store.add([full, bare], noon + hour)).toEqual({ articles: 2, stories: 2, updated: 0 })
      const [second, first] = await store.stories()
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
      expect(await store.story(first!.id)).toEqual(first)
      expect(await store.story(99)).toBeUndefined()
    })

    it('takes an article out of a story for good, as a story of its own with the same marks', async () => {
      const at = (source: string, hours = 0) => article(1, { source, publishedAt: noon + hours * hour })
      const group = [at('guardian', 1), at('hn'), at('bbc', 2)]
      await store.add(group, noon + hour)
      const story = await only()
      await store.mark([story.id], { isRead: true, isStarred: true })
      const own = await store.separate(story.id, 'hn', 'id-1')
      expect(await store.story(own!)).toMatchObject({ publishedAt: noon, isRead: true, isStarred: false })
      const rest = await store.story(story.id)
      expect(rest).toMatchObject({ publishedAt: noon + hour, isRead: true, isStarred: true })
      const sourcesOf = (one: Story | undefined) => one?.articles.map(({ source }) => source)
      expect([sourcesOf(rest), sourcesOf(await store.story(own!))]).toEqual([['guardian', 'bbc'], ['hn']])
      await store.add(group, noon + 2 * hour)
      expect(sourcesOf(await store.story(story.id))).toEqual(['guardian', 'bbc'])
      for (const [id, source, sourceId] of [
        [own!, 'hn', 'id-1'],
        [story.id, 'hn', 'id-1'],
        [99, 'hn', 'id-1'],
      ] as const)
        expect(await store.separate(id, source, sourceId)).toBeUndefined()
      expect(await store.count()).toEqual({ stories: 2, unread: 0 })
    })

    it('changes nothing when the same is added twice, also in one group', async () => {
      const group = articles(0, 5)
      await store.add(group, noon)
      const before = await store.stories()
      expect(await store.add([...group, ...group], noon)).toEqual({ articles: 0, stories: 0, updated: 0 })
      expect(await store.add(group, noon + hour)).toEqual({ articles: 0, stories: 0, updated: 0 })
      expect(await store.stories()).toEqual(before)
      expect(await store.add([article(7), article(7)], noon)).toEqual({ articles: 1, stories: 1, updated: 0 })
    })

    it('keeps text that is no text, and finds nothing changed in it the second time', async () => {
      const odd = article(1, { title: 'Half \ud83d and NUL \0 here', summary: "'; DROP TABLE stories; --" })
      await store.add([odd], noon)
      expect(await store.add([odd], noon)).toEqual({ articles: 0, stories: 0, updated: 0 })
      expect(await only()).toMatchObject({ title: 'Half \ufffd and NUL  here', summary: odd.summary })
    })

    it('refuses a group with an article that cannot be kept, and keeps nothing of it', async () => {
      await expect(store.add([article(1), article(2, { publishedAt: Number.NaN })], noon)).rejects.toThrow(
        'article id-2 of guardian: publishedAt must be whole milliseconds; got NaN',
      )
      await expect(store.add([article(1), article(2, { sourceId: '' })], noon)).rejects.toThrow('without id')
      expect(await store.count()).toEqual({ stories: 0, unread: 0 })
    })

    it('says what an update has changed, and keeps the marks of its story', async () => {
      await store.add([article(1, { summary: 'Old.', author: 'A' }), article(2)], noon)
      const { id } = (await store.stories())[1]!
      await store.mark([id], { isRead: true, isStarred: true })
      const news = article(1, { title: 'All has changed now', url: 'https://other.example/', publishedAt: noon + 9 })
      expect(await store.add([news], noon + hour)).toEqual({ articles: 0, stories: 0, updated: 1 })
      const { title, url } = news
      const { publishedAt } = article(1)
      const articles = [{ ...news, publishedAt }]
      const expected = { id, title, url, publishedAt, addedAt: noon, isRead: true, isStarred: true, articles }
      expect(await store.story(id)).toEqual(expected)
      expect(await store.add([{ ...news, section: 'world' }], noon + hour)).toMatchObject({ updated: 0 })
      expect((await store.story(id))!.articles[0]!.section).toBe('world')
      expect(await titles({ search: 'district 1' })).toEqual([])
      expect(await titles({ search: 'all changed' })).toEqual([title])
    })

    it('keeps a date that was once given, unless an earlier one is given', async () => {
      const dated = (hours: number): Promise<unknown> =>
        store.add([article(1, { publishedAt: noon + hours * hour })], noon + hours * hour)
      for (const [given, kept] of [
        [5, 5],
        [9, 5],
        [4, 5],
        [6, 5],
      ] as const) {
        await dated(given)
        expect([given, (await only()).publishedAt]).toEqual([given, noon + kept * hour])
      }
      expect(await store.add([article(1, { publishedAt: noon })], noon + 10 * hour)).toMatchObject({ updated: 0 })
      expect((await only()).publishedAt).toBe(noon)
    })

    it('takes different ids of one source for different stories, whatever their addresses and titles', async () => {
      const url = 'https://show.example/'
      await store.add([article(1, { url, title: 'Episode one with the first guest' })], noon)
      await store.add(
        [article(9, { url: `${url}all`, source: 'hn', title: 'Episode two with the second guest' })],
        noon,
      )
      await store.mark(
        (await store.stories()).map(({ id }) => id),
        { isRead: true },
      )
      const two = article(2, { url, title: 'Episode two with the second guest' })
      const three = article(3, { url: `${url}all`, title: 'Episode two with the second guest' })
      expect(await store.add([two, three], noon + hour)).toMatchObject({ articles: 2, stories: 1 })
      expect((await store.stories({ isRead: false })).map(({ articles }) => articles.length)).toEqual([1])
    })

    it('knows an article under another id, if its source has dropped the first one', async () => {
      await store.add([article(1), article(2)], noon)
      await store.mark([(await only({ search: 'district 1' })).id], { isRead: true })
      const renamed = article(1, { sourceId: 'new' })
      expect(await store.add([renamed, article(2, { sourceId: 'x', title: 'Other' })], noon + hour)).toMatchObject({
        articles: 1,
        updated: 0,
      })
      expect(await only({ search: 'district 1' })).toMatchObject({ isRead: true, articles: [{ sourceId: 'new' }] })
      expect(await store.add([article(1), renamed], noon + 2 * hour)).toMatchObject({ articles: 1, stories: 1 })
    })

    it('does not let what was fetched before replace what was fetched later', async () => {
      await store.add([article(1, { title: 'The later title' })], noon + hour)
      expect(await store.add([article(1)], noon)).toEqual({ articles: 0, stories: 0, updated: 0 })
      expect(await titles()).toEqual(['The later title'])
    })

    it('tells what three sources have as one story with three articles, the earliest first', async () => {
      const title = 'Parliament votes for new climate law'
      const guardian = article(1, { title, publishedAt: noon + 2 * hour, summary: 'G.' })
      const bbc = article(2, { source: 'bbc', title: 'Parliament Votes for “New” Climate Law', publishedAt: noon })
      const hn = article(3, {
        source: 'hn',
        title: 'A law (2026)',
        url: 'http://www.bbc.example/story-2/?utm_source=hn#top',
        publishedAt: noon + hour,
      })
      expect(await store.add([guardian, bbc], noon)).toEqual({ articles: 2, stories: 1, updated: 0 })
      const { id } = await only()
      await store.mark([id], { isRead: true })
      expect(await store.add([hn], noon + hour)).toEqual({ articles: 1, stories: 0, updated: 0 })
      expect(await only()).toEqual({
        id,
        title: bbc.title,
        url: bbc.url,
        publishedAt: noon,
        addedAt: noon,
        isRead: true,
        isStarred: false,
        articles: [bbc, hn, guardian],
      })
    })

    it('holds apart what only looks alike', async () => {
      const title = 'Fire in the old town, 5 dead'
      const others = [
        article(2, { title }),
        article(3, { source: 'bbc', title: 'Fire in the old town, 50 dead' }),
        article(4, { source: 'bbc', title, publishedAt: noon + 1 + 49 * hour }),
        article(5, { title: 'Live updates' }),
        article(6, { source: 'bbc', title: 'Live updates' }),
      ]
      expect(await store.add([article(1, { title }), ...others], noon)).toMatchObject({ articles: 6, stories: 6 })
      expect(await store.add([article(7, { source: 'bbc', title })], noon)).toMatchObject({ articles: 1, stories: 0 })
    })

    it('finds a title that lacks a tenth of the words, among many that share most of them', async () => {
      const words =
        'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda omicron sigma upsilon omega psi rho'
      const common = articles(0, 300).map((each, at) => ({ ...each, title: `${words} nu${'xyz'[at % 3]}${at}` }))
      await store.add([...common, article(500, { title: `${words} unique stock` })], noon)
      const joined = article(1, { source: 'bbc', title: `${words} unique` })
      expect(await store.add([joined], noon)).toMatchObject({ articles: 1, stories: 0 })
      expect((await store.stories({ sources: ['bbc'] }))[0]!.articles.map((each) => each.sourceId)).toContain('id-500')
    })

    it('filters by each, and by all together', async () => {
      await store.add(
        [
          article(1, { section: 'world', language: 'en' }),
          article(2, { section: 'sport', language: 'en' }),
          article(3, { source: 'zeit', section: 'world', language: 'de' }),
          article(4, { source: 'bbc' }),
        ],
        noon,
      )
      const [four, three, two, one] = (await store.stories()).map((story) => story.id)
      await store.mark([one!, two!], { isRead: true })
      await store.mark([two!, three!], { isStarred: true })
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
        expect([said, (await store.stories(filter)).map((story) => story.id)]).toEqual([said, expected])
        const unread = expected.filter((id) => !read.includes(id)).length
        expect([said, await store.count(filter)]).toEqual([said, { stories: expected.length, unread }])
      }
    })

    it('wants one and the same article to have what a filter says of articles', async () => {
      const url = 'https://same.example/a'
      const first = article(1, { url, section: 'world', title: 'Apples' })
      await store.add([first, article(2, { url, source: 'bbc', section: 'uk', title: 'Pears' })], noon)
      expect(await titles({ sources: ['bbc'] })).toEqual(['Apples'])
      expect(await titles({ sources: ['bbc'], search: 'pears' })).toEqual(['Apples'])
      expect(await titles({ sources: ['bbc'], search: 'apples' })).toEqual([])
      expect(await titles({ sources: ['bbc'], section: 'world' })).toEqual([])
      expect(await titles({ search: 'apples pears' })).toEqual([])
    })

    it(`keeps ${many} articles of ten sources, and finds the same stories again`, async () => {
      for (let from = 0; from < many; from += 500) {
        const group = articles(from, from + 500).map((each, at) => ({ ...each, source: `source-${at % 10}` }))
        expect(await store.add(group, noon)).toEqual({ articles: 500, stories: 500, updated: 0 })
      }
      const again = articles(many / 2, many / 2 + 500, { source: 'other' }).map((each) => ({
        ...each,
        sourceId: `x${each.sourceId}`,
      }))
      expect(await store.add(again, noon)).toEqual({ articles: 500, stories: 0, updated: 0 })
      expect(await store.count()).toEqual({ stories: many, unread: many })
      expect(await store.count({ sources: ['other'], search: `district ${String(many / 2)[0]}` })).toMatchObject({
        stories: 500,
      })
    })

    it('refuses everything once it is closed, by its name, and may be closed twice', async () => {
      await store.close()
      await store.close()
      for (const use of [() => store.stories(), () => store.add([], noon), () => store.health()]) {
        await expect(use()).rejects.toThrow(`${store.name}: is closed`)
      }
    })

    it('shows each of two stores on the same what the other does', async ({ skip }) => {
      const other = await (tested.another ?? (() => skip('it cannot be shared')))()
      await Promise.all(
        Array.from({ length: 20 }, (_, at) => [store.add([article(at)], noon), other.add([article(at)], noon)]).flat(),
      )
      expect(await store.count()).toEqual({ stories: 20, unread: 20 })
      await other.mark([(await store.stories())[0]!.id], { isRead: true })
      await store.add([article(99)], noon)
      expect(await other.stories()).toEqual(await store.stories())
      expect(await other.count()).toEqual({ stories: 21, unread: 20 })
      await store.close()
      expect(await other.count()).toEqual({ stories: 21, unread: 20 })
      await other.close()
    })
  })
}
