import { describe, expect, it } from 'vitest'
import type { SourceHealth } from '../../src/model/news.ts'
import type { NewsStore } from '../../src/store/news-store.ts'
import { noon } from './articles.ts'
import type { NewsStoreUnderTest } from './news-store-contract.ts'

/** Contract of every news store for sources. */
export function sourceContract(name: string, open: () => Promise<NewsStoreUnderTest>): void {
  describe(`${name} keeps of sources`, () => {
    async function withStore(work: (store: NewsStore) => Promise<void>): Promise<void> {
      const { store, cleanUp } = await open()
      try {
        await work(store)
      } finally {
        await store.close()
        await cleanUp?.()
      }
    }

    it('how they fare, the last that was said', () =>
      withStore(async (store) => {
        expect(await store.health()).toEqual([])
        const full: SourceHealth = {
          source: 'hn',
          state: 'limited',
          triedAt: noon,
          succeededAt: noon - 1,
          nextAt: noon + 1,
          message: '429: quota used',
          failures: 3,
          movedTo: 'https://new.example/',
          about: { title: 'A “b” \u{1f5de}', homepage: 'https://a.example/', refreshAfter: 0.5, skipHours: [1, 23] },
        }
        await store.setHealth(full)
        await store.setHealth({ source: 'bbc', state: 'new', failures: 0 })
        expect(await store.health()).toEqual([{ source: 'bbc', state: 'new', failures: 0 }, full])
        await store.setHealth({ source: 'hn', state: 'ok', triedAt: noon + 5, failures: 0 })
        expect((await store.health())[1]).toEqual({ source: 'hn', state: 'ok', triedAt: noon + 5, failures: 0 })
        await store.setValidators('hn', { etag: '"1"' })
        await store.dropSource('hn')
        await store.dropSource('nobody')
        expect((await store.health()).map(({ source }) => source)).toEqual(['bbc'])
        expect(await store.validators('hn')).toBeUndefined()
      }))

    it('validators of each address, until there are none', () =>
      withStore(async (store) => {
        const url = 'https://a.example/feed'
        expect(await store.validators(url)).toBeUndefined()
        await store.setValidators(url, { etag: 'W/"1"', lastModified: 'Thu, 01 Oct 2026 12:00:00 GMT' })
        await store.setValidators(`${url}?page=2`, { lastModified: 'x' })
        expect(await store.validators(url)).toEqual({ etag: 'W/"1"', lastModified: 'Thu, 01 Oct 2026 12:00:00 GMT' })
        await store.setValidators(url, { etag: '"2"' })
        expect(await store.validators(url)).toEqual({ etag: '"2"' })
        await store.setValidators(url, {})
        expect(await store.validators(url)).toBeUndefined()
        expect(await store.validators(`${url}?page=2`)).toEqual({ lastModified: 'x' })
      }))

    it('what was sent of a quota, in order, as long as it counts', () =>
      withStore(async (store) => {
        expect(await store.quotaUses('day', noon)).toEqual([])
        await store.recordQuotaUse('day', { at: noon + 2, weight: 1 }, noon + 102)
        await store.recordQuotaUse('day', { at: noon, weight: 2.5 }, noon + 100)
        await store.recordQuotaUse('day', { at: noon + 2, weight: 1 }, noon + 102)
        await store.recordQuotaUse('hour', { at: noon + 1, weight: 1 }, noon + 50)
        const [first, second] = [
          { at: noon, weight: 2.5 },
          { at: noon + 2, weight: 1 },
        ]
        expect(await store.quotaUses('day', noon + 99)).toEqual([first, second, second])
        expect(await store.quotaUses('day', noon + 100)).toEqual([second, second])
        expect(await store.quotaUses('day', noon + 102)).toEqual([])
        await store.recordQuotaUse('day', { at: noon + 101, weight: 4 }, noon + 201)
        expect(await store.quotaUses('day', noon + 101)).toEqual([second, second, { at: noon + 101, weight: 4 }])
        expect(await store.quotaUses('hour', noon + 49)).toEqual([{ at: noon + 1, weight: 1 }])
      }))
  })
}
