import { describe, expect, it } from 'vitest'
import { createClient } from '../client/create-client.ts'
import { MemoryStore } from '../stores/memory/memory-store.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { scriptedApi } from '../testing/scripted-api.ts'
import { resumeRun, startRun } from './start-run.ts'
import { spentOf } from './stored-costs.ts'

describe('the budget of a stored run', () => {
  const source = Array.from({ length: 100 }, (_, index) => ({ url: `https://a.test/${index}`, cost: { tokens: 10 } }))

  function world() {
    const clock = new ManualClock()
    const api = scriptedApi(clock, () => 200, 100)
    const client = () => createClient({ clock, transport: api.transport, concurrency: 4, random: () => 0.5 })
    return { clock, api, client, store: new MemoryStore() }
  }

  it('stops it, is reported with what is left, and continues where it was when it is raised', async () => {
    const { clock, api, client, store } = world()
    const first = await startRun({ store, client: client(), clock, source, name: 'r', budget: { tokens: 305 } })
    await clock.runUntilSettled(first.finish())
    expect(api.seen).toHaveLength(30)
    expect(first.progress).toMatchObject({ spent: { tokens: 300 }, budgetLeft: { tokens: 5 } })
    expect(await spentOf(store, first.stored.id)).toEqual({ tokens: 300 })

    const same = await resumeRun({ store, client: client(), clock, source, budget: { tokens: 305 } })
    await clock.runUntilSettled(same.finish())
    expect(api.seen).toHaveLength(30)

    const more = await resumeRun({ store, client: client(), clock, source, budget: { tokens: 2_000 } })
    await clock.runUntilSettled(more.finish())
    expect(api.seen).toHaveLength(100)
    expect(more.progress.spent).toEqual({ tokens: 1_000 })
    expect((await store.find('r'))?.succeeded).toBe(100)
  })

  it('is not forgotten by a kill', async () => {
    const { clock, api, client, store } = world()
    const killed = await startRun({ store, client: client(), clock, source, name: 'r', budget: { tokens: 500 } })
    killed.finish().catch(() => {})
    await clock.advance(450)
    await store.release(killed.stored.id)
    const before = api.seen.length
    killed.stop('killed', 0)
    const rest = await resumeRun({ store, client: client(), clock, source, budget: { tokens: 500 } })
    await clock.runUntilSettled(rest.finish())
    // Calls in flight at the kill have no known cost.
    expect(api.seen.length).toBeLessThanOrEqual(50 + 4)
    expect(before).toBeGreaterThan(10)
  })
})
