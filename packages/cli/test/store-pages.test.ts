import { MemoryStore } from 'sluice/stores'
import { expect, it, onTestFinished } from 'vitest'
import { newRun, resultOf } from '../../sluice/test/stores/stored.ts'
import { openStorePages } from '../src/jobs/store-pages.ts'
import { pictureAt } from './picture-at.ts'

const slice = {
  ms: 1_000,
  succeeded: 40,
  failed: 0,
  throttled: 0,
  durations: [[365, 40]] as const,
  inFlight: 7,
  limit: 20,
  waits: { 'rate 50/s': 900 },
  slowest: [[3, 90]] as const,
}

async function served() {
  const store = new MemoryStore()
  const settings = { flags: { rate: ['50/s'] } }
  const { id } = await store.create(newRun('nightly', { createdAt: 1_000, settings }))
  const results = Array.from({ length: 80 }, (_, index) => resultOf(index))
  const slices = [1_000, 2_000].map((at) => ({ ...slice, at }))
  const progress = { read: 100, hasEnded: true, settledBelow: 80, mark: undefined }
  await store.commit(id, { results, slices, progress, elapsed: 2_000, at: 3_000 })
  await store.create(newRun('<b>later</b>', { createdAt: 5_000 }))
  const pages = await openStorePages(store, { port: 0, host: undefined, flag: 'runs.db', env: {} })
  onTestFinished(() => pages.close())
  const steer = async (wish: object, key: number = id): Promise<readonly [number, string]> => {
    const answer = await fetch(new URL(`runs/${key}/control`, pages.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wish),
    })
    return [answer.status, await answer.text()]
  }
  return { store, id, url: pages.url, steer }
}

it('lists the runs of a store, and shows each with the plots that were kept', async () => {
  const { id, url } = await served()
  expect(await pictureAt(url)).toMatchObject({
    title: 'memory',
    more: 0,
    runs: [
      { name: '<b>later</b>', done: 0, isActive: false },
      { key: String(id), name: 'nightly', state: 'interrupted', done: 80, total: 100, failed: 0 },
    ],
  })
  expect(await (await fetch(new URL(`runs/${id}/`, url))).text()).toContain('../../')
  const picture = (await pictureAt(new URL(`runs/${id}/`, url).href)) as { report: { series: object } }
  expect(picture).toMatchObject({
    state: 'idle',
    report: { title: 'nightly', done: 80, unfinished: 20, waitedMs: { 'rate 50/s': 1_800 } },
    flights: { stepMs: 1_000, inFlight: [7, 7], limit: [20, 20] },
    slowest: [{ index: 3, id: '3' }],
    settings: { '--rate': '50/s' },
  })
  const { succeeded } = picture.report.series as { succeeded: number[] }
  expect(succeeded.reduce((sum, count) => sum + count, 0)).toBeCloseTo(80)
  expect((await fetch(new URL('runs/', url))).status).toBe(404)
})

it('keeps wishes in the store, and says what they need', async () => {
  const { store, id, steer } = await served()
  expect(await steer({ action: 'pause' })).toEqual([204, ''])
  expect(await steer({ action: 'rate', value: '10/s' })).toEqual([204, ''])
  expect(await steer({ action: 'concurrency', value: 5 })).toEqual([204, ''])
  expect(await store.wish(id)).toEqual({ state: 'paused', rate: ['10/s'], concurrency: 5 })
  expect(await steer({ action: 'continue' })).toEqual([
    400,
    'no process works on it; to continue: sluice resume nightly --store runs.db\n',
  ])
  expect(await steer({ action: 'priority', value: 5 })).toEqual([400, 'only runs shared by workers have a priority\n'])
  expect(await steer({ action: 'priority', value: 5_000 })).toEqual([
    400,
    'value: expected a whole number from -1000 to 1000\n',
  ])
  expect(await steer({ action: 'pause' }, 99)).toEqual([400, 'this run no longer exists\n'])
})
