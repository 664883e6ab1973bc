import { ManualClock } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import { retell, tracked } from './story.ts'
import { StoryPool } from './story-pool.ts'

const noon = Date.UTC(2026, 10, 20, 12)
const all = { name: 'all', share: 1, slowest: 0 }

function poolAt(wallTime: number, seed = 1): StoryPool {
  const clock = new ManualClock({ wallTime })
  return new StoryPool(seed, () => clock.wallTime())
}

describe('the pool of stories', () => {
  it('has 100 a day of the last three days, the newest first and none of the future', () => {
    for (let hour = 0; hour < 48; hour++) {
      const now = noon + hour * 3_600_000
      const times = poolAt(now)
        .toldBy({ name: 'x', share: 1, slowest: 1_800_000 })
        .map(({ publishedAt }) => publishedAt)
      expect(Math.abs(times.length - 300)).toBeLessThan(4)
      expect(times.toSorted((one, other) => other - one)).toEqual(times)
      expect(times[0]).toBeLessThanOrEqual(now)
      expect(times.at(-1)).toBeGreaterThan(now - 3 * 86_400_000)
    }
  })

  it('is the same for the same seed and time, and has some more later', () => {
    const before = poolAt(noon).toldBy(all)
    expect(poolAt(noon).toldBy(all)).toEqual(before)
    expect(poolAt(noon, 2).toldBy(all)[0]!.story.title).not.toBe(before[0]!.story.title)
    const later = poolAt(noon + 3_600_000).toldBy(all)
    const isNew = later.filter(({ story }) => !before.some((telling) => telling.story.number === story.number))
    expect(isNew.length).toBeGreaterThanOrEqual(3)
    expect(later.slice(isNew.length, isNew.length + 200)).toEqual(before.slice(0, 200))
  })

  it('lets tellers share stories: each tells its part, some the same', () => {
    const pool = poolAt(noon)
    const [one, other] = ['one', 'other'].map((name) =>
      pool.toldBy({ name, share: 0.5, slowest: 0 }).map(({ story }) => story.number),
    )
    expect(one!.length).toBeGreaterThan(120)
    expect(one!.length).toBeLessThan(180)
    expect(one!.filter((number) => other!.includes(number)).length).toBeGreaterThan(50)
  })

  it.each([1, 2, 4_294_967_295])('has no two stories with titles that are nearly the same, with seed %d', (seed) => {
    const titles = poolAt(noon, seed)
      .toldBy(all)
      .map(({ story }) => story.title.split(' '))
    for (const [index, title] of titles.entries()) {
      for (const other of titles.slice(0, index)) {
        const shared = title.filter((word) => other.includes(word)).length
        expect(shared / (title.length + other.length - shared)).toBeLessThan(0.85)
      }
    }
  })

  it('is told in other words and under other addresses, that are the same without what tracks', () => {
    const pool = poolAt(noon)
    const stories = pool.toldBy(all).map(({ story }) => story)
    const titles = stories.map((story) => retell(pool, story, 'a'))
    expect(titles.filter((title, index) => title !== stories[index]!.title).length).toBeGreaterThan(100)
    for (const story of stories) {
      const url = new URL(tracked(pool, story, 'a'))
      expect(`https://${url.host.replace(/^www\./, '')}${url.pathname.replace(/\/$/, '')}`).toBe(story.url)
    }
    const urls = stories.map((story) => tracked(pool, story, 'a'))
    for (const mark of ['utm_source=a', 'fbclid=', '#comments', '://www.', '/?']) {
      expect(urls.filter((url) => url.includes(mark)).length).toBeGreaterThan(10)
    }
  })
})
