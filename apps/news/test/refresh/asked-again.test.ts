import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { four, World } from './world.ts'

let world: World

beforeEach(() => {
  world = new World()
})

afterEach(() => {
  expect({ pending: world.clock.pending, inFlight: world.inFlight }).toEqual({ pending: 0, inFlight: 0 })
})

const hour = 3_600_000
const day = 24 * hour

describe('after failures', () => {
  it('doubles the wait for a source each time, up to a day, and resets it after a success', async () => {
    world.answer = () => ({ status: 500 })
    const feed = [four[3]!]
    const waits: number[] = []
    for (let round = 0; round < 7; round++) {
      const [result] = await world.refresh({}, feed)
      const wait = result!.nextAt! - world.clock.wallTime()
      waits.push(wait / hour)
      await world.clock.advance(wait)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 24, 24])
    expect((await world.store.health())[0]).toMatchObject({ failures: 7, state: 'failing' })
    world.answer = () => undefined
    const [result] = await world.refresh({}, feed)
    expect(result!.nextAt! - world.clock.wallTime()).toBe(hour)
    expect((await world.store.health())[0]).toMatchObject({ failures: 0, state: 'ok' })
  })

  it('closes a used-up quota until its window turns if the refusal names no time', async () => {
    world.answer = () => ({ status: 429, body: { status: 'error', code: 'rateLimited', message: 'x' } })
    const [result] = await world.refresh({}, [four[0]!])
    expect(result).toMatchObject({
      state: 'limited',
      nextAt: Date.UTC(2026, 0, 1, 12),
      message: '429: the quota of the key is used up, again at 12:00 UTC',
    })
  })
})

const emptyFeed = '<rss version="2.0"><channel><title>x</title></channel></rss>'

describe('a source that names its freshness', () => {
  it.each([
    ['in Cache-Control', { headers: { 'cache-control': 'public, max-age=10800' } }, 3 * hour],
    ['for less than its interval', { headers: { 'cache-control': 'max-age=60' } }, hour],
    ['for more than a day', { headers: { 'cache-control': 'max-age=31536000' } }, day],
    ['that it does not', { headers: { 'cache-control': 'no-cache, max-age=10800' } }, hour],
    ['in the feed', { body: '<rss version="2.0"><channel><title>x</title><ttl>120</ttl></channel></rss>' }, 2 * hour],
  ])('%s is fetched again after that time', async (_name, answer, wait) => {
    world.answer = () => ({ body: emptyFeed, ...answer })
    const [result] = await world.refresh({}, [four[3]!])
    expect(result!.nextAt! - world.clock.wallTime()).toBe(wait)
  })
})

const item = (n: number) => `<item><title>${n}</title><guid>https://x.test/${n}</guid></item>`
const twoItems = `<rss version="2.0"><channel><title>x</title>${item(1)}${item(2)}</channel></rss>`

describe('conditional requests', () => {
  const feed = [four[3]!]

  it('send the validators of the server, and report a 304 as unchanged', async () => {
    world.answer = ({ headers }) =>
      headers['if-none-match'] === '"a"'
        ? { status: 304, headers: { etag: '"a"' } }
        : { body: twoItems, headers: { etag: '"a"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' } }
    expect(await world.refresh({}, feed)).toMatchObject([{ state: 'ok', added: 2 }])
    expect(await world.refresh({ isForced: true }, feed)).toMatchObject([
      { state: 'unchanged', added: 0, requests: 1, message: 'unchanged in 100 ms' },
    ])
    expect(world.asked[1]?.headers).not.toHaveProperty('if-modified-since')
    expect((await world.store.health())[0]).toMatchObject({ state: 'unchanged', failures: 0 })
  })

  it('fall back to Last-Modified', async () => {
    const date = 'Thu, 01 Jan 2026 00:00:00 GMT'
    world.answer = () => ({ body: twoItems, headers: { 'last-modified': date } })
    await world.refresh({}, feed)
    await world.refresh({ isForced: true }, feed)
    expect(world.asked[1]?.headers['if-modified-since']).toBe(date)
  })

  it('are not made for a list until all of it is in the store', async () => {
    const hn = [four[2]!]
    let isFailing = true
    world.answer = ({ url, headers }) => {
      if (url.pathname.endsWith('/30.json') && isFailing) return { status: 404 }
      if (!url.pathname.endsWith('stories.json')) return undefined
      return headers['if-none-match'] === undefined
        ? { headers: { etag: '"l"' }, body: Array.from({ length: 30 }, (_, n) => n + 1) }
        : { status: 304 }
    }
    expect(await world.refresh({}, hn)).toMatchObject([{ added: 29 }])
    isFailing = false
    expect(await world.refresh({ isForced: true }, hn)).toMatchObject([{ state: 'ok', added: 1 }])
    expect(await world.refresh({ isForced: true }, hn)).toMatchObject([{ state: 'unchanged', requests: 1 }])
  })
})
