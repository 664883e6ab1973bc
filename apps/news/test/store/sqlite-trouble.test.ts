import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { getuid } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { type OpenedSqlite, openSqlite } from 'sluice/internal'
import { describe, expect, it } from 'vitest'
import { SmallDisk } from '../../../../test/small-disk.ts'
import { newsSchema } from '../../src/store/sqlite/schema.ts'
import { sqliteNewsStore } from '../../src/store/sqlite/sqlite-news-store.ts'
import { article, articles, noon } from './articles.ts'
import { TempFolder } from './temp-folder.ts'

describe('a full disk', () => {
  it('rejects a group as a whole, loses nothing, and stores it once there is room', async ({ skip }) => {
    using disk = SmallDisk.tryMake(6) ?? skip('no disk can be mounted here')
    const path = `${disk.path}/news.db`
    const store = await sqliteNewsStore(path)
    writeFileSync(`${disk.path}/ballast`, new Uint8Array(2_000_000))
    const summary = 'x'.repeat(2_000)
    let kept = 0
    const reason = await (async () => {
      for (;;) {
        await store.add(articles(kept, kept + 50, { summary }), noon)
        kept += 50
      }
    })().catch((thrown: unknown) => thrown)

    expect(reason).toMatchObject({
      code: 'SLUICE_STORE_FULL',
      message: `sqlite:${path}: the disk is full; free disk space and resume: committed data is safe`,
    })
    expect(await store.count()).toEqual({ stories: kept, unread: kept })
    rmSync(`${disk.path}/ballast`)
    expect(await store.add(articles(kept, kept + 50, { summary }), noon)).toMatchObject({ articles: 50 })
    await store.close()
    const again = await sqliteNewsStore(path)
    expect((await again.count()).stories).toBe(kept + 50)
    await again.close()
  })
})

describe('a read-only place', () => {
  const says = (path: string) => ({
    code: 'SLUICE_STORE_READ_ONLY',
    message: `sqlite:${path}: the file or its folder is read-only; change its permissions, or choose another path`,
  })

  it('is refused when the disk is read-only', async ({ skip }) => {
    using disk = SmallDisk.tryMake(4) ?? skip('no disk can be mounted here')
    const path = `${disk.path}/news.db`
    const store = await sqliteNewsStore(path)
    await store.add([article(1)], noon)
    await store.close()
    disk.remount('ro')
    await expect(sqliteNewsStore(path)).rejects.toMatchObject(says(path))
    await expect(sqliteNewsStore(`${disk.path}/a/b.db`)).rejects.toMatchObject(says(`${disk.path}/a/b.db`))
    disk.remount('rw')
    const again = await sqliteNewsStore(path)
    expect(await again.count()).toMatchObject({ stories: 1 })
    await again.close()
  })

  it.skipIf(getuid?.() === 0)('is refused when the file is read-only', async () => {
    using folder = new TempFolder()
    await (await sqliteNewsStore(folder.file())).close()
    chmodSync(folder.file(), 0o444)
    await expect(sqliteNewsStore(folder.file())).rejects.toMatchObject(says(folder.file()))
  })

  it('is reported when SQLite finds out only later', async () => {
    using folder = new TempFolder()
    const opened = await openStore(folder)
    const database = new DatabaseSync(folder.file(), { readOnly: true })
    expect(thrownBy(() => opened.explained(() => database.exec('CREATE TABLE a (b)')))).toMatchObject(
      says(folder.file()),
    )
    database.close()
    opened.database.close()
  })
})

describe('a file that another process keeps locked', () => {
  it('is waited for, and then the error says what to do', async () => {
    using folder = new TempFolder()
    const store = await sqliteNewsStore(folder.file(), { busyTimeout: 20 })
    const other = new DatabaseSync(folder.file())
    other.exec('BEGIN IMMEDIATE')
    await expect(store.add([article(1)], noon)).rejects.toMatchObject({
      code: 'SLUICE_STORE',
      message: `sqlite:${folder.file()}: another process held a lock on it for too long; try again, or find the process that has it open`,
    })
    expect(await store.count()).toEqual({ stories: 0, unread: 0 })
    other.exec('ROLLBACK')
    other.close()
    expect(await store.add([article(1)], noon)).toMatchObject({ articles: 1 })
    await store.close()
  })
})

describe('an error that is not from SQLite', () => {
  it('stays what it is', async () => {
    using folder = new TempFolder()
    const { database, explained } = await openStore(folder)
    const bug = new TypeError('x')
    const throwBug = () => {
      throw bug
    }
    expect(thrownBy(() => explained(throwBug))).toBe(bug)
    database.close()
  })
})

function openStore(folder: TempFolder): Promise<OpenedSqlite> {
  const path = folder.file()
  return openSqlite({ store: `sqlite:${path}`, path, schema: newsSchema, busyTimeout: 20, driver: 'node:sqlite' })
}

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (reason) {
    return reason
  }
}
