import { beforeEach, describe, expect, it } from 'vitest'
import { NewsDesk, type Said } from '../../../../test/news-desk.ts'

let desk: NewsDesk

beforeEach(() => {
  desk = new NewsDesk()
})

const ask = (path: string, headers?: Readonly<Record<string, string>>): Said => desk.ask(path, headers)

const list = (name: string): number[] => ask(`/hn/v0/${name}.json`).json
const item = (id: number) => ask(`/hn/v0/item/${id}.json`).json
const hour = 3_600_000

describe('lists', () => {
  it.each([
    ['topstories', 500],
    ['newstories', 500],
    ['beststories', 200],
  ])('%s has %d different ids', (name, count) => {
    expect(new Set(list(name)).size).toBe(count)
    expect(list(name)).toHaveLength(count)
  })

  it('are in order: the newest, the best, and what is good and new', () => {
    const newest = list('newstories')
    expect(newest.toSorted((one, other) => other - one)).toEqual(newest)
    const scores = list('beststories').flatMap((id) => item(id)?.score ?? [])
    expect(scores.toSorted((one, other) => other - one)).toEqual(scores)
    const top = list('topstories')
    expect(top.toSorted()).toEqual(newest.toSorted())
    expect(top).not.toEqual(newest)
  })

  it('have jobs among the stories, and those that ask without a URL', () => {
    const items = list('topstories').map(item)
    const jobs = items.filter((each) => each?.type === 'job')
    expect(jobs.length).toBeGreaterThan(5)
    expect(jobs[0]).not.toHaveProperty('descendants')
    const asking = items.filter((each) => each?.title?.startsWith('Ask HN: '))
    expect(asking.length).toBeGreaterThan(10)
    for (const each of asking) {
      expect(each).not.toHaveProperty('url')
      expect(each.text).toContain('<p>See <a href="https:&#x2F;&#x2F;')
    }
  })

  it('of one kind have nothing else', () => {
    for (const id of list('askstories')) expect(item(id)?.title ?? 'Ask HN: ').toMatch(/^Ask HN: /)
    for (const id of list('showstories')) expect(item(id)?.title ?? 'Show HN: ').toMatch(/^Show HN: /)
    for (const id of list('jobstories'))
      expect(item(id)?.deleted === true || (item(id)?.type ?? 'job')).not.toBe('story')
  })

  it('are the same at the same time, and have what is new later', async () => {
    const before = list('newstories')
    expect(list('newstories')).toEqual(before)
    await desk.clock.advance(hour)
    const later = list('newstories')
    const isNew = later.filter((id) => !before.includes(id))
    expect([4, 5]).toContain(isNew.length)
    expect(later.slice(isNew.length)).toEqual(before.slice(0, 500 - isNew.length))
  })
})

describe('items', () => {
  it('tell their time in seconds and their title in HTML', () => {
    const items = list('newstories')
      .map(item)
      .filter((each) => each !== null && each.deleted !== true)
    for (const each of items) {
      expect(each.time).toBeLessThanOrEqual(desk.clock.wallTime() / 1_000)
      expect(each.time).toBeGreaterThan(desk.clock.wallTime() / 1_000 - 6 * 86_400)
      expect(Number.isInteger(each.time)).toBe(true)
      expect(each.title).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#x27);)/)
    }
    for (const entity of ['&amp;', '&#x27;', '&lt;'])
      expect(items.some(({ title }) => title.includes(entity))).toBe(true)
  })

  it('are null, dead or deleted in 2, 1 and 1 % of cases, though lists have them', async () => {
    const counts = { all: 0, none: 0, dead: 0, deleted: 0 }
    for (let round = 0; round < 20; round++) {
      for (const each of list('newstories').map(item)) {
        counts.all++
        if (each === null) counts.none++
        else if (each.dead === true) counts.dead++
        else if (each.deleted === true) {
          counts.deleted++
          expect(Object.keys(each)).toEqual(['id', 'deleted', 'type', 'time'])
        }
      }
      await desk.clock.advance(5 * 24 * hour)
    }
    expect(Math.abs(counts.none / counts.all - 0.02)).toBeLessThan(0.005)
    expect(Math.abs(counts.dead / counts.all - 0.01)).toBeLessThan(0.004)
    expect(Math.abs(counts.deleted / counts.all - 0.01)).toBeLessThan(0.004)
  })

  it('have comments that say what they answer to, and gather more of them and higher scores', async () => {
    const id = list('newstories').find((each) => item(each)?.descendants === 1)!
    const before = item(id)
    expect(item(before.kids[0])).toMatchObject({ type: 'comment', parent: id, text: expect.stringContaining('<p>') })
    await desk.clock.advance(24 * hour)
    const after = item(id)
    expect(after.descendants).toBeGreaterThanOrEqual(before.descendants)
    expect(after.score).toBeGreaterThanOrEqual(before.score)
    expect({ ...after, score: 0, kids: 0, descendants: 0 }).toEqual({ ...before, score: 0, kids: 0, descendants: 0 })
    expect(after.kids.every((kid: number) => item(kid).time <= desk.clock.wallTime() / 1_000)).toBe(true)
  })

  it('link to what other sources tell as well', () => {
    const urls = list('newstories').map((id) => item(id)?.url)
    const feed = ask('/feeds/world.json').json.items.map(({ url }: { url: string }) =>
      url.replace('www.', '').replace(/[/]?[?#].*$/, ''),
    )
    expect(feed.filter((url: string) => urls.includes(url)).length).toBeGreaterThan(5)
    const search = '/guardian/search?api-key=practice&page-size=200'
    const articles: { readonly webUrl: string }[] = ask(search).json.response.results
    expect(articles.filter(({ webUrl }) => urls.includes(webUrl)).length).toBeGreaterThan(5)
  })

  it('are null with 200 when there are none, and forbidden when they are no numbers', () => {
    for (const id of [0, 1, ask('/hn/v0/maxitem.json').json + 1, 999_999_999]) {
      expect(ask(`/hn/v0/item/${id}.json`)).toMatchObject({ status: 200, json: null })
    }
    expect(ask('/hn/v0/item/new.json')).toMatchObject({ status: 401, json: { error: 'Permission denied' } })
    expect(ask('/hn/v0/item/1').status).toBe(401)
  })
})

describe('what is new', () => {
  it('is told by the newest id, and by the ids and users that have changed', async () => {
    const newest = ask('/hn/v0/maxitem.json').json
    expect(newest).toBeGreaterThanOrEqual(list('newstories')[0]!)
    expect(newest).toBeLessThan(list('newstories')[0]! + 10)
    const { items, profiles } = ask('/hn/v0/updates.json').json
    expect(items.length).toBeGreaterThan(5)
    expect(items.every((id: number) => list('newstories').includes(id))).toBe(true)
    expect(profiles).toContain(items.map(item).find((each: unknown) => each !== null).by)
    await desk.clock.advance(60_000)
    expect(ask('/hn/v0/updates.json').json.items).not.toEqual(items)
  })
})
