import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { isFinished } from '../../../src/stores/stored-run.ts'
import { groupSize } from '../child-roles.ts'
import { newRun, resultOf } from '../stored.ts'
import { expectWholeGroups } from '../whole-groups.ts'
import { Child } from './children/start.ts'
import { cutConnections, Database } from './database.ts'

const underWay = `SELECT count(*)::int FROM pg_stat_activity
  WHERE application_name = 'sluice' AND datname = current_database() AND state = 'active'`

describe('a process that is killed while it commits', () => {
  it('leaves whole groups, and all that were confirmed', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    let acknowledged = 0
    for (const patience of [0, 20, 60, 150]) {
      const child = new Child('child.ts', 'commit', database.url, 'k', 'Infinity')
      await child.spoke()
      await new Promise((resolve) => setTimeout(resolve, patience))
      const { lines } = await child.kill()
      acknowledged = Number(lines.at(-1))

      await vi.waitFor(async () => expect(await store.find('k')).toMatchObject({ claimedBy: undefined }))
      // The server finishes what it was told to do, though nobody waits for the answer any more.
      await vi.waitFor(async () => expect(await database.ask(underWay)).toEqual([[0]]))
      await expectWholeGroups(store, 'k', acknowledged)
    }
    expect(acknowledged).toBeGreaterThan(4 * groupSize)
    await store.close()
  })
})

describe('a run over a real API', () => {
  it('has one result for each item, however often its process is killed and its connections are cut', async () => {
    await using database = await Database.open()
    const count = 600
    const server = createServer((request, response) => {
      setTimeout(() => response.end(request.url), 5)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const api = `http://127.0.0.1:${(server.address() as { port: number }).port}`
    const work = () => new Child('child.ts', 'work', database.url, api, String(count))

    for (const patience of [0, 50, 100]) {
      const child = work()
      await child.spoke()
      await new Promise((resolve) => setTimeout(resolve, patience))
      await child.kill()
    }
    const last = work()
    await last.spoke()
    for (let cut = 0; cut < 3; cut++) {
      await cutConnections(database.url)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    expect(await last.ended).toEqual({ code: 0, errors: '', lines: ['begun', 'finished'] })

    const store = await postgresStore({ url: database.url })
    const run = (await store.find('k'))!
    expect(run).toMatchObject({ succeeded: count, failed: 0, parked: 0, read: count, claimedBy: undefined })
    expect(isFinished(run)).toBe(true)
    const results = await store.results(run.id)
    expect(results.map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, index) => index))
    expect(results.every(({ index, body }) => Buffer.from(body!).toString() === `/${index}`)).toBe(true)
    expect((await store.tallies(run.id)).endings).toEqual(new Map([['200', count]]))
    await store.close()
    server.close()
  })
})

describe('several processes', () => {
  it('make the same schema at the same moment, and work on their runs', async () => {
    await using database = await Database.open()
    const names = ['a', 'b', 'c', 'd']
    const children = names.map((name) => new Child('child.ts', 'commit', database.url, name, '10'))
    for (const { ended } of children) expect(await ended).toMatchObject({ code: 0, errors: '' })
    const store = await postgresStore({ url: database.url })
    for (const name of names) {
      expect(await store.find(name)).toMatchObject({ succeeded: 10 * groupSize * 0.9, failed: 10 * groupSize * 0.1 })
    }
    await store.close()
  })

  it('cannot work on the same run; a run is free as soon as who held it is dead', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const { id } = await store.create(newRun('k'))
    const holder = new Child('child.ts', 'hold', database.url, 'k')
    await holder.spoke()

    const busy = {
      code: 'SLUICE_RUN_BUSY',
      message: `${store.name}: the run k is in use by process ${holder.pid}; wait for it or stop it`,
    }
    expect(await store.find('k')).toMatchObject({ claimedBy: holder.pid })
    await expect(store.claim(id)).rejects.toMatchObject(busy)
    await expect(store.remove(id)).rejects.toMatchObject(busy)

    await holder.kill()
    await vi.waitFor(async () => expect(await store.find('k')).toMatchObject({ claimedBy: undefined }))
    expect((await store.list())[0]).toMatchObject({ claimedBy: undefined })
    await store.claim(id)
    expect(await store.find('k')).toMatchObject({ claimedBy: process.pid })
    await store.close()
  })

  it('are never two at a run, however often it changes hands', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    await store.create(newRun('k'))
    const children = Array.from({ length: 3 }, () => new Child('child.ts', 'contend', database.url, 'k', '20'))
    for (const { ended } of children) expect(await ended).toEqual({ code: 0, errors: '', lines: ['20'] })
    expect(await store.find('k')).toMatchObject({ read: 60 })
    await store.close()
  })

  it('have runs of the same numbers in schemas of their own', async () => {
    await using database = await Database.open()
    const [first, second] = await Promise.all(
      ['one', 'Zwei "x"'].map((schema) => postgresStore({ url: database.url, schema })),
    )
    const { id } = await first!.create(newRun('k'))
    expect(await second!.create(newRun('k'))).toMatchObject({ id })
    await first!.claim(id)
    await second!.claim(id)
    await first!.commit(id, { results: [resultOf(0)], at: 2_000 })
    expect(await second!.settled(id)).toEqual([])
    await Promise.all([first!.close(), second!.close()])
  })
})

describe('an open store', () => {
  it.each([
    ['closed', 'was closed'],
    ['open', 'was left open'],
  ])('does not keep its process alive: it %s', async (how) => {
    await using database = await Database.open()
    expect(await new Child('child.ts', 'leave', database.url, how).ended).toEqual({
      code: 0,
      errors: '',
      lines: ['done'],
    })
    const store = await postgresStore({ url: database.url })
    expect(await store.find('k')).toBeDefined()
    await store.close()
  })

  it('releases every connection when it is closed, and answers what was asked before', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const { id } = await store.create(newRun('k'))
    await store.claim(id)
    const asked = store.list()
    await store.close()
    await store.close()
    expect(await asked).toHaveLength(1)
    await expect(store.list()).rejects.toMatchObject({
      code: 'SLUICE_STORE',
      message: `${store.name}: is closed; open it again`,
    })
    await vi.waitFor(async () => {
      expect(
        await database.ask(
          "SELECT pid FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database()",
        ),
      ).toEqual([])
    })
  })
})
