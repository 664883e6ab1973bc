import { StoreError } from 'sluice/stores'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refreshAll } from '../../src/refresh/refresh.ts'
import { feed } from '../../src/sources/feed.ts'
import type { NewsStore } from '../../src/store/news-store.ts'
import { visitor } from '../web/visitor.ts'
import { World } from './world.ts'

let world: World

beforeEach(() => {
  world = new World()
})

afterEach(() => {
  expect(world.clock.pending).toBe(0)
})

const sources = Array.from({ length: 20 }, (_, index) => feed({ url: `https://host${index}.test/feed.xml` }))

/** A store of which some methods never return. */
function silent(store: NewsStore, ...methods: readonly (keyof NewsStore)[]): NewsStore {
  return new Proxy(store, {
    get(target, key) {
      if (methods.includes(key as keyof NewsStore)) return () => new Promise(() => {})
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function timeOf(store: NewsStore): Promise<{ readonly ms: number; readonly error: unknown }> {
  const { clock, clients } = world
  const startedAt = clock.now()
  let error: unknown
  const ended = refreshAll(sources, store, { deadline: '5s', clients }).catch((reason: unknown) => {
    error = reason
  })
  await clock.runUntilSettled(ended, 3_600_000)
  return { ms: clock.now() - startedAt, error }
}

describe('a database that does not answer', () => {
  it.each([['health'], ['validators'], ['add'], ['setHealth']] as const)(
    'ends a refresh 2 s after its deadline, and is named: %s',
    async (method) => {
      const { ms, error } = await timeOf(silent(world.store, method))
      expect(ms).toBeLessThanOrEqual(7_000)
      expect(error).toBeInstanceOf(StoreError)
      expect((error as Error).message).toMatch(/^\S+: the database has not answered for .*; check that it runs$/)
    },
  )

  it('is on every page that needs it after 5 s, by its name', async () => {
    const reader = visitor({ store: silent(world.store, 'stories', 'count', 'health') })
    const answer = await reader.clock.runUntilSettled(reader.get('/'), 60_000)
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('the database has not answered for 5.0 s')
  })
})

describe('a refresh that is aborted', () => {
  it('keeps what has come, and reports it for sources that were under way', async () => {
    const stopping = new AbortController()
    const told: string[] = []
    world.answer = ({ url }) => (url.pathname.endsWith('/20.json') ? { after: Number.POSITIVE_INFINITY } : undefined)
    world.clock.timer(2_000, () => stopping.abort(new Error('stopped')))
    const results = world.refresh({
      signal: stopping.signal,
      onResult: ({ source, message }) => told.push(`${source}: ${message}`),
    })
    await expect(results).rejects.toThrow('stopped')
    expect(told).toContain('hn: stopped, 29 new stored')
    expect((await world.store.count({ sources: ['hn'] })).stories).toBe(29)
    expect((await world.store.health()).map(({ source }) => source)).not.toContain('hn')
  })
})
