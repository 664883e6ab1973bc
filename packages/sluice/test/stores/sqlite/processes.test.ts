import { execFile } from 'node:child_process'
import { readdirSync, symlinkSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { isLongForm } from '../../../../../test/long-form.ts'
import type { DriverName } from '../../../src/database/sqlite/driver.ts'
import { loadSqliteDriver } from '../../../src/database/sqlite/drivers.ts'
import { sqliteStore } from '../../../src/stores/sqlite/index.ts'
import { groupSize } from '../child-roles.ts'
import { newRun } from '../stored.ts'
import { expectWholeGroups } from '../whole-groups.ts'
import { Child } from './children/start.ts'
import { TempFolder } from './temp-file.ts'

async function check(path: string, driver?: DriverName): Promise<unknown> {
  const connection = (await loadSqliteDriver('test', driver)).open(path, { busyTimeout: 1_000 })
  const answer = connection.prepare('PRAGMA integrity_check').get()?.integrity_check
  connection.close()
  return answer
}

describe('a process that is killed while it commits', () => {
  it.each<DriverName>(['better-sqlite3', 'node:sqlite'])(
    'leaves whole groups, and all that it was told are kept (%s)',
    async (driver) => {
      using folder = new TempFolder()
      const path = folder.file()
      let acknowledged = 0
      for (const patience of isLongForm ? [0, 15, 40, 90, 200] : [0, 40, 150]) {
        const child = new Child('child.ts', 'commit', path, 'k', 'Infinity', driver)
        await child.spoke()
        await new Promise((resolve) => setTimeout(resolve, patience))
        const { lines } = await child.kill()
        acknowledged = Number(lines.at(-1))

        const store = await sqliteStore({ path, driver })
        await expectWholeGroups(store, 'k', acknowledged)
        await store.close()
        expect(await check(path, driver)).toBe('ok')
      }
      expect(acknowledged).toBeGreaterThan((isLongForm ? 5 : 3) * groupSize)
    },
  )
})

describe('several processes', () => {
  it('work on their runs in one file at the same time', async () => {
    using folder = new TempFolder()
    const path = folder.file()
    const names = ['a', 'b', 'c']
    const children = names.map((name) => new Child('child.ts', 'commit', path, name, '20'))
    for (const { ended } of children) expect(await ended).toMatchObject({ code: 0, errors: '' })

    const store = await sqliteStore({ path })
    for (const name of names) {
      const run = (await store.find(name))!
      expect(run).toMatchObject({ succeeded: 20 * groupSize * 0.9, failed: 20 * groupSize * 0.1 })
      expect(await store.settled(run.id, { limit: 10_000 })).toHaveLength(20 * groupSize)
    }
    await store.close()
    expect(readdirSync(folder.path)).toEqual(['run.db'])
  })

  it('cannot work on the same run; a run is free as soon as who held it is dead', async () => {
    using folder = new TempFolder()
    const path = folder.file()
    const store = await sqliteStore({ path })
    const { id } = await store.create(newRun('k'))
    const holder = new Child('child.ts', 'hold', path, 'k')
    await holder.spoke()

    const busy = {
      code: 'SLUICE_RUN_BUSY',
      message: `sqlite:${path}: the run k is in use by process ${holder.pid}; wait for it or stop it`,
    }
    expect(await store.find('k')).toMatchObject({ claimedBy: holder.pid })
    await expect(store.claim(id)).rejects.toMatchObject(busy)
    await expect(store.remove(id)).rejects.toMatchObject(busy)

    await holder.kill()
    expect(await store.find('k')).toMatchObject({ claimedBy: undefined })
    expect((await store.list())[0]).toMatchObject({ claimedBy: undefined })
    await store.claim(id)
    expect(await store.find('k')).toMatchObject({ claimedBy: process.pid })
    await store.release(id)
    await store.close()
    expect(readdirSync(folder.path)).toEqual(['run.db'])
  })

  it('lock the same, by whatever path they came to the file', async () => {
    using folder = new TempFolder()
    symlinkSync(folder.path, folder.file('link'))
    const store = await sqliteStore({ path: folder.file('link/run.db'), inline: true })
    symlinkSync(folder.file(), folder.file('other.db'))
    const other = await sqliteStore({ path: folder.file('other.db'), inline: true })
    const { id } = await store.create(newRun('k'))
    await store.claim(id)
    await expect(other.claim(id)).rejects.toMatchObject({ code: 'SLUICE_RUN_BUSY' })
    await store.close()
    await other.claim(id)
    await other.close()
  })

  it('are never two at a run, however often it changes hands', async () => {
    using folder = new TempFolder()
    const path = folder.file()
    const store = await sqliteStore({ path })
    await store.create(newRun('k'))
    const children = Array.from({ length: 3 }, () => new Child('child.ts', 'contend', path, 'k', '30'))
    for (const { ended } of children) expect(await ended).toEqual({ code: 0, errors: '', lines: ['30'] })
    expect(await store.find('k')).toMatchObject({ read: 90 })
    await store.close()
    expect(readdirSync(folder.path)).toEqual(['run.db'])
  })

  it('may make the same file at the same moment', async () => {
    using folder = new TempFolder()
    const children = ['a', 'b', 'c'].map((name) => new Child('child.ts', 'commit', folder.file(), name, '1'))
    for (const { ended } of children) expect(await ended).toMatchObject({ code: 0, errors: '' })
    expect(readdirSync(folder.path)).toEqual(['run.db'])
  })
})

describe('an open store', () => {
  it.each([
    ['closed', 'was closed'],
    ['open', 'was left open'],
  ])('does not keep its process alive: it %s', async (how) => {
    using folder = new TempFolder()
    expect(await new Child('child.ts', 'leave', folder.file(), how).ended).toEqual({
      code: 0,
      errors: '',
      lines: ['done'],
    })
    const store = await sqliteStore({ path: folder.file() })
    expect(await store.find('k')).toBeDefined()
    await store.close()
  })

  it('can be opened by a program that has no file', async () => {
    using folder = new TempFolder()
    const door = new URL('../../../src/stores/sqlite/index.ts', import.meta.url).href
    const program = `
      import { sqliteStore } from '${door}'
      const store = await sqliteStore({ path: '${folder.file()}' })
      console.log(await store.list())
      await store.close()`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
    expect(stdout).toBe('[]\n')
  })
})
