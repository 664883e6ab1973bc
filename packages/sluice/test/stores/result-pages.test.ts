import { describe, expect, it } from 'vitest'
import { MemoryStore, StoreError } from '../../src/stores/index.ts'
import { resultPages } from '../../src/stores/result-pages.ts'
import { newRun, resultOf } from './stored.ts'

/** Store that notes after which index it was asked for pages, and fails from the given number of pages on. */
class ObservedStore extends MemoryStore {
  readonly asked: number[] = []
  failsFrom = Number.POSITIVE_INFINITY

  override async results(...args: Parameters<MemoryStore['results']>) {
    this.asked.push(args[1]?.after ?? -1)
    if (this.asked.length >= this.failsFrom) throw new StoreError('SLUICE_STORE', 'the disk is gone')
    return await super.results(...args)
  }
}

async function storeOf(count: number): Promise<{ readonly store: ObservedStore; readonly id: number }> {
  const store = new ObservedStore()
  const { id } = await store.create(newRun('nightly'))
  const results = Array.from({ length: count }, (_, index) => resultOf(index))
  await store.commit(id, { at: 0, results })
  return { store, id }
}

describe('pages of results', () => {
  it('have each result once, in order', async () => {
    const { store, id } = await storeOf(2_500)
    const found: number[] = []
    for await (const page of resultPages(store, id)) found.push(...page.map(({ index }) => index))
    expect(found).toEqual(Array.from({ length: 2_500 }, (_, index) => index))
  })

  it('are read one ahead, and no further, while the consumer is busy', async () => {
    const { store, id } = await storeOf(5_000)
    const pages = resultPages(store, id)
    await pages.next()
    expect(store.asked).toEqual([-1, 999])
    await pages.next()
    expect(store.asked).toEqual([-1, 999, 1_999])
    await pages.return()
  })

  it('throw the error of a page after the page before it', async () => {
    const { store, id } = await storeOf(2_500)
    store.failsFrom = 2
    const pages = resultPages(store, id)
    expect((await pages.next()).value).toHaveLength(1_000)
    await expect(pages.next()).rejects.toThrow('the disk is gone')
  })

  it('leave no unhandled error of a page that nobody wants', async () => {
    const { store, id } = await storeOf(2_500)
    store.failsFrom = 2
    for await (const page of resultPages(store, id)) {
      expect(page).toHaveLength(1_000)
      break
    }
    expect(store.asked).toEqual([-1, 999])
  })
})
