import { describe, expect, it, vi } from 'vitest'
import type { RunStore } from '../../../src/stores/index.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { hideRun, RowSweep } from '../../../src/stores/postgres/removed-rows.ts'
import { newRun, resultOf } from '../stored.ts'
import { Database } from './database.ts'
import { openSql } from './open-sql.ts'

async function fill(store: RunStore, name: string, count: number): Promise<number> {
  const { id } = await store.create(newRun(name))
  for (let first = 0; first < count; first += 1_000) {
    await store.commit(id, { results: Array.from({ length: 1_000 }, (_, at) => resultOf(first + at)), at: 2_000 })
  }
  return id
}

const left = `SELECT ((SELECT count(*) FROM sluice.results) + (SELECT count(*) FROM sluice.runs)
  + (SELECT count(*) FROM sluice.run_counts) + (SELECT count(*) FROM sluice.ending_tallies))::int`

describe('forgetting a large run', () => {
  it('frees its name at once, and lets others have their turn meanwhile', async () => {
    await using database = await Database.open()
    const store = await postgresStore({ url: database.url })
    const large = await fill(store, 'large', 12_000)
    const other = await fill(store, 'other', 1_000)
    const sql = openSql(database.url)
    await hideRun(sql, large)
    await store.create(newRun('large'))
    await expect(store.results(large)).rejects.toMatchObject({ code: 'SLUICE_RUN_UNKNOWN' })
    await store.commit(other, { results: [resultOf(5_000)], at: 3_000 })
    const sweep = new RowSweep(sql)
    while (await sweep.step());
    expect(await store.settled(other, { limit: 10_000 })).toHaveLength(1_001)
    expect(await database.ask('SELECT count(*)::int FROM sluice.results')).toEqual([[1_001]])
    await sql.close()
    await store.close()
  })

  it('is gone on with by the next process when the first was killed in the middle', async () => {
    await using database = await Database.open()
    const filled = await postgresStore({ url: database.url })
    const id = await fill(filled, 'k', 11_000)
    await filled.close()
    const sql = openSql(database.url)
    expect(await hideRun(sql, id)).toBe(true)
    expect(await hideRun(sql, id)).toBe(false)
    expect(await new RowSweep(sql).step()).toBe(true)
    expect(await database.ask('SELECT count(*)::int FROM sluice.results')).toEqual([[6_000]])
    await sql.close()

    const store = await postgresStore({ url: database.url })
    expect(await store.find('k')).toBeUndefined()
    await expect(store.tallies(id)).rejects.toMatchObject({ code: 'SLUICE_RUN_UNKNOWN' })
    await vi.waitFor(async () => expect(await database.ask(left)).toEqual([[0]]), 10_000)
    await store.close()
  })
})
