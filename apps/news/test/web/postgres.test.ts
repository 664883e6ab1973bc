import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../../../../test/postgres/index.ts'
import { type NewsStore, postgresNewsStore } from '../../src/index.ts'
import { openNewsDatabase } from '../store/news-database.ts'
import { sampleHealth, sampleStories } from './sample-news.ts'
import { visitor } from './visitor.ts'

describe('the page over PostgreSQL', () => {
  let database: TestDatabase
  let store: NewsStore

  beforeAll(async () => {
    database = await openNewsDatabase()
    store = await postgresNewsStore(database.url)
    for (const story of sampleStories()) await store.add(story.articles, story.addedAt)
    for (const health of sampleHealth) await store.setHealth(health)
  })
  afterAll(async () => {
    await store.close()
    await database.close()
  })

  it('lists stories, searches, filters by source, marks, and shows the state of sources', async () => {
    const reader = visitor({ store })
    const shown = async (path: string): Promise<number> =>
      (await (await reader.get(path)).text()).match(/<article/g)?.length ?? 0
    const { stories, unread } = await store.count()
    expect(stories).toBeGreaterThan(4)
    expect(await shown('/')).toBe(stories)
    expect(await shown('/?state=unread')).toBe(unread)
    expect(await shown('/?q=PUNKT')).toBe(1)
    expect(await shown('/?source=hn')).toBe((await store.count({ sources: ['hn'] })).stories)

    const [first] = await store.stories()
    const { status } = await reader.post('/stories/mark', { id: String(first!.id), read: '1', back: '/' })
    expect(status).toBeLessThan(400)
    expect((await store.story(first!.id))!.isRead).toBe(true)
    expect(await shown('/?state=unread')).toBe(unread - 1)
    expect(await (await reader.get('/sources')).text()).toContain('429: quota used')
  })
})
