import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { guardian } from '../../src/sources/guardian.ts'
import { newsApi } from '../../src/sources/news-api.ts'
import { four, secrets, World } from './world.ts'

let world: World

beforeEach(() => {
  world = new World()
})

afterEach(() => {
  expect({ pending: world.clock.pending, inFlight: world.inFlight }).toEqual({ pending: 0, inFlight: 0 })
})

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

async function articles(source: string): Promise<number> {
  return (await world.store.count({ sources: [source] })).stories
}

describe('quotas', () => {
  it('hold over restarts: a hundred a day, and fifty in twelve hours', async () => {
    const source = { ...newsApi({ key: secrets.newsApi, pages: 15 }), limits: { ...four[0]!.limits, interval: 0 } }
    const row = { title: 'x', url: 'https://daily.test/x' }
    world.answer = () => ({ body: { status: 'ok', totalResults: 9_999, articles: [row] }, after: 10 })
    const sent: number[] = []
    const states: string[] = []
    for (let restart = 0; restart < 5; restart++) {
      world.restart()
      const [result] = await world.refresh({ isForced: true }, [source])
      sent.push(result!.requests)
      states.push(result!.state)
    }
    expect(sent).toEqual([15, 15, 15, 5, 0])
    expect(states).toEqual(['ok', 'ok', 'ok', 'limited', 'limited'])

    for (let half = 1; half <= 8; half++) {
      await world.clock.advance(12 * hour)
      for (let restart = 0; restart < 5; restart++) {
        world.restart()
        await world.refresh({ isForced: true }, [source])
      }
    }
    for (const { at } of world.asked) {
      expect(world.asked.filter((other) => other.at > at - 12 * hour && other.at <= at).length).toBeLessThanOrEqual(50)
      expect(world.asked.filter((other) => other.at > at - day && other.at <= at).length).toBeLessThanOrEqual(100)
    }
    expect(world.asked.length).toBeGreaterThan(350)
  })

  it('that are used up report when they open again', async () => {
    const now = world.clock.wallTime()
    for (let use = 0; use < 50; use++)
      await world.store.recordQuotaUse('https://newsapi.org', { at: now - hour + use, weight: 1 }, now + day)
    const [result] = await world.refresh({}, [four[0]!])
    expect(result).toMatchObject({ state: 'limited', requests: 0, message: 'quota used up, again at 11:00 UTC' })
    expect(result!.nextAt! - now).toBeGreaterThanOrEqual(11 * hour)
    expect(result!.nextAt! - now).toBeLessThan(11 * hour + minute)
    expect(Number.isInteger(result!.nextAt)).toBe(true)
  })

  it('and rates are shared by sources of one server', async () => {
    const sources = ['world', 'science', 'sport'].map((section) => guardian({ key: secrets.guardian, section }))
    await world.refresh({}, sources)
    await world.refresh({ isForced: true }, sources)
    const at = world.asked.map((asked) => asked.at)
    expect(at).toHaveLength(6)
    expect(
      at
        .slice(1)
        .map((time, index) => time - at[index]!)
        .every((gap) => gap >= 1_000),
    ).toBe(true)
    expect(await world.store.quotaUses('https://content.guardianapis.com', world.clock.wallTime())).toHaveLength(6)
  })

  it('skip a source without failing it when those before it used up the time', async () => {
    const sources = ['world', 'sport', 'science'].map((section) => guardian({ key: secrets.guardian, section }))
    world.answer = ({ url }) => (url.searchParams.get('section') === 'science' ? undefined : { after: 60_000 })
    const [first, second, third] = await world.refresh({ deadline: '1.5s' }, sources)
    expect(first).toMatchObject({ state: 'failing', message: 'no response in 1.5 s' })
    expect(second).toMatchObject({ state: 'failing', requests: 1, message: 'no response in 1.5 s' })
    expect(third).toMatchObject({ state: 'new', requests: 0, message: 'skipped: out of time' })
    expect(world.clock.now()).toBe(1_500)
    expect(await world.refresh({}, sources)).toMatchObject([
      { requests: 0 },
      { requests: 0 },
      { state: 'ok', added: 3 },
    ])
  })

  it('hold though another process uses them between two refreshes', async () => {
    const source = [four[0]!]
    await world.refresh({}, source)
    const now = world.clock.wallTime()
    for (let use = 0; use < 49; use++)
      await world.store.recordQuotaUse('https://newsapi.org', { at: now + use, weight: 1 }, now + day)
    await world.clock.advance(minute)
    expect(await world.refresh({ isForced: true }, source)).toMatchObject([{ state: 'limited', requests: 0 }])
  })

  it('that cannot be stored are reported', async () => {
    Object.assign(world.store, { recordQuotaUse: async () => Promise.reject(new Error('the disk is full')) })
    const results = await world.refresh()
    expect(results.slice(0, 2)).toMatchObject(
      Array.from({ length: 2 }, () => ({ state: 'failing', message: 'not stored: the disk is full' })),
    )
    expect(results.slice(2).map(({ state }) => state)).toEqual(['ok', 'ok'])
    await expect(world.refresh({ isForced: true }, four.slice(0, 1))).rejects.toThrow('the disk is full')
  })
})

describe('retention', () => {
  it('deletes an expired article, unless the source still has it', async () => {
    const source = [four[1]!]
    await world.refresh({}, source)
    await world.clock.advance(25 * hour)
    world.answer = () => ({
      body: {
        response: { status: 'ok', pages: 1, results: [{ id: 'w/1', webTitle: 'World 1', webUrl: 'https://g.test/1' }] },
      },
    })
    await world.refresh({}, source)
    expect((await world.store.stories()).map(({ title }) => title)).toEqual(['World 1'])
  })

  it('deletes expired articles of a failing source, and then fetches without validators', async () => {
    const source = [four[1]!]
    world.answer = () => ({
      headers: { etag: '"a"' },
      body: {
        response: { status: 'ok', pages: 1, results: [{ id: 'w/1', webTitle: 'World 1', webUrl: 'https://g.test/1' }] },
      },
    })
    await world.refresh({}, source)
    await world.clock.advance(23 * hour)
    world.answer = () => ({ status: 304 })
    await world.refresh({}, source)
    await world.clock.advance(2 * hour)
    world.answer = () => ({ status: 500 })
    await world.refresh({}, source)
    expect(await articles('guardian')).toBe(1)
    await world.clock.advance(25 * hour)
    await world.refresh({ isForced: true }, source)
    expect(await articles('guardian')).toBe(0)
    await world.clock.advance(minute)
    await world.refresh({ isForced: true }, source)
    expect(world.asked.at(-1)?.headers).not.toHaveProperty('if-none-match')
  })
})
