import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { startPostgres } from '../../../../../test/postgres/index.ts'
import { createClient } from '../../../src/index.ts'
import { startRun } from '../../../src/runs/index.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { newRun, resultOf } from '../stored.ts'
import { CuttingProxy } from './cutting-proxy.ts'
import { ask, cutConnections, Database } from './database.ts'

describe('a lost connection', () => {
  it('in the middle of a commit loses nothing, and counts nothing twice', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const { id } = await store.create(newRun('k'))
    await store.claim(id)
    let isDone = false
    let commits = 0
    const cutting = (async () => {
      let cut = 0
      while (!isDone) {
        cut += await cutConnections(database.url)
        // A slow machine needs longer for a commit than the time between two cuts.
        const before = commits
        do await pause(40)
        while (!isDone && commits === before)
      }
      return cut
    })()
    for (let index = 0; index < 120; index++) {
      const sends = [{ quota: 'a', at: index, weight: 1, until: 1e12 }]
      await store.commit(id, { results: [resultOf(index)], sends, elapsed: 1, at: 2_000 })
      commits++
    }
    isDone = true
    expect(await cutting).toBeGreaterThan(2)

    expect(await store.find('k')).toMatchObject({ succeeded: 120, requests: 120, elapsed: 120 })
    expect((await store.tallies(id)).endings).toEqual(new Map([['200', 120]]))
    expect((await store.quotaSends(0)).map(({ weight }) => weight)).toEqual(Array.from({ length: 120 }, () => 1))
    await store.close()
  })

  it('while a run is made does not make it twice, nor say that its name is taken', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    let isDone = false
    const cutting = (async () => {
      while (!isDone) {
        await cutConnections(database.url)
        await pause(40)
      }
    })()
    for (let number = 0; number < 20; number++) await store.create(newRun(`run ${number}`))
    isDone = true
    await cutting
    expect(await store.list()).toHaveLength(20)
    await store.close()
  })

  it('keeps a run for the process that claimed it', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const other = await postgresStore({ url: database.url })
    const { id } = await store.create(newRun('k'))
    await store.claim(id)
    await cutConnections(database.url)
    await vi.waitFor(async () => expect(await other.find('k')).toMatchObject({ claimedBy: process.pid }), 5_000)
    await expect(other.claim(id)).rejects.toMatchObject({ code: 'SLUICE_RUN_BUSY' })
    await store.commit(id, { results: [resultOf(0)], at: 2_000 })
    await store.release(id)
    await other.claim(id)
    await store.close()
    await other.close()
  })

  it('during which another process claimed the run: the first one stores nothing more', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const { id } = await store.create(newRun('k'))
    await store.claim(id)
    // As if another process had claimed it, and were gone again.
    await database.ask('UPDATE sluice.runs SET claim_epoch = claim_epoch + 1')
    const busy = { code: 'SLUICE_RUN_BUSY', message: expect.stringContaining('the run k is in use by') }
    await expect(store.commit(id, { results: [resultOf(0)], at: 2_000 })).rejects.toMatchObject(busy)
    await expect(store.requeue(id)).rejects.toMatchObject(busy)
    expect(await store.settled(id)).toEqual([])

    await cutConnections(database.url)
    await vi.waitFor(async () => expect(await store.find('k')).toMatchObject({ claimedBy: undefined }), 5_000)
    await expect(store.commit(id, { results: [resultOf(0)], at: 2_000 })).rejects.toMatchObject(busy)
    await store.release(id)
    await store.claim(id)
    await store.commit(id, { results: [resultOf(0)], at: 2_000 })
    await store.close()
  })
})

describe('a network that fails', () => {
  it('after a commit was done, and before it was confirmed: it is not counted twice', async () => {
    await using database = await Database.open()
    await using network = await CuttingProxy.before(database.url)
    const store = await postgresStore({ url: network.url })
    const { id } = await store.create(newRun('k'))
    const sends = [{ quota: 'a', at: 1, weight: 1, until: 9_000 }]
    network.loseNextAnswer()
    await store.commit(id, { results: [resultOf(0)], sends, elapsed: 5, at: 2_000 })
    expect(await store.find('k')).toMatchObject({ succeeded: 1, requests: 1, elapsed: 5 })
    expect(await store.quotaSends(0)).toEqual(sends)
    network.loseNextAnswer()
    expect(await store.create(newRun('other'))).toMatchObject({ name: 'other' })
    await store.close()
  })

  it('unnoticed by the server: the process that had claimed a run has it again at once', async () => {
    await using database = await Database.open()
    await using network = await CuttingProxy.before(database.url)
    const store = await postgresStore({ url: network.url })
    const { id } = await store.create(newRun('k'))
    await store.claim(id)
    const session = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
    const [before] = await database.ask(session)
    network.cutUnheard()
    await vi.waitFor(async () => {
      const [now] = await database.ask(session)
      expect(now).toBeDefined()
      expect(now).not.toEqual(before)
    }, 5_000)
    await store.commit(id, { results: [resultOf(0)], at: 2_000 })
    expect(await store.find('k')).toMatchObject({ claimedBy: process.pid, succeeded: 1 })
    await store.close()
  })
})

describe('a server that is restarted while a run is going on', () => {
  it('costs the run nothing but time', async () => {
    const postgres = await startPostgres()
    const count = 400
    const api = createServer((request, response) => {
      setTimeout(() => response.end(request.url), 5)
    }).listen(0, '127.0.0.1')
    await once(api, 'listening')
    const store = await postgresStore({ url: postgres.url })
    const client = createClient({
      baseUrl: `http://127.0.0.1:${(api.address() as { port: number }).port}`,
      concurrency: 10,
    })
    const source = Array.from({ length: count }, (_, index) => `/${index}`)
    const run = await startRun({ store, client, name: 'k', source })
    const finished = run.finish()
    for (const _ of [1, 2]) {
      await pause(60)
      await postgres.restart()
    }
    await finished
    await client.close()
    api.close()

    expect(await store.find('k')).toMatchObject({ succeeded: count, failed: 0, read: count, hasEnded: true })
    expect(await ask(postgres.url, 'SELECT count(*)::int, count(DISTINCT idx)::int FROM sluice.results')).toEqual([
      [count, count],
    ])
    await store.close()
    await postgres.stop()
  })
})

describe('a server that does not recover', () => {
  it('is waited for as long as was said, and then named with what to do', async () => {
    const postgres = await startPostgres()
    const store = await postgresStore({ url: postgres.url, reconnectTimeout: 300 })
    const { id } = await store.create(newRun('k'))
    await store.claim(id)
    await postgres.stop()
    const started = performance.now()
    await expect(store.commit(id, { results: [resultOf(0)], at: 2_000 })).rejects.toMatchObject({
      code: 'SLUICE_STORE',
      message: `${store.name}: no server listens there; start PostgreSQL, or correct host and port (connect ECONNREFUSED 127.0.0.1:${new URL(postgres.url).port})`,
    })
    expect(performance.now() - started).toBeGreaterThan(290)
    await store.close()
  })

  it('is not awaited by a store that is being closed', async () => {
    const postgres = await startPostgres()
    const store = await postgresStore({ url: postgres.url })
    await postgres.stop()
    const asked = store.list()
    const refused = expect(asked).rejects.toMatchObject({ code: 'SLUICE_STORE' })
    await store.close()
    await refused
  })
})
