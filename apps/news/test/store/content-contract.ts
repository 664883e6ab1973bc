import { describe, expect, it } from 'vitest'
import type { ArticleContent } from '../../src/model/news.ts'
import { article, hour, noon } from './articles.ts'
import { type NewsStoreUnderTest, TestedStore } from './under-test.ts'

/** Contract of every news store for contents of articles. */
export function contentContract(name: string, open: () => Promise<NewsStoreUnderTest>): void {
  describe(`${name} keeps of contents`, () => {
    const tested = new TestedStore(open)
    const content = (html: string): ArticleContent => ({ html, base: 'https://a.example/' })
    const of = (source: string, html?: string) => ({
      ...article(1, { source, publishedAt: noon }),
      ...(html === undefined ? undefined : { content: content(html) }),
    })
    const id = 'id-1'

    it('the last of each article, apart from the stories', async () => {
      const enclosures = [{ url: 'https://a.example/1.mp3', type: 'audio/mpeg', bytes: 5, title: '“1” 👩‍👩‍👧' }]
      const full = { html: '<p>1 ’ \u0001', base: 'https://a.example/', enclosures }
      await tested.store.add([{ ...of('hn'), content: full }, of('bbc', 'b'), of('none')], noon)
      const [story] = await tested.store.stories()
      expect(story!.articles.map((one) => Object.hasOwn(one, 'content'))).toEqual([false, false, false])
      expect(await tested.store.contents(story!.id)).toEqual([
        { source: 'hn', sourceId: id, content: full },
        { source: 'bbc', sourceId: id, content: content('b') },
      ])
      expect(await tested.store.add([of('hn', 'new\u0000 \ud800'), of('bbc'), of('none', 'n')], noon + hour)).toEqual({
        articles: 0,
        stories: 0,
        updated: 0,
      })
      await tested.store.add([of('hn', 'late')], noon + 1)
      expect((await tested.store.contents(story!.id)).map((one) => one.content?.html)).toEqual(['new \ufffd', 'b', 'n'])
      expect(await tested.store.contents(story!.id + 1_000)).toEqual([])
      expect(await tested.store.contents(2 ** 60)).toEqual([])
    })

    it('the full text beside them, until the article is forgotten', async () => {
      await tested.store.add([of('hn', 'short'), of('bbc')], noon)
      const [story] = await tested.store.stories()
      expect(await tested.store.known('hn', ['other', id, id])).toContain(id)
      expect([
        await tested.store.known('none', [id]),
        await tested.store.known('hn', ['other']),
        await tested.store.known('hn', []),
      ]).toEqual([[], [], []])
      await tested.store.setFullText('bbc', id, content('b'))
      await tested.store.setFullText('hn', id, content('first'))
      await tested.store.setFullText('hn', id, content('whole'))
      await tested.store.setFullText('hn', 'unknown', content('x'))
      await tested.store.add([of('hn', 'shorter')], noon + hour)
      expect(await tested.store.contents(story!.id)).toEqual([
        { source: 'hn', sourceId: id, content: content('shorter'), fullText: content('whole') },
        { source: 'bbc', sourceId: id, fullText: content('b') },
      ])
      const own = await tested.store.separate(story!.id, 'bbc', id)
      expect(await tested.store.contents(own!)).toEqual([{ source: 'bbc', sourceId: id, fullText: content('b') }])
      await tested.store.forget('hn', noon + 2 * hour)
      await tested.store.add([of('hn')], noon + 3 * hour)
      const again = (await tested.store.stories()).map((one) => tested.store.contents(one.id))
      expect((await Promise.all(again)).flat().map(({ source }) => source)).toEqual(['bbc'])
    })
  })
}
