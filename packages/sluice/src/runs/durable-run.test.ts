import { describe, expect, it } from 'vitest'
import { createClient } from '../client/create-client.ts'
import type { SchemaOf } from '../client/schema/standard-schema.ts'
import type { ClientOptions } from '../client/settings.ts'
import type { ApiRequest, RequestInput } from '../http/request.ts'
import { MemoryStore } from '../stores/memory/memory-store.ts'
import type { RunStore } from '../stores/run-store.ts'
import { isFinished, type StoredRun } from '../stores/stored-run.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { type ScriptedAnswer, type ScriptedApi, scriptedApi } from '../testing/scripted-api.ts'
import type { DurableRun } from './durable-run.ts'
import type { RunInput } from './list-source.ts'
import { resumeRun, startRun } from './start-run.ts'
import { StoredQuotas } from './stored-quotas.ts'

const paths = (count: number): string[] => Array.from({ length: count }, (_, index) => `/${index}`)
const numberOf = (request: Pick<ApiRequest, 'url'>): number => Number(request.url.split('/').at(-1))

/** Process that can be killed: after that it sends nothing, and nothing more reaches the store. */
interface Process {
  isKilled: boolean
}

/** A server, a store, and processes that start and end. */
class World {
  readonly clock = new ManualClock()
  readonly store = new MemoryStore()
  readonly api: ScriptedApi
  #process: Process = { isKilled: false }

  constructor(answer: (request: ApiRequest, count: number) => ScriptedAnswer = () => 200) {
    this.api = scriptedApi(this.clock, answer, 100)
  }

  start(source: RunInput, options: Partial<Parameters<typeof startRun>[0]> = {}): Promise<DurableRun> {
    return startRun({ ...this.#parts(), name: 'k', source, ...options })
  }

  resume(options: Partial<Parameters<typeof resumeRun>[0]> = {}): Promise<DurableRun> {
    return resumeRun({ ...this.#parts(), ...options })
  }

  client(options: ClientOptions = {}): ReturnType<typeof createClient> {
    const process = this.#process
    const { transport } = this.api
    return createClient({
      clock: this.clock,
      transport: {
        ...transport,
        send: (request, exchange) => (process.isKilled ? new Promise(() => {}) : transport.send(request, exchange)),
      },
      random: () => 0.5,
      baseUrl: 'https://a.test',
      concurrency: 10,
      ...options,
    })
  }

  /** Works on a run for a while, then kills the process. */
  async workAndKill(run: DurableRun, milliseconds: number): Promise<void> {
    run.finish().catch(() => {})
    await this.clock.advance(milliseconds)
    await this.kill(run)
  }

  async kill(run: DurableRun): Promise<void> {
    this.#process.isKilled = true
    this.#process = { isKilled: false }
    // A claim ends with its process.
    await this.store.release(run.stored.id)
  }

  #parts(): { store: RunStore; client: ReturnType<typeof createClient> } {
    return { store: mortal(this.store, this.#process), client: this.client() }
  }

  async run(): Promise<StoredRun> {
    return (await this.store.find('k'))!
  }

  async statuses(): Promise<(number | undefined)[]> {
    const { id } = await this.run()
    return (await this.store.results(id, { limit: 100_000 })).map(({ status }) => status)
  }

  /** Number of requests that the server received, by path. */
  seen(): Map<number, number> {
    const counts = new Map<number, number>()
    for (const request of this.api.seen) counts.set(numberOf(request), (counts.get(numberOf(request)) ?? 0) + 1)
    return counts
  }
}

function mortal(store: RunStore, process: Process): RunStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => (process.isKilled ? new Promise(() => {}) : value.apply(target, given))
    },
  })
}

function unreadable(): object {
  const fail = (): never => {
    throw new Error('gone')
  }
  return new Proxy({}, { get: fail, has: fail, ownKeys: fail })
}

function cyclic(): object {
  const self: { self?: object } = {}
  self.self = self
  return self
}

describe('startRun', () => {
  it('keeps one result for each item, and hands each over once', async () => {
    const world = new World((request) => ({ status: numberOf(request) === 3 ? 404 : 200, body: `{"n":1}` }))
    const run = await world.start(paths(50))
    const given: number[] = []
    await world.clock.runUntilSettled(
      (async () => {
        for await (const { index } of run) given.push(index)
      })(),
    )

    expect(given.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index))
    const stored = await world.run()
    expect(stored).toMatchObject({ read: 50, hasEnded: true, settledBelow: 50, succeeded: 49, failed: 1, requests: 50 })
    expect(stored.claimedBy).toBeUndefined()
    expect(isFinished(stored)).toBe(true)
    expect((await world.statuses())[3]).toBe(404)
  })

  it('takes its times from the clock of its client', async () => {
    const world = new World()
    await world.clock.advance(5_000)
    const run = await world.start(paths(1))
    await world.clock.runUntilSettled(run.finish())

    expect((await world.run()).createdAt).toBe(world.clock.wallTime() - 100)
    expect(world.clock.pending).toBe(0)
  })

  it('throws on a closed client, and is not finished', async () => {
    const world = new World()
    const client = world.client()
    const run = await world.start(paths(2), { client })
    await client.close()

    await expect(world.clock.runUntilSettled(run.finish())).rejects.toMatchObject({ code: 'SLUICE_CLOSED' })
    expect(isFinished(await world.run())).toBe(false)
    expect((await world.run()).claimedBy).toBeUndefined()
  })

  it('checks bodies by the schema, and keeps those that fit unchanged', async () => {
    const world = new World((request) => ({
      headers: { 'content-type': 'text/plain' },
      body: numberOf(request) === 1 ? 'no number' : '42',
    }))
    const schema: SchemaOf<number> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) =>
          Number.isNaN(Number(value)) ? { issues: [{ message: 'expected a number' }] } : { value: Number(value) },
      },
    }
    const run = await world.start(paths(2), { schema })
    const values: unknown[] = []
    await world.clock.runUntilSettled(
      (async () => {
        for await (const result of run) values[result.index] = result.ok ? result.value : result.error.code
      })(),
    )

