import { describe, expect, it } from 'vitest'
import { groupValues } from '../../../src/stores/postgres/commit-rows.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import type { CommitGroup } from '../../../src/stores/run-store.ts'
import { failureOf, newRun, resultOf } from '../stored.ts'
import { Database } from './database.ts'
import { openSql } from './open-sql.ts'

/** A run, and how groups of it are kept in a shard as a worker does it. */
async function open(database: Database) {
  const store = await postgresStore({ url: database.url })
  const sql = openSql(database.url)
  const { id } = await store.create(newRun('k'))
  let commits = 0
  const keep = (shard: number, group: Omit<CommitGroup, 'at'>, key = `commit ${commits++}`) =>
    sql.query('keep', 'SELECT keep_group($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
      id,
      shard,
      ...groupValues(key, { at: 2_000 + shard, ...group }),
    ])
  return { store, id, keep, close: () => Promise.all([store.close(), sql.close()]) }
}

function failure(index: number, message: string) {
  return failureOf(index, 500, { error: { code: 'SLUICE_SERVER_ERROR', message } })
}

describe('what is counted in shards', () => {
  it('is shown as their sum', async () => {
    await using database = await Database.open()
    const { store, id, keep, close } = await open(database)
    await keep(1, { results: [resultOf(0), failureOf(1, 503)], elapsed: 5 })
    await keep(2, { results: [resultOf(2), failureOf(3, 503), failureOf(4, 404)], elapsed: 7 })
    await store.commit(id, { results: [resultOf(5)], elapsed: 1, at: 2_000 })

    expect(await store.find('k')).toMatchObject({ succeeded: 3, failed: 3, requests: 6, elapsed: 13, updatedAt: 2_002 })
    const { endings, errors, durations } = await store.tallies(id)
    expect([...endings].sort()).toEqual([
      ['200', 3],
      ['404', 1],
      ['503', 2],
    ])
    expect(errors).toEqual([
      { code: 'SLUICE_SERVER_ERROR', message: '503 No', count: 2, example: '1' },
      { code: 'SLUICE_CLIENT_ERROR', message: '404 No', count: 1, example: '4' },
    ])
    expect([...durations.values()]).toEqual([6])
    await close()
  })

  it('counts an item once that two have settled, and a commit once that comes again', async () => {
    await using database = await Database.open()
    const { store, id, keep, close } = await open(database)
    const parked = [{ index: 9, id: '9', until: 9_000, code: 'SLUICE_PAUSED' }]
    await keep(1, { results: [resultOf(0), resultOf(1)], parked, elapsed: 5 }, 'same')
    await keep(1, { results: [resultOf(0), resultOf(1)], parked, elapsed: 5 }, 'same')
    await keep(2, { results: [failureOf(1, 500), resultOf(2), resultOf(9)], parked, elapsed: 1 })
    expect(await store.find('k')).toMatchObject({ succeeded: 4, failed: 0, parked: 0, elapsed: 6 })
    expect((await store.tallies(id)).endings).toEqual(new Map([['200', 4]]))
    await close()
  })

  it('is kept by many at the same time, in whatever order their items come', async () => {
    await using database = await Database.open()
    const { store, id, keep, close } = await open(database)
    const indexes = Array.from({ length: 300 }, (_, index) => index)
    await Promise.all(
      [1, 2, 3, 4].map((shard) =>
        keep(shard, { results: (shard % 2 === 0 ? indexes : indexes.toReversed()).map((index) => resultOf(index)) }),
      ),
    )
    expect(await store.find('k')).toMatchObject({ succeeded: 300, requests: 300 })
    expect(await store.settled(id)).toEqual(indexes)
    await close()
  })

  it('shows no more different messages than one shard would, and the rest together', async () => {
    await using database = await Database.open()
    const { store, id, keep, close } = await open(database)
    const many = (from: number) => Array.from({ length: 150 }, (_, at) => failure(from + at, `request ${from + at}`))
    await keep(1, { results: [...many(0), failure(1_000, 'request 0')] })
    await keep(2, { results: many(150) })
    const { errors } = await store.tallies(id)
    expect(errors).toHaveLength(201)
    expect(errors[0]).toMatchObject({ message: 'other messages', count: 100 })
    expect(errors[1]).toMatchObject({ message: 'request 0', count: 2, example: '0' })
    expect(errors.reduce((sum, { count }) => sum + count, 0)).toBe(301)
    await close()
  })

  it('is taken back from all of them, and counted again when it fails again', async () => {
    await using database = await Database.open()
    const { store, id, keep, close } = await open(database)
    await keep(1, { results: [failure(0, 'a'), failure(1, 'b')] })
    await keep(2, { results: [failure(2, 'a'), failure(3, 'a'), resultOf(4)] })
    expect(await store.requeue(id)).toBe(4)
    expect(await store.find('k')).toMatchObject({ succeeded: 1, failed: 0, parked: 4 })
    expect((await store.tallies(id)).errors).toEqual([])
    expect((await store.tallies(id)).endings).toEqual(new Map([['200', 1]]))

    await keep(2, { results: [failure(3, 'a'), failure(0, 'c'), resultOf(1)] })
    expect(await store.find('k')).toMatchObject({ succeeded: 2, failed: 2, parked: 1 })
    expect((await store.tallies(id)).errors).toEqual([
      { code: 'SLUICE_SERVER_ERROR', message: 'a', count: 1, example: '3' },
      { code: 'SLUICE_SERVER_ERROR', message: 'c', count: 1, example: '0' },
    ])
    await close()
  })
})
