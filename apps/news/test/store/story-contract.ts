import { describe, expect, it } from 'vitest'
import type { Story } from '../../src/model/news.ts'
import { article, articles, hour, noon } from './articles.ts'
import { type NewsStoreUnderTest, TestedStore } from './under-test.ts'

/** Contract of every news store for what belongs to one story. */
export function storyContract(name: string, open: () => Promise<NewsStoreUnderTest>): void {
  describe(`${name} keeps the contract of stories`, () => {
    const tested = new TestedStore(open)

    it('takes an article out of a story for good, as a story of its own with the same marks', async () => {
      const at = (source: string, hours = 0) => article(1, { source, publishedAt: noon + hours * hour })
      const group = [at('guardian', 1), at('hn'), at('bbc', 2)]
      await tested.store.add(group, noon + hour)
      const story = await tested.only()
      await tested.store.mark([story.id], { isRead: true, isStarred: true })
      const own = await tested.store.separate(story.id, 'hn', 'id-1')
      expect(await tested.store.story(own!)).toMatchObject({ publishedAt: noon, isRead: true, isStarred: false })
      const rest = await tested.store.story(story.id)
      expect(rest).toMatchObject({ publishedAt: noon + hour, isRead: true, isStarred: true })
      const sourcesOf = (one: Story | undefined) => one?.articles.map(({ source }) => source)
      expect([sourcesOf(rest), sourcesOf(await tested.store.story(own!))]).toEqual([['guardian', 'bbc'], ['hn']])
      await tested.store.add(group, noon + 2 * hour)
      expect(sourcesOf(await tested.store.story(story.id))).toEqual(['guardian', 'bbc'])
      for (const [id, source, sourceId] of [
        [own!, 'hn', 'id-1'],
        [story.id, 'hn', 'id-1'],
        [99, 'hn', 'id-1'],
      ] as const)
        expect(await tested.store.separate(id, source, sourceId)).toBeUndefined()
      expect(await tested.store.count()).toEqual({ stories: 2, unread: 0 })
    })

    it('takes different ids of one source for different stories, whatever their addresses and titles', async () => {
      const url = 'https://show.example/'
      await tested.store.add([article(1, { url, title: 'Episode one with the first guest' })], noon)
      await tested.store.add(
        [article(9, { url: `${url}all`, source: 'hn', title: 'Episode two with the second guest' })],
        noon,
      )
      await tested.store.mark(
        (await tested.store.stories()).map(({ id }) => id),
        { isRead: true },
      )
      const two = article(2, { url, title: 'Episode two with the second guest' })
      const three = article(3, { url: `${url}all`, title: 'Episode two with the second guest' })
      expect(await tested.store.add([two, three], noon + hour)).toMatchObject({ articles: 2, stories: 1 })
      expect((await tested.store.stories({ isRead: false })).map(({ articles }) => articles.length)).toEqual([1])
    })

    it('knows an article under another id, if its source has dropped the first one', async () => {
      await tested.store.add([article(1), article(2)], noon)
      await tested.store.mark([(await tested.only({ search: 'district 1' })).id], { isRead: true })
      const renamed = article(1, { sourceId: 'new' })
      expect(
        await tested.store.add([renamed, article(2, { sourceId: 'x', title: 'Other' })], noon + hour),
      ).toMatchObject({
        articles: 1,
        updated: 0,
      })
      expect(await tested.only({ search: 'district 1' })).toMatchObject({
        isRead: true,
        articles: [{ sourceId: 'new' }],
      })
      expect(await tested.store.add([article(1), renamed], noon + 2 * hour)).toMatchObject({ articles: 1, stories: 1 })
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
      expect(await tested.store.add([guardian, bbc], noon)).toEqual({ articles: 2, stories: 1, updated: 0 })
      const { id } = await tested.only()
      await tested.store.mark([id], { isRead: true })
      expect(await tested.store.add([hn], noon + hour)).toEqual({ articles: 1, stories: 0, updated: 0 })
      expect(await tested.only()).toEqual({
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
      expect(await tested.store.add([article(1, { title }), ...others], noon)).toMatchObject({
        articles: 6,
        stories: 6,
      })
      expect(await tested.store.add([article(7, { source: 'bbc', title })], noon)).toMatchObject({
        articles: 1,
        stories: 0,
      })
    })

    it('finds a title that lacks a tenth of the words, among many that share most of them', async () => {
      const words =
        'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda omicron sigma upsilon omega psi rho'
      const common = articles(0, 300).map((each, at) => ({ ...each, title: `${words} nu${'xyz'[at % 3]}${at}` }))
      await tested.store.add([...common, article(500, { title: `${words} unique stock` })], noon)
      const joined = article(1, { source: 'bbc', title: `${words} unique` })
      expect(await tested.store.add([joined], noon)).toMatchObject({ articles: 1, stories: 0 })
      expect((await tested.store.stories({ sources: ['bbc'] }))[0]!.articles.map((each) => each.sourceId)).toContain(
        'id-500',
      )
    })
  })
}
