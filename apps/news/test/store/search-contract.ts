import { describe, expect, it } from 'vitest'
import { article, articles, noon } from './articles.ts'
import { type NewsStoreUnderTest, TestedStore } from './under-test.ts'

const texts: readonly (readonly [title: string, summary?: string | undefined])[] = [
  ['Zürich opens a new café', 'Élan vital in the old town'],
  ['Winter Olympics begin', 'NEAR the mountains OR the sea, NOT both'],
  ['東京大会が始まる', '日本の首都'],
  ['Party 🎉 in the street', 'It\'s Trump\'s title: 100% "quoted"'],
  ['Straße und Łódź', undefined],
]

const finds: readonly (readonly [search: string, found: readonly number[]])[] = [
  ['', [0, 1, 2, 3, 4]],
  ['   ', [0, 1, 2, 3, 4]],
  ['* " \' ( ) - ; %', [0, 1, 2, 3, 4]],
  ['winter', [1]],
  ['WINTER olympics', [1]],
  ['olympics winter', [1]],
  ['wint', [1]],
  ['wint olympics', []],
  ['winter oly', [1]],
  ['winter mountains', [1]],
  ['the', [0, 1, 3]],
  ['zurich', [0]],
  ['ZÜRICH', [0]],
  ['zu\u0308rich CAFE elan', [0]],
  ['strasse lodz', [4]],
  ['"winter olympics"', [1]],
  ['"winter oly"', []],
  ['"winter oly', [1]],
  ['"begin near"', []],
  ['"the old town" cafe', [0]],
  ['"olympics winter"', []],
  ['winter OR zurich', [0, 1]],
  ['zur OR wint', [1]],
  ['party OR "olympics begin" the', [1, 3]],
  ['party OR "begin olympics" the', [3]],
  ['"winter OR zurich"', []],
  ['OR', [0, 1, 2, 3, 4]],
  ['OR - " " -"" OR', [0, 1, 2, 3, 4]],
  ['winter OR', [1]],
  ['or sea', [1]],
  ['winter NOT both', [1]],
  ['winter -both', []],
  ['-winter', [0, 2, 3, 4]],
  ['-the -strasse', [2]],
  ['-"the mountains" -"mountains the" -東京', [0, 3, 4]],
  ['-both OR party', [3]],
  ['the -old', [1, 3]],
  ['the -ol', [0, 1, 3]],
  ['winter -zurich', [1]],
  ['NEAR(the sea)', [1]],
  ['NEAR(winter sea)', []],
  ['NEAR(winter sea, 5)', []],
  ['NEAR(', [1]],
  ['title:', [3]],
  ['title:winter', []],
  ['^winter', [1]],
  ['winter*', [1]],
  ['win*ter', []],
  ['{title} : winter', []],
  ["trump's", [3]],
  ['trump 100%', [3]],
  ["'; DROP TABLE stories; --", []],
  ["' OR 1=1 --", []],
  ['\0winter', [1]],
  ['\ud83d', [0, 1, 2, 3, 4]],
  ['🎉', [3]],
  ['🎉 party', [3]],
  ['🐘', []],
  ['東京', [2]],
  ['大会', [2]],
  ['京会', []],
  ['首都 東京', [2]],
  ['首都大', []],
]

/** Contract of every news store for search. */
export function searchContract(name: string, open: () => Promise<NewsStoreUnderTest>): void {
  describe(`${name} searches for words`, () => {
    const tested = new TestedStore(open)

    it('that all occur, the last as a beginning, with phrases, minus and OR, without case and accents, in every script', async () => {
      await tested.store.add(
        texts.map(([title, summary], at) => article(at, { title, summary })),
        noon,
      )
      for (const [search, found] of finds) {
        const stories = await tested.store.stories({ search })
        const numbers = stories.map((story) => story.publishedAt - noon).sort()
        expect([search, numbers]).toEqual([search, found])
        expect([search, (await tested.store.count({ search })).stories]).toEqual([search, found.length])
      }
    })

    it('without those of any article of the story', async () => {
      const title = 'Storm leaves five thousand homes without power in the north'
      await tested.store.add([article(1, { title }), article(2, { source: 'bbc', title: `${title} tonight` })], noon)
      expect((await tested.store.stories())[0]?.articles).toHaveLength(2)
      expect(await tested.store.stories({ search: 'storm -tonight' })).toEqual([])
      expect(await tested.store.stories({ search: '-tonight', sources: [article(1).source] })).toEqual([])
      expect(await tested.store.stories({ search: '-tonigh' })).toHaveLength(1)
      expect(await tested.store.count({ search: '-tonight' })).toEqual({ stories: 0, unread: 0 })
      expect(await tested.store.markAllRead({ search: '-tonight' }, noon * 2)).toBe(0)
    })

    it('of which there may be very many', async () => {
      await tested.store.add([article(1), ...articles(5, 9)], noon)
      expect(await tested.store.stories({ search: 'district city '.repeat(500) })).toHaveLength(5)
      expect(await tested.store.stories({ search: `${'district city '.repeat(500)} elsewhere` })).toEqual([])
      const different = Array.from({ length: 2_000 }, (_, at) => `w${at}`).join(' ')
      expect(await tested.store.stories({ search: different })).toEqual([])
      const each = (write: (at: number) => string): string =>
        Array.from({ length: 1_500 }, (_, at) => write(at)).join(' ')
      for (const [search, found] of [
        [`city OR ${each((at) => `w${at} OR`)} x`, 5],
        [each((at) => `city OR w${at}`), 5],
        [each((at) => `-w${at}`), 5],
        [`${each((at) => `-w${at}`)} -city`, 0],
        [`-"${each((at) => `w${at}`)}"`, 5],
        [`"${each((at) => `w${at}`)}`, 0],
        ['"'.repeat(10_000), 5],
        ['-'.repeat(10_000), 5],
        [each(() => 'OR -"'), 5],
      ] as const) {
        expect([search.slice(0, 50), (await tested.store.stories({ search })).length]).toEqual([
          search.slice(0, 50),
          found,
        ])
      }
    })
  })
}
