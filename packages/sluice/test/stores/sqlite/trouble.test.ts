import { closeSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SmallDisk } from '../../../../../test/small-disk.ts'
import type { DriverName } from '../../../src/database/sqlite/driver.ts'
import { loadSqliteDriver } from '../../../src/database/sqlite/drivers.ts'
import { openDatabase } from '../../../src/database/sqlite/open-sqlite.ts'
import { asStoreError } from '../../../src/database/sqlite/sqlite-errors.ts'
import type { RunStore } from '../../../src/stores/index.ts'
import { sqliteStore } from '../../../src/stores/sqlite/index.ts'
import { runsSchema } from '../../../src/stores/sqlite/schema.ts'
import { SqliteFile } from '../../../src/stores/sqlite/sqlite-file.ts'
import { ThreadCalls } from '../../../src/stores/sqlite/thread-calls.ts'
import { newRun, resultOf } from '../stored.ts'
import { TempFolder } from './temp-file.ts'

const drivers: readonly DriverName[] = ['better-sqlite3', 'node:sqlite']

/** Random, so that it cannot be compressed. */
function group(first: number, count = 50) {
  const results = Array.from({ length: count }, (_, at) =>
    resultOf(first + at, { body: crypto.getRandomValues(new Uint8Array(2_000)) }),
  )
  return { results, at: 2_000 }
}

/** Commits groups until one is refused. Returns how many results were taken, and why no more. */
async function commitUntilRefused(store: RunStore, id: number, from: number) {
  for (let next = from; ; next += 50) {
    try {
      await store.commit(id, group(next))
    } catch (reason) {
      return { kept: next, reason: reason as { code: string; message: string } }
    }
  }
}

describe.each(drivers)('a full disk, with %s', (driver) => {
  it('refuses a group as a whole, loses nothing, and continues when there is room', async ({ skip }) => {
    using disk = SmallDisk.tryMake(6) ?? skip('no disk can be mounted here')
    const path = `${disk.path}/run.db`
    const store = await sqliteStore({ path, driver })
    const { id } = await store.create(newRun('k'))
    await store.claim(id)
    const ballast = `${disk.path}/ballast`
    writeFileSync(ballast, new Uint8Array(2_000_000))

    const { kept, reason } = await commitUntilRefused(store, id, 0)
    expect(reason).toMatchObject({
      code: 'SLUICE_STORE_FULL',
      message: `sqlite:${path}: the disk is full; free disk space and resume: committed data is safe`,
    })
    expect(await store.find('k')).toMatchObject({ succeeded: kept })
    expect(await store.settled(id, { limit: 10_000 })).toHaveLength(kept)

    rmSync(ballast)
    await store.commit(id, group(kept))
    const second = await commitUntilRefused(store, id, kept + 50)
    expect(second.reason.code).toBe('SLUICE_STORE_FULL')
    // Closing does not need the room that is not there.
    await store.close()

    const again = await sqliteStore({ path, driver })
    expect(await again.find('k')).toMatchObject({ succeeded: second.kept, claimedBy: undefined })
    expect(await again.results(id, { after: kept - 1, limit: 1 })).toMatchObject([{ index: kept }])
    await again.close()
  })

  it('is what it looks like when the database may not grow', async () => {
    using folder = new TempFolder()
    const loaded = await loadSqliteDriver('test', driver)
    const database = openDatabase(loaded, { store: 'test', path: folder.file(), busyTimeout: 0, schema: runsSchema })
    const file = new SqliteFile('test', database, loaded, folder.file())
    const { id } = file.create(newRun('k'))
    database.exec('PRAGMA max_page_count = 100')
    let reason: unknown
    for (let next = 0; reason === undefined && next < 10_000; next += 50) {
      try {
        file.commit(id, group(next))
      } catch (error) {
        reason = asStoreError(error, loaded, 'test')
      }
    }
    expect(reason).toMatchObject({ code: 'SLUICE_STORE_FULL' })
    const { succeeded } = file.find('k')!
    expect(file.settled(id)).toHaveLength(succeeded)
    database.exec('PRAGMA max_page_count = 1000')
    file.commit(id, group(succeeded))
    expect(file.find('k')).toMatchObject({ succeeded: succeeded + 50 })
    file.close()
  })
})

