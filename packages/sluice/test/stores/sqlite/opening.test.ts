import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { getuid } from 'node:process'
import { describe, expect, it } from 'vitest'
import { SmallDisk } from '../../../../../test/small-disk.ts'
import type { DriverName } from '../../../src/database/sqlite/driver.ts'
import { driversFor, loadSqliteDriver } from '../../../src/database/sqlite/drivers.ts'
import { sqliteStore } from '../../../src/stores/sqlite/index.ts'
import { newRun } from '../stored.ts'
import { Child } from './children/start.ts'
import { TempFolder } from './temp-file.ts'

async function failureToOpen(path: string, driver?: DriverName): Promise<{ code: string; message: string }> {
  try {
    const store = await sqliteStore({ path, driver, inline: true })
    await store.close()
  } catch (reason) {
    return reason as { code: string; message: string }
  }
  throw new Error('it was opened')
}

async function exec(path: string, sql: string): Promise<void> {
  const connection = (await loadSqliteDriver('test')).open(path, { busyTimeout: 0 })
  connection.exec(sql)
  connection.close()
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

it.each<[unknown, string]>([
  ['runs.db', 'options: expected an object, got text'],
  [{}, 'path: expected the path of a file, got undefined'],
  [{ path: '' }, 'path: expected the path of a file, got ""'],
  [{ path: 'runs.db', pth: 1 }, 'there is no option pth; did you mean "path"?'],
])('refuses the options %j of a store in a file', async (options, message) => {
  await expect(sqliteStore(options as never)).rejects.toThrow(message)
})

describe.each<DriverName>(['better-sqlite3', 'node:sqlite'])('opening a store with %s', (driver) => {
  it('makes the folder of its file', async () => {
    using folder = new TempFolder()
    const path = folder.file('deep/er/run.db')
    const store = await sqliteStore({ path, driver, inline: true })
    await store.close()
    expect(existsSync(path)).toBe(true)
  })

  it('refuses a folder, and a path that leads through a file', async () => {
    using folder = new TempFolder()
    mkdirSync(folder.file())
    expect(await failureToOpen(folder.file(), driver)).toMatchObject({
      code: 'SLUICE_STORE',
      message: `sqlite:${folder.file()}: is a folder; give the path of a file in it`,
    })
    writeFileSync(folder.file('text'), '')
    expect(await failureToOpen(folder.file('text/run.db'), driver)).toMatchObject({ code: 'SLUICE_STORE' })
  })

  it.each([
    ['text', 'id,name\n1,lamp\n'.repeat(1_000)],
    ['the header of a database and nothing after it', 'SQLite format 3\0'],
  ])('refuses %s, and leaves it as it is', async (_, content) => {
    using folder = new TempFolder()
    writeFileSync(folder.file(), content)
    const failure = await failureToOpen(folder.file(), driver)
    expect(failure.code).toBe('SLUICE_STORE_DAMAGED')
    expect(failure.message).toContain(folder.file())
    expect(readFileSync(folder.file(), 'utf8')).toBe(content)
  })

  it('refuses the database of another program, and leaves it as it is', async () => {
    using folder = new TempFolder()
    await exec(folder.file(), 'CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 1')
    const before = hashOf(folder.file())
    expect(await failureToOpen(folder.file(), driver)).toMatchObject({
      code: 'SLUICE_STORE',
      message: `sqlite:${folder.file()}: is a database of another program; choose another file`,
    })
    expect(hashOf(folder.file())).toBe(before)
  })

  it('refuses a file of a newer version, and says which', async () => {
    using folder = new TempFolder()
    await (await sqliteStore({ path: folder.file(), driver, inline: true })).close()
    await exec(folder.file(), 'PRAGMA user_version = 99')
    const failure = await failureToOpen(folder.file(), driver)
    expect(failure.code).toBe('SLUICE_STORE_NEWER')
    expect(failure.message).toMatch(/^sqlite:.*run\.db: .*file version 99, this one knows \d+\); update Sluice/)
  })

  it('takes an empty file', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file(), '')
    const store = await sqliteStore({ path: folder.file(), driver, inline: true })
    expect(await store.list()).toEqual([])
    await store.close()
  })
})

describe('a place that may not be written', () => {
  it.skipIf(getuid?.() === 0)('is refused, the file as well as its folder', async () => {
    using folder = new TempFolder()
    await (await sqliteStore({ path: folder.file(), inline: true })).close()
    chmodSync(folder.file(), 0o444)
    expect((await failureToOpen(folder.file())).code).toBe('SLUICE_STORE_READ_ONLY')
    chmodSync(folder.file(), 0o644)
    chmodSync(folder.path, 0o555)
    try {
      expect((await failureToOpen(folder.file())).code).toBe('SLUICE_STORE_READ_ONLY')
      expect((await failureToOpen(folder.file('new.db'))).code).toBe('SLUICE_STORE_READ_ONLY')
    } finally {
      chmodSync(folder.path, 0o755)
    }
  })

  it('is refused on a disk that is read-only', async ({ skip }) => {
    using disk = SmallDisk.tryMake(4) ?? skip('no disk can be mounted here')
    const path = `${disk.path}/run.db`
    const store = await sqliteStore({ path, inline: true })
    await store.create(newRun('k'))
    await store.close()

    disk.remount('ro')
    expect(await failureToOpen(path)).toMatchObject({
      code: 'SLUICE_STORE_READ_ONLY',
      message: `sqlite:${path}: the file or its folder is read-only; change its permissions, or choose another path`,
    })
    expect((await failureToOpen(`${disk.path}/folder/new.db`)).code).toBe('SLUICE_STORE_READ_ONLY')
    disk.remount('rw')
    const again = await sqliteStore({ path, inline: true })
    expect(await again.list()).toHaveLength(1)
    await again.close()
  })
})

describe('the drivers', () => {
  it.each([
    ["better-sqlite3 where Node's SQLite has a known fault", 'old', 'better-sqlite3'],
    ["Node's SQLite where better-sqlite3 is missing, without its warning", 'old missing', 'node:sqlite'],
    ["Node's SQLite where it is sound", 'new', 'node:sqlite'],
  ])('are loaded when a store is opened: %s', async (_, state, expected) => {
    using folder = new TempFolder()
    const { lines, errors } = await new Child('load.ts', folder.file(), state).ended
    expect(errors).toBe('')
    expect(JSON.parse(lines[0]!)).toEqual({ before: [], after: [expected], emitted: [] })
  })

  it.each([
    [undefined, 'better-sqlite3'],
    ['3.50.4', 'better-sqlite3'],
    ['3.51.2', 'better-sqlite3'],
    ['3.51.3', 'node:sqlite'],
    ['3.53.0', 'node:sqlite'],
    ['4.0.0', 'node:sqlite'],
  ])('with SQLite %s in the runtime: %s comes first', (version, first) => {
    expect(driversFor(version)[0]).toBe(first)
  })

  it('are named when the wanted one cannot be loaded', async () => {
    using folder = new TempFolder()
    const { lines } = await new Child('load.ts', folder.file(), 'new missing', 'better-sqlite3').ended
    expect(JSON.parse(lines[0]!).failure).toBe(
      `StoreError: sqlite:${folder.file()}: better-sqlite3 cannot be loaded here; npm install better-sqlite3@13.2.0, or use Node 22.19 or newer`,
    )
  })
})
