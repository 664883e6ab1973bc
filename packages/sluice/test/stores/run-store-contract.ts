import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunStore } from '../../src/stores/index.ts'
import type { RunPage } from '../../src/stores/run-store.ts'
import { isFinished } from '../../src/stores/stored-run.ts'
import { begunRun, resultsContract } from './results-contract.ts'
import { failureOf, newRun, resultOf } from './stored.ts'

/** A store under test, and how to open what it has kept again. */
export interface StoreUnderTest {
  readonly store: RunStore
  /** Closes the store, and opens the same once more; missing where nothing outlives it. */
  readonly reopen?: () => Promise<RunStore>
  readonly cleanUp?: () => Promise<void>
}

/** Contract of every store. */
export function runStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of run stores`, () => {
    let tested: StoreUnderTest
    let store: RunStore

    beforeEach(async () => {
      tested = await open()
      store = tested.store
    })

    afterEach(async () => {
      await store.close()
      await tested.cleanUp?.()
    })

    const begin = (runName = 'k'): Promise<number> => begunRun(store, runName)
    resultsContract(() => store)

    it('knows a run by its name, with all it began with', async () => {
      const run = newRun('products', {
        source: { name: 'stdin', identity: 'lines', isSpooled: true },
        settings: { rate: ['10/s'], nested: { yes: true } },
      })
      const created = await store.create(run)

      expect(created).toMatchObject({ ...run, read: 0, hasEnded: false, succeeded: 0, failed: 0, parked: 0 })
      expect(await store.find('products')).toEqual(created)
      expect(await store.find('nothing')).toBeUndefined()
    })

    it('refuses a name that is taken', async () => {
      await store.create(newRun('k'))
      await expect(store.create(newRun('k'))).rejects.toMatchObject({ code: 'SLUICE_RUN_EXISTS' })
      expect(await store.list()).toHaveLength(1)
    })

    it('lists runs, the newest first, and forgets one with all it holds', async () => {
      const first = await begin('first')
      await store.commit(first, { results: [resultOf(0)], at: 2_000 })
      await store.create(newRun('second'))
      expect((await store.list()).map((run) => run.name)).toEqual(['second', 'first'])

      await store.release(first)
      await store.remove(first)
      expect((await store.list()).map((run) => run.name)).toEqual(['second'])
      const again = await store.create(newRun('first'))
      expect(await store.results(again.id)).toEqual([])
    })

    it('lists runs in pages, and counts them', async () => {
      const ids: number[] = []
      for (const name of ['a', 'b', 'c', 'd', 'e']) ids.push((await store.create(newRun(name))).id)
      const names = async (page?: RunPage): Promise<string[]> => (await store.list(page)).map(({ name }) => name)
      expect(await names({ limit: 2 })).toEqual(['e', 'd'])
      expect(await names({ before: ids[3], limit: 2 })).toEqual(['c', 'b'])
      expect(await names({ before: ids[1] })).toEqual(['a'])
      expect(await names({ before: ids[0], limit: 10 })).toEqual([])
      await store.remove(ids[2]!)
      expect([await names({ before: ids[4], limit: 2 }), await store.count()]).toEqual([['d', 'b'], 4])
    })

    it('lets only one work on a run, and nobody forget it meanwhile', async () => {
      const id = await begin()
      await expect(store.claim(id)).rejects.toMatchObject({ code: 'SLUICE_RUN_BUSY' })
      await expect(store.remove(id)).rejects.toMatchObject({ code: 'SLUICE_RUN_BUSY' })
      expect((await store.find('k'))?.claimedBy).toBeDefined()
      await store.release(id)
      expect((await store.find('k'))?.claimedBy).toBeUndefined()
      await store.claim(id)
    })

    it('keeps how a run went over time, in the order of time', async () => {
      const id = await begin()
      const slice = { ms: 1_000, succeeded: 3, failed: 1, throttled: 0, inFlight: 7, limit: 20 }
      const [late, early] = [7_000, 5_000].map((at) => ({
        ...slice,
        at,
        durations: [[365, 4]] as const,
        waits: { 'rate "10/s"\u0000': 120 },
        slowest: [[2, 90.5]] as const,
      }))
      await store.commit(id, { slices: [late!], at: 8_000 })
      await store.commit(id, { slices: [early!], results: [resultOf(0)], at: 8_100 })
      expect(await store.slices(id)).toEqual([early, late])
      store = (await tested.reopen?.()) ?? store
      expect(await store.slices(id)).toEqual([early, late])
    })

    it('says so when there is no such run', async () => {
      await expect(store.claim(99)).rejects.toMatchObject({ code: 'SLUICE_RUN_UNKNOWN' })
      await expect(store.remove(99)).rejects.toMatchObject({ code: 'SLUICE_RUN_UNKNOWN' })
      await expect(store.commit(99, { at: 1 })).rejects.toMatchObject({ code: 'SLUICE_RUN_UNKNOWN' })
    })

    it('keeps items of a source that cannot be read again', async () => {
      const id = await begin()
      const item = (index: number): { index: number; request: string } => ({ index, request: `{"url":"/${index}"}` })
      await store.commit(id, { spooled: [item(0), item(1), item(2)], at: 2_000 })
      await store.commit(id, { spooled: [item(2), item(3)], at: 3_000 })

      expect(await store.spooled(id)).toEqual([item(0), item(1), item(2), item(3)])
      expect(await store.spooled(id, { after: 1, limit: 1 })).toEqual([item(2)])
    })

    it('parks what has to wait, until it has its result', async () => {
      const id = await begin()
      const parked = (index: number, until: number) => ({ index, id: String(index), until, code: 'SLUICE_PAUSED' })
      await store.commit(id, { results: [resultOf(0)], parked: [parked(1, 9_000), parked(2, 7_000)], at: 2_000 })
      expect(await store.find('k')).toMatchObject({ parked: 2, nextDueAt: 7_000 })
      expect(await store.settled(id)).toEqual([0, 1, 2])

      await store.commit(id, { parked: [parked(0, 1), parked(2, 8_000)], at: 3_000 })
      expect(await store.parked(id)).toEqual([parked(1, 9_000), parked(2, 8_000)])
      expect(await store.parked(id, { dueBy: 8_000 })).toEqual([parked(2, 8_000)])
      expect(await store.parked(id, { after: 1 })).toEqual([parked(2, 8_000)])

      await store.commit(id, { results: [resultOf(1), resultOf(2)], at: 4_000 })
      expect(await store.find('k')).toMatchObject({ parked: 0, nextDueAt: undefined, succeeded: 3 })
      expect(await store.parked(id)).toEqual([])
    })

    it('tells which items are settled, page by page', async () => {
      const id = await begin()
      await store.commit(id, { results: [5, 3, 9, 0].map((index) => resultOf(index)), at: 2_000 })
      expect(await store.settled(id)).toEqual([0, 3, 5, 9])
      expect(await store.settled(id, { after: 0, limit: 2 })).toEqual([3, 5])
    })

    it('knows how far the source was read, and never goes back', async () => {
      const id = await begin()
      const progress = { read: 100, hasEnded: false, settledBelow: 80, mark: { index: 64, mark: 'byte 4711' } }
      await store.commit(id, { progress, elapsed: 250, at: 2_000 })
      expect(await store.find('k')).toMatchObject({ ...progress, elapsed: 250, updatedAt: 2_000 })

      const late = { read: 90, hasEnded: false, settledBelow: 70, mark: { index: 32, mark: 'byte 1' } }
      await store.commit(id, { progress: late, elapsed: 50, at: 3_000 })
      expect(await store.find('k')).toMatchObject({ ...progress, elapsed: 300, updatedAt: 3_000 })

      await store.commit(id, { progress: { ...progress, hasEnded: true, mark: undefined }, at: 4_000 })
      expect(await store.find('k')).toMatchObject({ hasEnded: true, mark: progress.mark })
    })

    it('is finished when all that was read has its result', async () => {
      const id = await begin()
      const progress = { read: 2, hasEnded: true, settledBelow: 1, mark: undefined }
      await store.commit(id, { progress, results: [resultOf(0)], at: 2_000 })
      expect(isFinished((await store.find('k'))!)).toBe(false)
      await store.commit(id, { results: [failureOf(1, 404)], at: 2_000 })
      expect(isFinished((await store.find('k'))!)).toBe(true)
    })

    it('takes failures back to be done again, and leaves successes alone', async () => {
      const id = await begin()
      const results = [resultOf(0), failureOf(1, 503), failureOf(2, 404), failureOf(3, 503)]
      await store.commit(id, { results, at: 2_000 })

      expect(await store.requeue(id, { endings: ['503'] })).toBe(2)
      expect(await store.find('k')).toMatchObject({ succeeded: 1, failed: 1, parked: 2, requests: 4 })
      const item = { until: 0, code: 'SLUICE_SERVER_ERROR' }
      expect(await store.parked(id)).toEqual([
        { ...item, index: 1, id: '1' },
        { ...item, index: 3, id: '3' },
      ])
      expect([...(await store.tallies(id)).endings].sort()).toEqual([
        ['200', 1],
        ['404', 1],
      ])

      await store.commit(id, { results: [resultOf(1), failureOf(3, 503)], at: 3_000 })
      expect(await store.find('k')).toMatchObject({ succeeded: 2, failed: 2, parked: 0, requests: 6 })
      expect(await store.requeue(id)).toBe(2)
      expect((await store.tallies(id)).errors).toEqual([])
    })

    it('takes back exactly the failures with one code and message', async () => {
      const id = await begin()
      const error = { code: 'SLUICE_CONNECT', message: `it's "refused" \0 by 100 %` }
      const failed = (index: number, message = error.message, code = error.code) =>
        failureOf(index, 503, { status: undefined, error: { code, message } })
      const others = [failed(2, 'refused'), failed(3, error.message, 'SLUICE_DNS'), resultOf(4)]
      await store.commit(id, { results: [failed(0), failed(1), ...others], at: 2_000 })
      expect(await store.requeue(id, { error })).toBe(2)
      expect((await store.parked(id)).map(({ index }) => index)).toEqual([0, 1])
      expect(await store.requeue(id, { error })).toBe(0)
    })

    it('finds results by a part of their id or URL, taken literally, in any case, between two indexes', async () => {
      const id = await begin()
      const urls = ['/Items/1', '/items/2?q=100%', '/items/3_4', '/other/4', '/items/5']
      const results = urls.map((path, index) => resultOf(index, { id: `no ${index}`, url: `http://api.test${path}` }))
      await store.commit(id, { results, at: 2_000 })
      const found = async (page: Parameters<RunStore['results']>[1]) =>
        (await store.results(id, page)).map(({ index }) => index)
      expect(await found({ text: '/ITEMS/' })).toEqual([0, 1, 2, 4])
      expect(await found({ text: '/items/', after: 0, below: 4 })).toEqual([1, 2])
      expect(await found({ text: '/items/', limit: 1, maxBytes: 1_000_000 })).toEqual([0])
      expect(await found({ text: '0%' })).toEqual([1])
      expect(await found({ text: '3_4' })).toEqual([2])
      expect(await found({ text: '%4' })).toEqual([])
      expect(await found({ text: 'NO 3', ok: true, endings: ['200'] })).toEqual([3])
      expect(await found({ text: `'\\\0` })).toEqual([])
    })

    it('remembers what was sent of quotas as long as it counts, over all runs', async () => {
      const id = await begin()
      const other = await begin('other')
      const send = (quota: string, at: number) => ({ quota, at, weight: 2, until: at + 10_000 })
      await store.commit(id, { sends: [send('a', 1_000), send('b', 1_500), send('a', 2_000)], at: 2_000 })
      await store.commit(other, { sends: [send('a', 1_700)], at: 2_000 })

      expect(await store.quotaSends(10_999)).toEqual([
        send('a', 1_000),
        send('b', 1_500),
        send('a', 1_700),
        send('a', 2_000),
      ])
      expect(await store.quotaSends(11_000)).toHaveLength(3)
      await store.release(id)
      await store.remove(id)
      expect(await store.quotaSends(2_000)).toHaveLength(4)
      await store.commit(other, { sends: [send('a', 11_600)], at: 11_600 })
      expect((await store.quotaSends(0)).map(({ at }) => at)).toEqual([1_700, 2_000, 11_600])
    })

    it('keeps wishes for a run, claimed or not, until they are taken back', async () => {
      const id = await begin()
      expect(await store.wish(id)).toEqual({ state: 'running' })
      await store.steer(id, { state: 'paused', rate: ['50/s'], priority: 5 })
      await store.steer(id, { concurrency: 40, budget: { tokens: 9 } })
      const wish = { state: 'paused', rate: ['50/s'], concurrency: 40, budget: { tokens: 9 } }
      expect(await store.wish(id)).toEqual(wish)
      expect(await store.find('k')).toMatchObject({ wish, priority: 5 })
      await store.steer(id, { state: 'running', rate: null, budget: null })
      expect(await store.wish(id)).toEqual({ state: 'running', concurrency: 40 })
      await expect(store.steer(99, { state: 'paused' })).rejects.toMatchObject({ code: 'SLUICE_RUN_UNKNOWN' })
    })

    it('keeps runs apart', async () => {
      const first = await begin('first')
      const second = await begin('second')
      await store.commit(first, { results: [resultOf(0)], at: 2_000 })
      await store.commit(second, { results: [failureOf(0, 500)], at: 2_000 })

      expect((await store.results(first))[0]?.ok).toBe(true)
      expect((await store.results(second))[0]?.ok).toBe(false)
      expect((await store.tallies(first)).errors).toEqual([])
    })

    it('has everything still after it was closed and opened again', async () => {
      if (tested.reopen === undefined) return
      const id = await begin()
      const progress = { read: 3, hasEnded: true, settledBelow: 2, mark: { index: 0, mark: 'start' } }
      await store.commit(id, {
        results: [resultOf(0), failureOf(1, 500)],
        parked: [{ index: 2, id: '2', until: 9_000, code: 'SLUICE_PAUSED' }],
        spooled: [{ index: 0, request: '"/0"' }],
        sends: [{ quota: 'a', at: 2_000, weight: 1, until: 9_000 }],
        progress,
        elapsed: 5,
        at: 2_000,
      })
      const before = { run: await store.find('k'), results: await store.results(id), tallies: await store.tallies(id) }

      store = await tested.reopen()
      // A claim ends with whoever held it.
      expect(await store.find('k')).toEqual({ ...before.run, claimedBy: undefined })
      expect(await store.results(id)).toEqual(before.results)
      expect(await store.tallies(id)).toEqual(before.tallies)
      expect(await store.parked(id)).toHaveLength(1)
      expect(await store.spooled(id)).toHaveLength(1)
      expect(await store.quotaSends(0)).toHaveLength(1)
      await store.claim(id)
    })
  })
}
