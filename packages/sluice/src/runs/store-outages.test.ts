import { describe, expect, it } from 'vitest'
import { createClient } from '../client/create-client.ts'
import { StoreError } from '../database/store-error.ts'
import { MemoryStore } from '../stores/memory/memory-store.ts'
import type { CommitGroup } from '../stores/run-store.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { scriptedApi } from '../testing/scripted-api.ts'
import type { DurableRun } from './durable-run.ts'
import type { RunOptions } from './run-options.ts'
import { resumeRun, startRun } from './start-run.ts'

const full = new StoreError('SLUICE_STORE_FULL', 'memory: the disk is full', undefined, true)
const count = 4_000

/** Store that accepts nothing at times, and a run on it: 10 in flight, 100 ms each. */
class World {
  readonly clock = new ManualClock()
  readonly store = new MemoryStore()
  readonly api = scriptedApi(this.clock, () => 200, 100)
  /** Events of the store, each with its time in seconds. */
  readonly events: string[] = []
  /** Answer to commits in place of storing them. */
  trouble: (() => Promise<never>) | undefined

  constructor() {
    const { commit } = this.store
    this.store.commit = async (id: number, group: CommitGroup) => {
      await this.trouble?.()
      await commit.call(this.store, id, group)
    }
  }

  start(options: Partial<RunOptions> = {}): Promise<DurableRun> {
    const source = Array.from({ length: count }, (_, index) => `/${index}`)
    return startRun({ ...this.#options, name: 'k', source, ...options })
  }

  resume(): Promise<DurableRun> {
    return resumeRun({ ...this.#options, source: Array.from({ length: count }, (_, index) => `/${index}`) })
  }

  /** Works until there is trouble with the store after a second, for `duration` milliseconds. */
  async workThrough(duration: number, trouble = () => Promise.reject(full)): Promise<void> {
    await this.clock.advance(1_000)
    this.trouble = trouble
    await this.clock.advance(duration)
    this.trouble = undefined
  }

  /** Number of requests to each path. */
  get sent(): ReadonlySet<string> {
    return new Set(this.api.seen.map(({ url }) => url))
  }

  get #options() {
    const { clock, store, api } = this
    const client = createClient({ clock, transport: api.transport, baseUrl: 'https://a.test', concurrency: 10 })
    const onStore: RunOptions['onStore'] = (event, lostFor) => {
      this.events.push(`${event.type} ${(lostFor / 1_000).toFixed(1)}`)
    }
    return { clock, store, client, onStore }
  }
}

describe('a store that accepts nothing for a while', () => {
  it('gets every result later, sends no request twice, and holds about 500 results meanwhile', async () => {
    const world = new World()
    const run = await world.start()
    const finished = run.finish()
    await world.workThrough(60_000)
    const { succeeded } = (await world.store.find('k'))!
    expect(world.sent.size - succeeded).toBeGreaterThan(500)
    expect(world.sent.size - succeeded).toBeLessThan(550)
    await world.clock.runUntilSettled(finished)
    expect(await world.store.find('k')).toMatchObject({ succeeded: count, failed: 0 })
    expect([world.sent.size, world.api.seen.length]).toEqual([count, count])
    expect(world.events).toEqual(['store.lost 0.0', 'store.back 62.5'])
    expect(world.clock.pending).toBe(0)
  })

  it('does not use up the deadline of calls that wait', async () => {
    const world = new World()
    const run = await world.start({ deadline: '20s' })
    const finished = run.finish()
    await world.workThrough(60_000)
    await world.clock.runUntilSettled(finished)
    expect(await world.store.find('k')).toMatchObject({ succeeded: count, failed: 0 })
  })

  it('ends the run after storeTimeout, says what is missing, and a resume sends only that again', async () => {
    const world = new World()
    const run = await world.start({ storeTimeout: '30s' })
    const finished = expect(run.finish()).rejects.toThrow(
      /^memory: the disk is full; gave up after 30\.0 s \(storeTimeout\); \d+ results are not stored: a resume sends their requests again$/,
    )
    await world.workThrough(30_100)
    await finished
    const { succeeded } = (await world.store.find('k'))!
    const missing = world.sent.size - succeeded
    expect(missing).toBeGreaterThan(500)
    await world.clock.runUntilSettled((await world.resume()).finish())
    expect(await world.store.find('k')).toMatchObject({ succeeded: count })
    expect([world.sent.size, world.api.seen.length]).toEqual([count, count + missing])
    expect(world.clock.pending).toBe(0)
  })

  it('counts as lost when it does not answer at all, and is abandoned after storeTimeout', async () => {
    const world = new World()
    const run = await world.start({ storeTimeout: '30s' })
    const finished = expect(run.finish()).rejects.toThrow('memory: no answer for 5 s; gave up after 30.0 s')
    await world.workThrough(36_000, () => new Promise(() => {}))
    await finished
    expect(world.events).toEqual(['store.lost 0.0'])
    expect(world.clock.pending).toBe(0)
  })

  it.each([
    ['is stopped', 7_100, (run: DurableRun) => run.stop('enough', 2_000)],
    ['is aborted', 100, (_: DurableRun, abort: AbortController) => abort.abort(new Error('at once'))],
  ])('delays the end of a run that %s for %i ms at most', async (_, most, stop) => {
    const world = new World()
    const abort = new AbortController()
    const run = await world.start({ signal: abort.signal })
    const finished = run.finish().catch((error: unknown) => error)
    await world.clock.advance(1_000)
    world.trouble = () => Promise.reject(full)
    await world.clock.advance(10_000)
    stop(run, abort)
    await world.clock.advance(most)
    expect(await finished).toMatchObject({ code: 'SLUICE_STORE_FULL' })
    expect(world.clock.pending).toBe(0)
  })

  it('does not delay the end of a run that is aborted by the release of its claim either', async () => {
    const world = new World()
    const abort = new AbortController()
    const run = await world.start({ signal: abort.signal })
    const finished = run.finish().catch((error: unknown) => error)
    await world.clock.advance(1_000)
    const silent = () => new Promise<never>(() => {})
    world.trouble = silent
    world.store.release = silent
    await world.clock.advance(10_000)
    abort.abort(new Error('at once'))
    await world.clock.advance(100)
    expect(await finished).toMatchObject({ message: expect.stringMatching(/gave up after 4\.9 s; \d+ results/) })
  })

  it('is told of to a loop that is left', async () => {
    const world = new World()
    const run = await world.start({ storeTimeout: '30s' })
    const loop = async (): Promise<void> => {
      for await (const { index } of run) if (index === 100) break
    }
    world.trouble = () => Promise.reject(full)
    const left = expect(loop()).rejects.toMatchObject({ code: 'SLUICE_STORE_FULL' })
    await world.clock.advance(60_000)
    await left
  })
})