    expect(values).toEqual([42, 'SLUICE_SCHEMA'])
    expect(await world.run()).toMatchObject({ succeeded: 1, failed: 1 })
  })

  it('keeps bodies unchanged, and no secrets', async () => {
    const world = new World(() => ({
      headers: { 'content-type': 'application/json', 'set-cookie': 'session=abc', 'x-page': '7' },
      body: '{"big": 12345678901234567890}',
    }))
    const redact = (text: string): string => text.replaceAll('hunter2', '***')
    const run = await world.start(['/1?api_key=geheim&q=hunter2'], { keepHeaders: ['*'], redact })
    await world.clock.runUntilSettled(run.finish())

    const [result] = await world.store.results(1)
    expect(new TextDecoder().decode(result?.body)).toBe('{"big": 12345678901234567890}')
    expect(result).toMatchObject({
      id: 'https://a.test/1?api_key=***&q=***',
      url: 'https://a.test/1?api_key=***&q=***',
      bodyKind: 'json',
      headers: { 'set-cookie': '***', 'x-page': '7' },
    })
  })

  it('continues the run of its name with `resume`, and does again what failed', async () => {
    let isDown = true
    const world = new World((request) => (isDown && numberOf(request) > 2 ? 404 : 200))
    const options = { resume: true, name: 'nightly' }
    await world.clock.runUntilSettled((await world.start(paths(5), options)).finish())
    isDown = false
    await world.clock.runUntilSettled((await world.start(paths(5), options)).finish())
    expect(world.api.seen.map(numberOf)).toEqual([0, 1, 2, 3, 4, 3, 4])
    expect(await world.store.find('nightly')).toMatchObject({ succeeded: 5, failed: 0 })
    await expect(world.start(paths(5), { ...options, resume: false })).rejects.toMatchObject({
      code: 'SLUICE_RUN_EXISTS',
    })
  })

  it('names runs automatically if no name is given', async () => {
    const world = new World()
    expect((await world.start([], { name: undefined })).name).toBe('run-1')
    expect((await world.start([], { name: undefined })).name).toBe('run-2')
    await expect(world.start([], { name: 'run-2' })).rejects.toMatchObject({ code: 'SLUICE_RUN_EXISTS' })
  })

  it.each<[string, unknown]>([
    [
      'its url cannot be read',
      {
        get url() {
          throw new Error('gone')
        },
      },
    ],
    ['its url cannot be written', { url: Object.create(null) }],
    ['nothing can be read', unreadable()],
    ['the kind is wrong', Symbol('s')],
  ])('fails an item alone of which %s, in a list and in a stream', async (_, item) => {
    const items = ['/1', item as RequestInput, '/2']
    for (const source of [items, items.values()]) {
      const world = new World()
      const run = await world.start(source, { idempotencyKey: true })
      const given: boolean[] = []
      await world.clock.runUntilSettled(
        (async () => {
          for await (const { ok } of run) given.push(ok)
        })(),
      )
      expect(given.sort()).toEqual([false, true, true])
      expect(await world.run()).toMatchObject({ succeeded: 2, failed: 1, hasEnded: true })
    }
  })

  it.each<[string, object, string]>([
    ['store', { store: undefined }, 'a run needs a store and a client'],
    ['store', { store: 'runs.db' }, 'store: expected an object with the functions create, find, commit, got text'],
    ['client', { client: { concurrency: 2 } }, 'client: expected an object with the functions stream, extend'],
    ['name', { name: '' }, 'name: expected text of 1 to 500 characters, got "" (string)'],
    ['name', { name: {} }, 'name: expected text of 1 to 500 characters'],
    ['settings', { settings: () => 1 }, 'settings: expected plain data'],
    ['settings', { settings: cyclic() }, 'settings: cannot be stored as JSON'],
  ])('refuses a wrong %s before anything is stored: %o', async (_, options, message) => {
    const world = new World()
    await expect(world.start(['/1'], options)).rejects.toThrow(message)
    expect(await world.store.count()).toBe(0)
  })

  it('commits in groups, not for each item', async () => {
    const world = new World()
    let commits = 0
    const { commit } = world.store
    world.store.commit = async (...given) => {
      commits++
      await commit.apply(world.store, given)
    }
    const run = await world.start(paths(1_000))
    await world.clock.runUntilSettled(run.finish())

    // 10 in flight, 100 ms each: a hundred rounds, and results that arrive together are stored together.
    expect(commits).toBeLessThanOrEqual(101)
    expect((await world.run()).succeeded).toBe(1_000)
  })

  it('ends with the error of the store when that fails, and sends nothing more', async () => {
    const world = new World()
    let commits = 0
    const { commit } = world.store
    world.store.commit = async (...given) => {
      if (++commits > 3) throw new Error('the disk is full')
      await commit.apply(world.store, given)
    }
    const run = await world.start(paths(1_000))
    await expect(world.clock.runUntilSettled(run.finish())).rejects.toThrow('the disk is full')
    const sent = world.api.seen.length
    expect(sent).toBeLessThanOrEqual(60)
    await world.clock.advance(10_000)
    expect(world.api.seen).toHaveLength(sent)
    expect((await world.run()).succeeded).toBe(30)
  })
})

