import { describe, expect, it } from 'vitest'
import { createClient } from '../client/create-client.ts'
import { MemoryStore } from '../stores/memory/memory-store.ts'
import type { RunWish } from '../stores/run-wish.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { scriptedApi } from '../testing/scripted-api.ts'
import type { Duration } from '../time/duration.ts'
import type { DurableRun } from './durable-run.ts'
import { resumeRun, startRun } from './start-run.ts'

/** Run of items that take 100 ms each, with its applied wishes and the requests it sends. */
class Steered {
  readonly clock = new ManualClock()
  readonly store = new MemoryStore()
  readonly api = scriptedApi(this.clock, () => 200, 100)
  readonly wishes: RunWish[] = []

  async begin(items = 1_000, rate = '10/s', deadline?: Duration): Promise<DurableRun> {
    const source = Array.from({ length: items }, (_, index) => `/${index}`)
    return await startRun({ ...this.#parts(rate), name: 'k', source, deadline })
  }

  async resume(rate = '10/s'): Promise<DurableRun> {
    const source = Array.from({ length: 1_000 }, (_, index) => `/${index}`)
    return await resumeRun({ ...this.#parts(rate), name: 'k', source })
  }

  #parts(rate: string) {
    const client = createClient({
      clock: this.clock,
      transport: this.api.transport,
      baseUrl: 'https://a.test',
      concurrency: 50,
      rate,
    })
    const onSteered = (wish: RunWish): void => {
      this.wishes.push(wish)
    }
    return { clock: this.clock, store: this.store, client, onSteered }
  }

  /** Number of requests that arrive while time passes. */
  async during(milliseconds: number): Promise<number> {
    const before = this.api.seen.length
    await this.clock.advance(milliseconds)
    return this.api.seen.length - before
  }
}

describe('a run that is steered from outside', () => {
  it('sends nothing while it is paused, and continues', async () => {
    const steered = new Steered()
    const run = await steered.begin()
    const finished = run.finish()
    expect(await steered.during(1_000)).toBeGreaterThanOrEqual(9)
    await steered.store.steer(1, { state: 'paused' })
    await steered.clock.advance(1_000)
    expect(run.isPaused).toBe(true)
    expect(await steered.during(60_000)).toBe(0)
    await steered.store.steer(1, { state: 'running' })
    await steered.clock.advance(1_000)
    expect(await steered.during(1_000)).toBeGreaterThanOrEqual(9)
    expect(steered.wishes.map(({ state }) => state)).toEqual(['paused', 'running'])
    run.stop()
    await steered.clock.advance(1_000)
    await finished
    expect(steered.clock.pending).toBe(0)
  })

  it('stops the deadlines of its calls while it is paused', async () => {
    const steered = new Steered()
    const run = await steered.begin(40, '10/s', '3s')
    const finished = run.finish()
    expect(await steered.during(1_000)).toBeGreaterThanOrEqual(9)
    await run.pause()
    await steered.clock.advance(60_000)
    await run.resume()
    await steered.clock.runUntilSettled(finished)
    expect((await steered.store.results(1)).filter(({ ok }) => ok)).toHaveLength(40)
    expect(steered.api.seen).toHaveLength(40)
  })

  it('begins paused after a restart, and is stopped at once while it is', async () => {
    const steered = new Steered()
    await steered.begin().then((run) => run.pause())
    await steered.store.release(1)
    const run = await steered.resume()
    const finished = run.finish()
    expect(await steered.during(5_000)).toBe(0)
    run.stop('enough')
    await steered.clock.advance(100)
    await finished
  })

  it('takes other rates and another concurrency, and keeps them over a restart', async () => {
    const steered = new Steered()
    const run = await steered.begin()
    void run.finish()
    await steered.clock.advance(1_000)
    await run.set({ rate: ['50/s'], concurrency: 40 })
    expect(await steered.during(2_000)).toBeGreaterThanOrEqual(90)
    await steered.store.steer(1, { rate: ['2/s'] })
    await steered.clock.advance(1_000)
    expect(await steered.during(10_000)).toBeLessThanOrEqual(21)
    run.stop()
    await steered.clock.advance(1_000)
    const again = await steered.resume()
    void again.finish()
    expect(await steered.during(5_000)).toBeLessThanOrEqual(11)
    again.stop()
    await steered.clock.advance(1_000)
  })

  it('is left when it is stopped, and a resume continues', async () => {
    const steered = new Steered()
    const run = await steered.begin()
    const finished = run.finish()
    await steered.clock.advance(1_000)
    await steered.store.steer(1, { state: 'stopped' })
    await steered.clock.advance(2_000)
    await finished
    expect(run.stopReason).toBe('the run was stopped from outside')
    const again = await steered.resume()
    void again.finish()
    expect(await steered.during(1_000)).toBeGreaterThanOrEqual(9)
    expect(await steered.store.wish(1)).toEqual({ state: 'running' })
    again.stop()
    await steered.clock.advance(1_000)
  })

  it('refuses a limit that cannot be', async () => {
    const run = await new Steered().begin()
    await expect(run.set({ rate: ['fast'] })).rejects.toThrow('rate')
    await expect(run.set({ concurrency: 0 })).rejects.toThrow('concurrency')
  })
})
