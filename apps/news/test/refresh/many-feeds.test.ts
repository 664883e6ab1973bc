import { beforeEach, describe, expect, it } from 'vitest'
import { feed } from '../../src/sources/feed.ts'
import { World } from './world.ts'

let world: World

beforeEach(() => {
  world = new World()
})

const feeds = (...urls: string[]) => urls.map((url) => feed({ url }))
const numbered = (count: number, url: (n: number) => string) =>
  feeds(...Array.from({ length: count }, (_, number) => url(number)))
const emptyFeed = '<rss version="2.0"><channel><title>x</title></channel></rss>'

describe('many feeds', () => {
  it('of one host are asked two at a time', async () => {
    const results = await world.refresh(
      { deadline: '1min' },
      numbered(200, (n) => `https://one.test/${n}`),
    )
    expect(results.map(({ state }) => state)).toEqual(Array(200).fill('ok'))
    expect(world.mostInFlight).toEqual({ 'one.test': 2 })
  })

  it('of many hosts are asked fifty at a time, with what other sources need', async () => {
    await world.refresh(
      { deadline: '1min' },
      numbered(200, (n) => `https://${n}.test/`),
    )
    expect(world.maxAtOnce).toBe(50)
  })

  it('of a host that refuses are not asked one by one: one pause holds for all', async () => {
    world.answer = (_, count) => (count > 10 ? { status: 429, headers: { 'retry-after': '600' } } : { body: emptyFeed })
    const results = await world.refresh(
      { deadline: '30s' },
      numbered(100, (n) => `https://one.test/${n}`),
    )
    expect(world.asked.length).toBeLessThanOrEqual(12)
    expect(results.filter(({ state }) => state === 'ok')).toHaveLength(10)
  })

  it('give their results one by one as they end', async () => {
    world.answer = ({ url }) => ({ body: emptyFeed, after: url.host === 'slow.test' ? 2_000 : 100 })
    const ended: string[] = []
    const onResult = ({ source }: { source: string }): void => void ended.push(source)
    await world.refresh({ onResult }, feeds('https://slow.test/', 'https://quick.test/'))
    expect(ended).toEqual(['https://quick.test/', 'https://slow.test/'])
  })

  it('do not suffer from what the store refuses of one', async () => {
    const { store } = world
    const setHealth = store.setHealth.bind(store)
    store.setHealth = async (health) => {
      if (health.source === 'https://a.test/') throw new Error('value out of range')
      await setHealth(health)
    }
    const results = await world.refresh({}, feeds('https://a.test/', 'https://b.test/'))
    expect(results).toMatchObject([
      { state: 'failing', message: 'not stored: value out of range' },
      { state: 'ok', added: 2 },
    ])
  })
})

describe('a feed that has moved', () => {
  const [source] = feeds('https://old.test/feed')

  function moves(status: number): void {
    world.answer = ({ url }) =>
      url.host === 'old.test' ? { status, headers: { location: 'https://new.test/feed' } } : undefined
  }

  it.each([301, 308])('for good (%d) is asked at its new address from then on', async (status) => {
    moves(status)
    for (let round = 0; round < 3; round++) await world.refresh({ isForced: true }, [source!])
    expect(world.asked.map(({ url }) => url.host)).toEqual(['old.test', 'new.test', 'new.test', 'new.test'])
  })

  it('for now (302) is asked at its own address each time', async () => {
    moves(302)
    for (let round = 0; round < 2; round++) await world.refresh({ isForced: true }, [source!])
    expect(world.askedOf('old.test')).toHaveLength(2)
  })

  it('is asked at its own address again when the new one fails', async () => {
    moves(301)
    await world.refresh({}, [source!])
    world.answer = ({ url }) => (url.host === 'new.test' ? { status: 404 } : undefined)
    expect(await world.refresh({ isForced: true }, [source!])).toMatchObject([{ state: 'failing' }])
    expect(await world.refresh({ isForced: true }, [source!])).toMatchObject([{ state: 'ok' }])
  })
})

describe('a feed that is gone (410)', () => {
  const [source] = feeds('https://gone.test/feed')

  it('is asked no more, says so, and can be asked by force', async () => {
    world.answer = () => ({ status: 410 })
    expect(await world.refresh({}, [source!])).toMatchObject([
      { state: 'muted', message: expect.stringMatching(/^410 Gone: .*remove it/) },
    ])
    await world.clock.advance(40 * 86_400_000)
    expect(await world.refresh({}, [source!])).toMatchObject([{ state: 'muted', requests: 0 }])
    world.answer = () => undefined
    expect(await world.refresh({ isForced: true }, [source!])).toMatchObject([{ state: 'ok' }])
  })
})

it('a feed that has only failed for a year is asked no more', async () => {
  const [source] = feeds('https://dead.test/feed')
  await world.refresh({}, [source!])
  const [health] = await world.store.health()
  await world.store.setHealth({ ...health!, failures: 40 })
  await world.clock.advance(366 * 86_400_000)
  world.answer = () => ({ status: 404 })
  expect(await world.refresh({}, [source!])).toMatchObject([{ state: 'muted' }])
})

it('the tag of a 304 replaces the one that was kept', async () => {
  const [source] = feeds('https://a.test/feed')
  world.answer = (_, count) =>
    count === 1 ? { body: emptyFeed, headers: { etag: '"1"' } } : { status: 304, headers: { etag: '"2"' } }
  for (let round = 0; round < 3; round++) await world.refresh({ isForced: true }, [source!])
  expect(world.asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', '"2"'])
})