describe.each(drivers)('a damaged file, with %s', (driver) => {
  it('is said to be damaged when its pages are read', async () => {
    using folder = new TempFolder()
    const path = folder.file()
    const store = await sqliteStore({ path, driver })
    const { id } = await store.create(newRun('k'))
    for (let next = 0; next < 500; next += 50) await store.commit(id, group(next))
    await store.close()

    const file = openSync(path, 'r+')
    const middle = Math.floor(statSync(path).size / 2)
    writeSync(file, new Uint8Array(40_000).fill(0xa5), 0, 40_000, middle)
    closeSync(file)

    const again = await sqliteStore({ path, driver })
    await expect(again.results(id)).rejects.toMatchObject({
      code: 'SLUICE_STORE_DAMAGED',
      message: expect.stringMatching(/^sqlite:.*run\.db: is not a database, or is damaged \(.*\); restore a backup/),
    })
    await again.close()
  })

  it('is said to be damaged when a text in it is not what was written', async () => {
    using folder = new TempFolder()
    const store = await sqliteStore({ path: folder.file(), driver, inline: true })
    const { id } = await store.create(newRun('k'))
    await store.commit(id, { results: [resultOf(0), resultOf(1, { body: new Uint8Array(5_000) })], at: 2_000 })
    const connection = (await loadSqliteDriver('test', driver)).open(folder.file(), { busyTimeout: 0 })
    connection.exec(`UPDATE results SET timing = '[1,' WHERE idx = 0; UPDATE results SET body = x'00' WHERE idx = 1`)
    connection.close()
    await expect(store.results(id)).rejects.toMatchObject({ code: 'SLUICE_STORE_DAMAGED' })
    await expect(store.results(id, { after: 0 })).rejects.toMatchObject({ code: 'SLUICE_STORE_DAMAGED' })
    await store.close()
  })

  it('keeps nothing of a group that cannot be written down', async () => {
    using folder = new TempFolder()
    const store = await sqliteStore({ path: folder.file(), driver })
    const { id } = await store.create(newRun('k'))
    const circle: { self?: unknown } = {}
    circle.self = circle
    const results = [resultOf(0), resultOf(1, { meta: circle })]
    await expect(store.commit(id, { results, at: 2_000 })).rejects.toThrow('circular')
    expect(await store.find('k')).toMatchObject({ succeeded: 0 })
    expect(await store.settled(id)).toEqual([])
    await store.close()
  })
})

describe('another process that writes', () => {
  it.each(drivers)('is waited for, but not forever, with %s', async (driver) => {
    using folder = new TempFolder()
    const path = folder.file()
    const store = await sqliteStore({ path, driver, busyTimeout: 50 })
    const { id } = await store.create(newRun('k'))
    const other = (await loadSqliteDriver('test', driver)).open(path, { busyTimeout: 0 })
    other.exec('BEGIN IMMEDIATE')
    await expect(store.commit(id, group(0))).rejects.toMatchObject({
      code: 'SLUICE_STORE',
      message: `sqlite:${path}: another process held a lock on it for too long; try again, or find the process that has it open`,
    })
    expect(await store.find('k')).toMatchObject({ succeeded: 0 })
    other.exec('COMMIT')
    await store.commit(id, group(0))
    other.close()
    await store.close()
  })
})

describe('the thread of a store', () => {
  it('fails all waiting and later calls with a clear error when it dies', async () => {
    using folder = new TempFolder()
    const options = { store: 'sqlite:run.db', path: folder.file(), busyTimeout: 0, driver: undefined }
    const calls = await ThreadCalls.open(options, new URL('./children/dying-thread.ts', import.meta.url))
    const waiting = [calls.call('list'), calls.call('find', 'k')]
    const died = {
      code: 'SLUICE_STORE',
      message: 'sqlite:run.db: its worker thread has ended (it ended); open it again: committed data is safe',
    }
    for (const call of waiting) await expect(call).rejects.toMatchObject(died)
    await expect(calls.call('list')).rejects.toMatchObject(died)
    await calls.close()
  })

  it('answers what was asked before it is closed, and nothing after', async () => {
    using folder = new TempFolder()
    const store = await sqliteStore({ path: folder.file() })
    const asked = store.create(newRun('k'))
    const closed = store.close()
    expect((await asked).name).toBe('k')
    await closed
    await store.close()
    await expect(store.list()).rejects.toMatchObject({ code: 'SLUICE_STORE' })
  })
})

it.each(drivers)('a file that is removed while it is open is told of by the next commit, with %s', async (driver) => {
  using folder = new TempFolder()
  const path = folder.file()
  const store = await sqliteStore({ path, driver })
  const { id } = await store.create(newRun('k'))
  await store.commit(id, group(0))
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
  await expect(store.commit(id, group(50))).rejects.toMatchObject({
    code: 'SLUICE_STORE',
    message: `sqlite:${path}: the file was removed or replaced while it was in use; restore it, or start the run again`,
    mayPass: false,
  })
  await store.close()
})
