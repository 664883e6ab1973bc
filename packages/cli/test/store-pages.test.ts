import type { FoundCalls } from '@sluice/dashboard'
import { MemoryStore } from 'sluice/stores'
import { expect, it, onTestFinished } from 'vitest'
import { failureOf, newRun, resultOf } from '../../sluice/test/stores/stored.ts'
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

it('keeps commands in the store, and says what they need', async () => {
  const { store, id, steer } = await served()
  expect(await steer({ action: 'pause' })).toEqual([
    200,
    'paused; to continue: sluice runs continue nightly --store runs.db',
  ])
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

const found = async (url: string, id: number, query: string) => {
  const answer = await fetch(new URL(`runs/${id}/calls?${query}`, url))
  const { calls, next } = (await answer.json()) as FoundCalls
  return { indexes: calls.map(({ call }) => call.index), next, calls }
}

it('finds items of a stored run by text and status, in pages', async () => {
  const { store, id, url } = await served()
  const headers = { 'content-type': 'text/plain', 'x-next': 'https://me:hush@api.test/?sig=hush' }
  const error = { code: 'SLUICE_SERVER_ERROR', message: '<b>503</b>' }
  // The last one is beyond the position that is known to be read.
  const results = [failureOf(80, 503, { headers, error, url: 'http://api.test/chair' }), failureOf(150, 500)]
  await store.commit(id, { results, at: 4_000 })
  expect((await found(url, id, 'text=ITEMS/7')).indexes).toEqual([7, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79])
  expect((await found(url, id, 'failed=1')).indexes).toEqual([80, 150])
  expect((await found(url, id, 'ending=404')).indexes).toEqual([])
  const first = await found(url, id, 'ending=2xx')
  expect([first.indexes.length, first.next]).toEqual([50, 49])
  expect((await found(url, id, 'ending=2xx&after=49')).indexes).toHaveLength(30)
  expect((await found(url, id, 'index=80')).calls).toMatchObject([
    {
      ending: '503',
      message: '<b>503</b>',
      url: 'http://api.test/chair',
      responseHeaders: { 'content-type': 'text/plain', 'x-next': 'https://***@api.test/?sig=***' },
    },
  ])
  expect((await fetch(new URL('runs/99/calls', url))).status).toBe(400)
})

it('requeues exactly the failures of one error, or all, and says what continues the run', async () => {
  const { store, id, url, steer } = await served()
  const failures = [80, 81, 82].map((index) => failureOf(index, index === 82 ? 404 : 503))
  const progress = { read: 83, hasEnded: true, settledBelow: 83, mark: undefined }
  await store.commit(id, { results: failures, progress, at: 4_000 })
  expect(await pictureAt(new URL(`runs/${id}/`, url).href)).toMatchObject({ canRetry: true })
  const error = { code: 'SLUICE_SERVER_ERROR', message: '503 No' }
  const goOn = 'no process works on it; to continue: sluice resume nightly --store runs.db'
  expect(await steer({ action: 'retry', error })).toEqual([200, `2 failures are requeued: ${goOn}`])
  expect((await store.parked(id)).map(({ index }) => index)).toEqual([80, 81])
  expect(await steer({ action: 'retry', error })).toEqual([400, 'there are no such failures any more\n'])
  expect(await steer({ action: 'retry', error: { ...error, message: 'other messages' } })).toEqual([
    400,
    'these failures have many messages; to retry them: sluice retry nightly --code SLUICE_SERVER_ERROR --store runs.db\n',
  ])
  expect(await steer({ action: 'retry' })).toEqual([200, `1 failure is requeued: ${goOn}`])
  await store.claim(id)
  expect(await steer({ action: 'retry' })).toEqual([400, expect.stringContaining('in use')])
})
