import { statSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { loadSqliteDriver } from '../../../src/database/sqlite/drivers.ts'
import { openDatabase } from '../../../src/database/sqlite/open-sqlite.ts'
import type { RunStore } from '../../../src/stores/index.ts'
import { sqliteStore } from '../../../src/stores/sqlite/index.ts'
import { runsSchema } from '../../../src/stores/sqlite/schema.ts'
import { SqliteFile } from '../../../src/stores/sqlite/sqlite-file.ts'
import { newRun, resultOf } from '../stored.ts'
import { TempFolder } from './temp-file.ts'

async function fill(store: RunStore, name: string, count: number): Promise<number> {
  const { id } = await store.create(newRun(name))
  for (let first = 0; first < count; first += 1_000) {
    const body = new Uint8Array(1_000).fill(7)
    const results = Array.from({ length: 1_000 }, (_, at) => resultOf(first + at, { body }))
    await store.commit(id, { results, at: 2_000 })
  }
  return id
}

describe('forgetting a large run', () => {
  it('gives its room back to the disk, and lets others have their turn meanwhile', async () => {
    using folder = new TempFolder()
    const path = folder.file()
    const store = await sqliteStore({ path })
    const large = await fill(store, 'large', 20_000)
    const other = await fill(store, 'other', 1_000)
    await store.close()
    const before = statSync(path).size

    const again = await sqliteStore({ path })
    let isRemoved = false
    const removing = again.remove(large).then(() => {
      isRemoved = true
    })
    // Its name is free at once, although most of it is still there.
    await again.create(newRun('large'))
    await again.commit(other, { results: [resultOf(5_000)], at: 3_000 })
    expect(isRemoved).toBe(false)
    await removing
    expect((await again.list()).map(({ name }) => name)).toEqual(['large', 'other'])
    expect(await again.settled(other, { limit: 10_000 })).toHaveLength(1_001)
    expect(statSync(`${path}-wal`).size).toBeLessThan(20_000_000)
    await again.close()
    expect(statSync(path).size).toBeLessThan(before / 8)
  })

  it('is gone on with by the next process when the first was killed in the middle', async () => {
    using folder = new TempFolder()
    const path = folder.file()
    const filled = await sqliteStore({ path, inline: true })
    const id = await fill(filled, 'k', 3_000)
    await filled.close()
    const driver = await loadSqliteDriver('test')
    const database = openDatabase(driver, { store: 'test', path, busyTimeout: 0, schema: runsSchema })
    const file = new SqliteFile('test', database, driver, path)
    file.hide(id)
    expect(file.sweep()).toBe(true)
    expect(database.number('SELECT count(*) FROM results')).toBe(2_000)
    file.close()

    const store = await sqliteStore({ path })
    expect(await store.find('k')).toBeUndefined()
    await expect(store.results(id)).rejects.toMatchObject({ code: 'SLUICE_RUN_UNKNOWN' })
    const looking = driver.open(path, { busyTimeout: 1_000, isReadOnly: true })
    const left = looking.prepare('SELECT (SELECT count(*) FROM results) + (SELECT count(*) FROM runs) AS left')
    await vi.waitFor(() => expect(left.get()).toEqual({ left: 0 }), 10_000)
    looking.close()
    await store.close()
  })
})
