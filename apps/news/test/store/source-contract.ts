import { describe, expect, it } from 'vitest'
import type { SourceHealth } from '../../src/model/news.ts'
import { noon } from './articles.ts'
import { type NewsStoreUnderTest, TestedStore } from './under-test.ts'

/** Contract of every news store for sources. */
export function sourceContract(name: string, open: () => Promise<NewsStoreUnderTest>): void {
  describe(`${name} keeps of sources`, () => {
    const tested = new TestedStore(open)

    it('how they fare, the last that was said', async () => {
      expect(await tested.store.health()).toEqual([])
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
      await tested.store.setHealth(full)
      await tested.store.setHealth({ source: 'bbc', state: 'new', failures: 0 })
      expect(await tested.store.health()).toEqual([{ source: 'bbc', state: 'new', failures: 0 }, full])
      await tested.store.setHealth({ source: 'hn', state: 'ok', triedAt: noon + 5, failures: 0 })
      expect((await tested.store.health())[1]).toEqual({ source: 'hn', state: 'ok', triedAt: noon + 5, failures: 0 })
      await tested.store.setValidators('hn', { etag: '"1"' })
      await tested.store.dropSource('hn')
      await tested.store.dropSource('nobody')
      expect((await tested.store.health()).map(({ source }) => source)).toEqual(['bbc'])
      expect(await tested.store.validators('hn')).toBeUndefined()
    })

    it('validators of each address, until there are none', async () => {
      const url = 'https://a.example/feed'
      expect(await tested.store.validators(url)).toBeUndefined()
      await tested.store.setValidators(url, { etag: 'W/"1"', lastModified: 'Thu, 01 Oct 2026 12:00:00 GMT' })
      await tested.store.setValidators(`${url}?page=2`, { lastModified: 'x' })
      expect(await tested.store.validators(url)).toEqual({
        etag: 'W/"1"',
        lastModified: 'Thu, 01 Oct 2026 12:00:00 GMT',
      })
      await tested.store.setValidators(url, { etag: '"2"' })
      expect(await tested.store.validators(url)).toEqual({ etag: '"2"' })
      await tested.store.setValidators(url, {})
      expect(await tested.store.validators(url)).toBeUndefined()
      expect(await tested.store.validators(`${url}?page=2`)).toEqual({ lastModified: 'x' })
    })

    it('what was sent of a quota, in order, as long as it counts', async () => {
      expect(await tested.store.quotaUses('day', noon)).toEqual([])
      await tested.store.recordQuotaUse('day', { at: noon + 2, weight: 1 }, noon + 102)
      await tested.store.recordQuotaUse('day', { at: noon, weight: 2.5 }, noon + 100)
      await tested.store.recordQuotaUse('day', { at: noon + 2, weight: 1 }, noon + 102)
      await tested.store.recordQuotaUse('hour', { at: noon + 1, weight: 1 }, noon + 50)
      const [first, second] = [
        { at: noon, weight: 2.5 },
        { at: noon + 2, weight: 1 },
      ]
      expect(await tested.store.quotaUses('day', noon + 99)).toEqual([first, second, second])
      expect(await tested.store.quotaUses('day', noon + 100)).toEqual([second, second])
      expect(await tested.store.quotaUses('day', noon + 102)).toEqual([])
      await tested.store.recordQuotaUse('day', { at: noon + 101, weight: 4 }, noon + 201)
      expect(await tested.store.quotaUses('day', noon + 101)).toEqual([second, second, { at: noon + 101, weight: 4 }])
      expect(await tested.store.quotaUses('hour', noon + 49)).toEqual([{ at: noon + 1, weight: 1 }])
    })
  })
}