describe('resumeRun', () => {
  it('ends with the error of a store that throws instead of rejecting', async () => {
    const world = new World()
    const run = await world.start(['/0', '/1'])
    world.store.commit = () => {
      throw new Error('no disk')
    }

    await expect(world.clock.runUntilSettled(run.finish())).rejects.toThrow('no disk')
    expect(world.clock.pending).toBe(0)
  })

  it('is stopped while its source gives nothing, and takes nothing that comes later', async () => {
    const world = new World()
    let give = (_url: string): void => {}
    const run = await world.start(
      (async function* () {
        yield '/0'
        yield await new Promise<string>((resolve) => (give = resolve))
      })(),
    )
    const work = run.finish()
    await world.clock.advance(1_000)

    run.stop('enough')
    await world.clock.runUntilSettled(work)
    give('/1')
    await world.clock.advance(1_000)

    expect(world.api.seen).toHaveLength(1)
    expect(await world.statuses()).toEqual([200])
    expect(world.clock.pending).toBe(0)
  })

  it('ends with the error of a source that cannot be opened', async () => {
    const world = new World()
    const source = {
      name: 'broken',
      identity: 'broken',
      isRepeatable: false,
      read: () => {
        throw new Error('no such file')
      },
    }
    const run = await world.start(source)

    await expect(world.clock.runUntilSettled(run.finish())).rejects.toThrow('no such file')
  })

  it('does what is left after a kill: every item has its result, and only requests in flight are sent twice', async () => {
    const world = new World()
    await world.workAndKill(await world.start(paths(200)), 730)
    const before = (await world.run()).succeeded
    expect(before).toBe(70)

    await world.clock.runUntilSettled((await world.resume({ source: paths(200) })).finish())

    expect(await world.run()).toMatchObject({ succeeded: 200, failed: 0, settledBelow: 200 })
    const twice = [...world.seen()].filter(([, count]) => count > 1)
    expect(world.seen().size).toBe(200)
    expect(twice.length).toBeLessThanOrEqual(10)
  })

  it('survives any number of kills', async () => {
    const world = new World((request) => ({ after: 20 + (numberOf(request) % 13) * 17 }))
    await world.workAndKill(await world.start(paths(300)), 300)
    let kills = 1
    while (!isFinished(await world.run())) {
      kills++
      await world.workAndKill(await world.resume({ source: paths(300) }), 100 + kills * 37)
    }
    expect(kills).toBeGreaterThan(3)
    expect(await world.run()).toMatchObject({ succeeded: 300, failed: 0, hasEnded: true })
    expect(world.api.seen.length).toBeLessThanOrEqual(300 + kills * 10)
  })

  it('sends the same idempotency key again, and another one for each item', async () => {
    const world = new World()
    const source: RequestInput[] = paths(60).map((url) => ({ url, method: 'POST' }))
    await world.workAndKill(await world.start(source, { idempotencyKey: true }), 350)
    await world.clock.runUntilSettled((await world.resume({ source, idempotencyKey: true })).finish())

    const keys = new Map<number, Set<string>>()
    for (const request of world.api.seen) {
      const known = keys.get(numberOf(request)) ?? new Set()
      keys.set(numberOf(request), known.add(request.headers['idempotency-key']!))
    }
    expect(world.api.seen.length).toBeGreaterThan(60)
    expect([...keys.values()].every((known) => known.size === 1)).toBe(true)
    expect(new Set([...keys.values()].flatMap((known) => [...known])).size).toBe(60)
    expect([...keys.get(0)!][0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('continues from a mark, and reads what lies before it only to see that it is the same', async () => {
    const world = new World(() => ({ after: 1 }))
    await world.workAndKill(await world.start(paths(25_000)), 500)
    const killed = await world.run()
    expect(killed.mark?.index).toBeGreaterThanOrEqual(killed.settledBelow - 1_000)
    const before = world.api.seen.length

    const other = paths(25_000).with(17, '/changed')
    const changed = await world.resume({ source: other })
    await expect(world.clock.runUntilSettled(changed.finish())).rejects.toMatchObject({ code: 'SLUICE_SOURCE_CHANGED' })
    expect(world.api.seen).toHaveLength(before)

    await world.clock.runUntilSettled((await world.resume({ source: paths(25_000) })).finish())
    expect(await world.run()).toMatchObject({ succeeded: 25_000, settledBelow: 25_000 })
    expect(world.api.seen.length).toBeLessThanOrEqual(25_100)
  }, 30_000)

  it('gives the results of all sessions from the store, in the order of the source', async () => {
    const world = new World(() => ({ json: { n: 1 } }))
    await world.workAndKill(await world.start(paths(30), { concurrency: 2 }), 450)
    expect(world.api.mostInFlight).toBe(2)
    const run = await world.resume({ source: paths(30) })
    await world.clock.runUntilSettled(run.finish())
    const indexes: number[] = []
    for await (const { index, ok, body } of run.results()) {
      indexes.push(index)
      expect([ok, new TextDecoder().decode(body)]).toEqual([true, '{"n":1}'])
    }
    expect(indexes).toEqual(paths(30).map((_, index) => index))
  })

  it('refuses another source, unless it is forced', async () => {
    const world = new World()
    await world.workAndKill(await world.start(paths(50)), 150)
    await expect(world.resume({ source: paths(49) })).rejects.toMatchObject({ code: 'SLUICE_SOURCE_CHANGED' })
    await expect(world.resume()).rejects.toMatchObject({ code: 'SLUICE_SETTINGS' })
    await world.clock.runUntilSettled((await world.resume({ source: paths(60), force: true })).finish())
    expect((await world.run()).succeeded).toBe(60)
  })

  it('says so when there is nothing to continue with, or somebody is at it', async () => {
    const world = new World()
    await expect(world.resume()).rejects.toMatchObject({ code: 'SLUICE_RUN_UNKNOWN' })
    await world.start(paths(5))
    await expect(world.resume({ source: paths(5) })).rejects.toMatchObject({ code: 'SLUICE_RUN_BUSY' })
  })

  it('continues where a run was stopped: what was not finished is left to do', async () => {
    const world = new World()
    const run = await world.start(paths(100))
    const work = run.finish()
    await world.clock.advance(250)
    run.stop('enough')
    await world.clock.runUntilSettled(work)
    expect(await world.run()).toMatchObject({ succeeded: 30, failed: 0 })
    expect(run.stopReason).toBe('enough')
    expect((await world.run()).claimedBy).toBeUndefined()

    const resumed = await world.resume({ source: paths(100) })
    expect(resumed.progress).toMatchObject({ before: 30, total: 70, done: 0 })
    await world.clock.runUntilSettled(resumed.finish())
    expect(resumed.progress).toMatchObject({ before: 30, total: 70, done: 70 })
    expect(world.api.seen).toHaveLength(100)
    expect((await world.run()).succeeded).toBe(100)
  })

  it('stops working on a run that is no longer iterated', async () => {
    const world = new World()
    const run = await world.start(paths(100))
    await world.clock.runUntilSettled(
      (async () => {
        for await (const _ of run) break
      })(),
    )
    expect(await world.run()).toMatchObject({ claimedBy: undefined, succeeded: 10 })
  })

  it('has a failed result for what is no request, in its place', async () => {
    const world = new World()
    await world.clock.runUntilSettled((await world.start(['/0', 'ftp://x', '/2'])).finish())
    expect(await world.statuses()).toEqual([200, undefined, 200])
    expect((await world.store.results(1, { ok: false }))[0]?.error?.code).toBe('SLUICE_BAD_INPUT')
  })
})

describe('a source that cannot be read again', () => {
  async function* stream(count: number): AsyncGenerator<RequestInput> {
    for (const path of paths(count)) yield path
  }

  it('is read into the store far ahead of the calls, and is not needed to continue', async () => {
    const world = new World()
    await world.workAndKill(await world.start(stream(2_000)), 250)
    expect(await world.run()).toMatchObject({ read: 2_000, hasEnded: true, succeeded: 20 })

    await world.clock.runUntilSettled((await world.resume()).finish())
    expect((await world.run()).succeeded).toBe(2_000)
    expect(world.api.seen.length).toBeLessThanOrEqual(2_010)
  })

  it('is read on if it is given again, after what is known of it has been compared', async () => {
    const world = new World()
    let isBroken = true
    async function* breaking(): AsyncGenerator<RequestInput> {
      yield* paths(30)
      if (isBroken) throw new Error('the pipe broke')
      yield* paths(50).slice(30)
    }
    const first = await world.start(breaking())
    await expect(world.clock.runUntilSettled(first.finish())).rejects.toThrow('the pipe broke')
    expect(await world.run()).toMatchObject({ read: 30, hasEnded: false, succeeded: 30 })

    const wrong = await world.resume({ source: stream(12) })
    await expect(world.clock.runUntilSettled(wrong.finish())).rejects.toMatchObject({ code: 'SLUICE_SOURCE_CHANGED' })
    isBroken = false
    await world.clock.runUntilSettled((await world.resume({ source: breaking() })).finish())
    expect(await world.run()).toMatchObject({ read: 50, hasEnded: true, succeeded: 50 })
    expect(world.api.seen).toHaveLength(50)
  })

  it('keeps bytes, and refuses what would put a secret into the store', async () => {
    const world = new World()
    const items: RequestInput[] = [
      { url: '/0', body: new Uint8Array([1, 2, 255]), headers: { 'x-page': '7' } },
      { url: '/1', headers: { Authorization: 'Bearer geheim' } },
      '/2?api_key=geheim',
      { url: '/3', query: { token: 'geheim' } },
      'https://user:geheim@a.test/4',
    ]
    await world.clock.runUntilSettled((await world.start(items.values())).finish())

    expect(await world.statuses()).toEqual([200, undefined, undefined, undefined, undefined])
    expect(world.api.seen[0]).toMatchObject({ method: 'POST', headers: { 'x-page': '7' } })
    const kept = JSON.stringify([await world.store.spooled(1), await world.store.results(1)])
    expect(kept).not.toContain('geheim')
    expect(kept).toContain('cannot be read again')
  })
})

describe('what has to wait long', () => {
  const hour = 3_600_000

  it('is parked with its date, and done by a resume after it', async () => {
    const world = new World((request) =>
      numberOf(request) % 10 === 3 && world.clock.now() < 2 * hour
        ? { status: 429, headers: { 'retry-after': '7200' } }
        : 200,
    )
    const source = paths(100).map((url, index) => ({ url, partition: index % 10 === 3 ? 'slow' : 'fast' }))
    const run = await world.start(source)
    await world.clock.runUntilSettled(run.finish())
    const { parked, succeeded, failed, nextDueAt } = await world.run()
    expect({ parked, succeeded, failed }).toEqual({ parked: 10, succeeded: 90, failed: 0 })
    expect(nextDueAt).toBeGreaterThanOrEqual(world.clock.wallTime() + 2 * hour - 1_000)
    expect(run.progress).toMatchObject({ parked: 10, done: 100 })

    const sent = world.api.seen.length
    await world.clock.runUntilSettled((await world.resume({ source })).finish())
    expect(world.api.seen).toHaveLength(sent)
    expect((await world.run()).parked).toBe(10)

    await world.clock.advance(2 * hour)
    await world.clock.runUntilSettled((await world.resume({ source })).finish())
    expect(await world.run()).toMatchObject({ parked: 0, succeeded: 100 })
    expect(isFinished(await world.run())).toBe(true)
  })

  it('ends the reading when nothing else is left to do, however long the source is', async () => {
    const world = new World(() => ({ status: 429, headers: { 'retry-after': '86400' } }))
    const run = await world.start(paths(1_000_000))
    await world.clock.runUntilSettled(run.finish())
    expect(run.stopReason).toMatch(/^the remaining items have to wait until/)
    expect((await world.run()).read).toBeLessThan(3_000)
    expect(world.api.seen.length).toBeLessThanOrEqual(10)
  }, 30_000)

  it('is a quota of a day too, which holds over restarts', async () => {
    const world = new World()
    const day = 86_400_000
    const work = async (run: (options: object) => Promise<DurableRun>): Promise<void> => {
      const quotas = await StoredQuotas.load(world.store, world.clock)
      const client = world.client({ rate: ['10/day', '5/s'], quotaMemory: quotas })
      await world.workAndKill(await run({ client, quotas }), 6 * 3_600_000)
    }
    await work((options) => world.start(paths(25), options))
    expect(world.api.seen).toHaveLength(10)
    for (let restart = 1; restart <= 3; restart++)
      await work((options) => world.resume({ source: paths(25), ...options }))
    expect(world.api.seen).toHaveLength(10)

    await work((options) => world.resume({ source: paths(25), ...options }))
    await work((options) => world.resume({ source: paths(25), ...options }))
    expect(world.api.seen).toHaveLength(20)
    const times = world.api.seen.map(({ at }) => at)
    expect(times[10]! - times[0]!).toBeGreaterThanOrEqual(day)
  })

  it('is done again when its failures are taken back', async () => {
    let isDown = true
    const world = new World((request) => (isDown && numberOf(request) % 4 === 0 ? 400 : 200))
    await world.clock.runUntilSettled((await world.start(paths(40))).finish())
    expect((await world.run()).failed).toBe(10)

    isDown = false
    await world.store.requeue(1)
    await world.clock.runUntilSettled((await world.resume({ source: paths(40) })).finish())
    expect(await world.run()).toMatchObject({ succeeded: 40, failed: 0, parked: 0, requests: 50 })
    expect(world.api.seen).toHaveLength(50)
  })
})

describe('a run of lists', () => {
  const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)
  /**
   * Lists with two items per page: `/list/7` has 7. Responses are delayed, so that pages arrive in a different order.
   */
  const lists = (request: ApiRequest, count: number): ScriptedAnswer => {
    const { pathname, searchParams } = new URL(request.url)
    const total = Number(pathname.split('/').at(-1))
    const after = 50 + ((count * 37) % 100)
    if (!pathname.startsWith('/list/')) return { json: { id: total }, after }
    const page = Number(searchParams.get('page') ?? searchParams.get('cursor') ?? 1)
    const items = upTo(total).slice(page * 2 - 2, page * 2)
    return { json: { items, total, next: page * 2 < total ? page + 1 : null }, after }
  }
  const inputs = ['/list/21', '/list/3', '/list/0', '/list/40']
  const pagesOf = (sizes: readonly number[]): string[] =>
    sizes.flatMap((size) => upTo(Math.max(1, Math.ceil(size / 2))).map((page) => `https://a.test/list/${size}#${page}`))

  /** Works on a run to its end, in sessions that are killed after a while. */
  async function killedOften(
    world: World,
    options: Pick<Parameters<typeof resumeRun>[0], 'pages' | 'follow'>,
  ): Promise<number> {
    let sessions = 1
    await world.workAndKill(await world.start(inputs, options), 70)
    for (; !isFinished(await world.run()); sessions++) {
      const run = await world.resume({ ...options, source: inputs })
      if (sessions < 20) await world.workAndKill(run, 60 + ((sessions * 53) % 110))
      else await world.clock.runUntilSettled(run.finish())
    }
    return sessions
  }

  it.each([
    ['a total', { style: 'page', total: 'total', list: 'items' }],
    ['cursors', { style: 'cursor', path: 'next', list: 'items' }],
    ['empty pages', { style: 'page', list: 'items' }],
  ] as const)('loses and doubles no page when it is killed again and again, with %s', async (what, pages) => {
    const world = new World(lists)
    expect(await killedOften(world, { pages })).toBeGreaterThan(4)
    const results = await world.store.results((await world.run()).id)
    const empty = what === 'empty pages' ? ['/list/21#12', '/list/3#3', '/list/40#21'] : []
    const all = [...pagesOf([21, 3, 0, 40]), ...empty.map((id) => `https://a.test${id}`)]
    expect(results.map(({ id }) => id).sort()).toEqual(all.sort())
    expect(results.every(({ ok }) => ok)).toBe(true)
  })

  it('makes a request of each item, once in the store, however often it is killed', async () => {
    const world = new World(lists)
    const follow = (_: unknown, page: { readonly items: readonly unknown[] | undefined } | undefined) =>
      page?.items?.map((id) => `/item/${id}`)
    await killedOften(world, { pages: { style: 'page', total: 'total', list: 'items' }, follow })
    const results = await world.store.results((await world.run()).id)
    const details = results
      .filter(({ url }) => url?.includes('/item/'))
      .map(({ url }) => Number(url!.split('/').at(-1)))
    expect(details.sort((a, b) => a - b)).toEqual([...upTo(21), ...upTo(3), ...upTo(40)].sort((a, b) => a - b))
  })

  it('continues from a page that failed when that is done again, and requests no other page again', async () => {
    let isBroken = true
    const world = new World((request, count) => (isBroken && request.url.endsWith('=3') ? 404 : lists(request, count)))
    const byTotal = { pages: { style: 'page', total: 'total', list: 'items' } } as const
    const byCursor = { pages: { style: 'cursor', path: 'next', list: 'items' } } as const
    for (const [name, options] of [
      ['k', byTotal],
      ['c', byCursor],
    ] as const) {
      isBroken = true
      await world.clock.runUntilSettled((await world.start(['/list/12'], { ...options, name })).finish())
      const run = (await world.store.find(name))!
      expect([run.succeeded, run.failed]).toEqual(name === 'k' ? [5, 1] : [2, 1])
      await world.store.requeue(run.id, { ok: false })
      isBroken = false
      const before = world.api.seen.length
      await world.clock.runUntilSettled((await world.resume({ ...options, name, source: ['/list/12'] })).finish())
      expect(await world.store.find(name)).toMatchObject({ succeeded: 6, failed: 0, read: 6 })
      expect(world.api.seen.length - before).toBe(name === 'k' ? 1 : 4)
    }
  })

  it('keeps what is wrong with a list as a failure of its own, that says the same when it is done again', async () => {
    const world = new World(() => ({ json: [1], headers: { link: '<https://b.test/x>; rel=next' } }))
    const pages = { pages: { style: 'link' } } as const
    await world.clock.runUntilSettled((await world.start(['/a'], pages)).finish())
    const run = await world.run()
    const [page, wrong] = await world.store.results(run.id)
    expect(page).toMatchObject({ ok: true, id: 'https://a.test/a#1' })
    expect(wrong).toMatchObject({ ok: false, id: 'https://a.test/a#1', error: { code: 'SLUICE_PAGE_ORIGIN' } })
    await world.store.requeue(run.id)
    await world.clock.runUntilSettled((await world.resume({ ...pages, source: ['/a'] })).finish())
    const again = await world.store.results(run.id)
    expect([again.length, again[1]?.error]).toEqual([2, wrong?.error])
  })

  it('continues reading a source of which it had not read all when it was killed', async () => {
    const world = new World(lists)
    const pages = { pages: { style: 'page', total: 'total', list: 'items' } } as const
    const slow = async function* () {
      for (const path of inputs) {
        yield path
        await new Promise<void>((resolve) => void world.clock.timer(150, resolve))
      }
    }
    await world.workAndKill(await world.start(() => slow(), pages), 420)
    const run = await world.run()
    expect([run.hasEnded, run.read > 3]).toEqual([false, true])
    await world.clock.runUntilSettled((await world.resume({ ...pages, source: () => slow() })).finish())
    const results = await world.store.results(run.id)
    expect(results.map(({ id }) => id).sort()).toEqual(pagesOf([21, 3, 0, 40]).sort())
  })
})
