import { expect, it } from 'vitest'
import { bench } from '../../src/refresh/bench.ts'
import { four, World } from './world.ts'

it('measures the same work sequentially and concurrently', async () => {
  const { clock, transport, store } = new World()
  const table = await clock.runUntilSettled(bench(four, store, { deadline: '60s', clock, transport }))
  expect(table).toEqual({
    rows: [
      row('newsapi', [100, 1, 3], [100, 1, 3]),
      row('guardian', [100, 1, 3], [100, 1, 3]),
      row('hn', [3_100, 31, 30], [300, 31, 30]),
      row('https://blog.test/feed.xml', [100, 1, 2], [100, 1, 2]),
    ],
    total: {
      sequential: { ms: 3_400, requests: 34, articles: 38 },
      concurrent: { ms: 300, requests: 34, articles: 38 },
    },
    speedup: 3_400 / 300,
  })
  expect(clock.pending).toBe(0)
})

it('stores nothing of it but the quota uses', async () => {
  const { clock, transport, store } = new World()
  await clock.runUntilSettled(bench(four, store, { deadline: '60s', clock, transport }))
  expect(await store.quotaUses('https://newsapi.org', clock.wallTime())).toHaveLength(2)
  expect([await store.count(), await store.health()]).toEqual([{ stories: 0, unread: 0 }, []])
})

type Figures = readonly [ms: number, requests: number, articles: number]

function row(source: string, sequential: Figures, concurrent: Figures) {
  const figures = ([ms, requests, articles]: Figures) => ({ ms, requests, articles })
  return { source, sequential: figures(sequential), concurrent: figures(concurrent) }
}
