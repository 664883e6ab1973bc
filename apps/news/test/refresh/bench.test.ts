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
    rounds: 3,
    speedup: 3_400 / 300,
    dominant: { source: 'hn', way: 'sequential', ms: 3_100 },
  })
  expect(clock.pending).toBe(0)
})

it('stores nothing of it but the quota uses', async () => {
  const { clock, transport, store } = new World()
  await clock.runUntilSettled(bench(four, store, { deadline: '60s', clock, transport }))
  expect(await store.quotaUses('https://newsapi.org', clock.wallTime())).toHaveLength(6)
  expect([await store.count(), await store.health()]).toEqual([{ stories: 0, unread: 0 }, []])
})

it('gives no ratio where a source failed, and says what happened', async () => {
  const world = new World()
  world.answer = ({ url }) => (url.host === 'blog.test' ? { status: 404 } : undefined)
  const { clock, transport, store } = world
  const table = await clock.runUntilSettled(bench(four, store, { deadline: '60s', rounds: 1, clock, transport }))
  expect(table).toMatchObject({ rounds: 1, noSpeedup: '1 of 4 sources failed' })
  expect(table.speedup).toBeUndefined()
  expect(table.rows[3]!.concurrent.failure).toContain('404')
})

it('gives no ratio where the rounds did not return the same articles', async () => {
  const world = new World()
  let count = 0
  const item = (n: number): string => `<item><title>Post ${n}</title><guid>https://blog.test/${n}</guid></item>`
  world.answer = () => ({
    body: `<rss version="2.0"><channel><title>Blog</title>${item(1)}${item(++count + 1)}</channel></rss>`,
  })
  const { clock, transport, store } = world
  const table = await clock.runUntilSettled(bench(four.slice(3), store, { deadline: '60s', clock, transport }))
  expect(table.speedup).toBeUndefined()
  expect(table.noSpeedup).toMatch(/^the rounds did not return the same articles \(2 and 2; 2 /)
})

type Figures = readonly [ms: number, requests: number, articles: number]

function row(source: string, sequential: Figures, concurrent: Figures) {
  const figures = ([ms, requests, articles]: Figures) => ({ ms, requests, articles })
  return { source, sequential: figures(sequential), concurrent: figures(concurrent) }
}
