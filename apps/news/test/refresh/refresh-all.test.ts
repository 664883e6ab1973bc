import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refreshAll } from '../../src/refresh/refresh.ts'
import { four, hosts, secrets, World } from './world.ts'

let world: World

beforeEach(() => {
  world = new World()
})

afterEach(() => {
  expect({ pending: world.clock.pending, inFlight: world.inFlight }).toEqual({ pending: 0, inFlight: 0 })
})

const keys = four.map(({ key }) => key)
const minute = 60_000
const hour = 60 * minute

async function articles(source: string): Promise<number> {
  return (await world.store.count({ sources: [source] })).stories
}

describe('a refresh', () => {
  it('fetches all sources concurrently, each within its own limits', async () => {
    const results = await world.refresh()

    expect(results).toEqual([
      {
        source: 'newsapi',
        state: 'ok',
        added: 3,
        updated: 0,
        missing: 0,
        requests: 1,
        ms: 100,
        message: '3 new in 100 ms',
        nextAt: world.clock.wallTime() - 200 + 30 * minute,
      },
      {
        source: 'guardian',
        state: 'ok',
        added: 3,
        updated: 0,
        missing: 0,
        requests: 1,
        ms: 100,
        message: '3 new in 100 ms',
        nextAt: world.clock.wallTime() - 200 + 15 * minute,
      },
      {
        source: 'hn',
        state: 'ok',
        added: 30,
        updated: 0,
        missing: 0,
        requests: 31,
        ms: 300,
        message: '30 new in 300 ms',
        nextAt: world.clock.wallTime() + 10 * minute,
      },
      {
        source: keys[3],
        state: 'ok',
        added: 2,
        updated: 0,
        missing: 0,
        requests: 1,
        ms: 100,
        message: '2 new in 100 ms',
        nextAt: world.clock.wallTime() - 200 + hour,
      },
    ])
    expect(world.clock.now()).toBe(300)
    expect(world.mostInFlight[hosts.hn!]).toBe(20)
    expect(world.askedOf('newsapi.org')[0]?.headers['x-api-key']).toBe(secrets.newsApi)
    expect(world.askedOf('content.guardianapis.com')[0]?.url.searchParams.get('api-key')).toBe(secrets.guardian)
  })

  it('has each article in the store as soon as its page is read', async () => {
    const { clock, store, clients } = world
    const refresh = refreshAll(four, store, { deadline: '5s', clients })
    await clock.advance(150)
    expect(await Promise.all(keys.map(articles))).toEqual([3, 3, 0, 2])
    await clock.advance(51)
    expect(await articles('hn')).toBe(20)
    await clock.runUntilSettled(refresh)
  })

  it('fetches only sources that are due, unless forced', async () => {
    await world.refresh()
    expect(world.asked).toHaveLength(34)
    await world.clock.advance(10 * minute)
    const results = await world.refresh()
    expect(results.map(({ requests }) => requests)).toEqual([0, 0, 31, 0])
    expect(results[0]).toMatchObject({ state: 'ok', message: 'next fetch at 00:30 UTC' })
    expect((await world.refresh({ isForced: true })).map(({ requests }) => requests)).toEqual([1, 1, 31, 1])
  })

  it('skips a source that is off, even if forced', async () => {
    await world.store.setHealth({ source: 'hn', state: 'off', failures: 0 })
    const results = await world.refresh({ isForced: true })
    expect(results[2]).toMatchObject({ state: 'off', requests: 0, message: 'switched off' })
  })

  it('rejects a source that is listed twice', async () => {
    await expect(world.refresh({}, [four[0]!, four[0]!])).rejects.toThrow('sources: newsapi is listed twice')
  })
})

describe('clients kept over refreshes', () => {
  it('obey a Retry-After of the last refresh, though they are forced', async () => {
    world.answer = () => ({ status: 429, headers: { 'retry-after': '7200' } })
    await world.refresh({}, [four[3]!])
    const results = await world.refresh({ isForced: true }, [four[3]!])
    expect(results).toMatchObject([{ state: 'limited', requests: 0, message: 'it asked to wait, again at 02:00 UTC' }])
    expect(world.asked).toHaveLength(1)
  })
})

describe('two refreshes of one store', () => {
  it('are one if the second requests nothing more', async () => {
    const { clock, store, clients } = world
    const options = { deadline: '5s', clients }
    const [first, second] = await clock.runUntilSettled(
      Promise.all([refreshAll(four, store, options), refreshAll([four[2]!], store, options)]),
    )
    expect(second).toEqual([first[2]])
    expect(world.asked).toHaveLength(34)
  })

  it('run one after another if it does', async () => {
    const { clock, store, clients } = world
    const options = { deadline: '5s', clients }
    await clock.runUntilSettled(
      Promise.all([
        refreshAll([four[0]!], store, options),
        refreshAll(four, store, options),
        refreshAll(four, store, { ...options, isForced: true }),
      ]),
    )
    expect(world.askedOf('newsapi.org').map(({ at }) => at)).toEqual([0, 400])
    expect(world.asked).toHaveLength(1 + 33 + 34)
  })
})

describe('an aborted refresh', () => {
  it('stops at once, keeps what it has, and throws the reason', async () => {
    const { clock, store, clients } = world
    const controller = new AbortController()
    world.answer = ({ url }) => (url.host === 'newsapi.org' ? { after: Number.POSITIVE_INFINITY } : undefined)
    const refresh = refreshAll(four, store, { deadline: '5s', clients, signal: controller.signal })
    refresh.catch(() => {})
    await clock.advance(250)
    controller.abort(new Error('enough'))
    await expect(clock.runUntilSettled(refresh)).rejects.toThrow('enough')
    expect(clock.now()).toBe(250)
    expect(await Promise.all(keys.map(articles))).toEqual([0, 3, 20, 2])
  })

  it('does not start if it was aborted before', async () => {
    await expect(world.refresh({ signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
    expect(world.asked).toEqual([])
  })
})
