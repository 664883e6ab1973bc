import { describe, expect, it } from 'vitest'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { newRun, resultOf } from '../stored.ts'
import { CuttingProxy } from './cutting-proxy.ts'
import { Database } from './database.ts'
import { openSql } from './open-sql.ts'

describe('a connection that has died silently', () => {
  it('is noticed within 10 s, and its statement is done on a new one; those that were idle are not used again', async () => {
    await using database = await Database.open()
    await using network = await CuttingProxy.before(database.url)
    const store = await postgresStore({ url: network.url })
    const { id } = await store.create(newRun('k'))
    await store.claim(id)
    await Promise.all([store.list(), store.list(), store.list(), store.list(), store.list()])
    network.silence()
    const started = performance.now()
    await store.commit(id, { results: [resultOf(0)], elapsed: 5, at: 2_000 })
    await Promise.all([store.list(), store.list(), store.list(), store.list(), store.list()])
    expect(performance.now() - started).toBeLessThan(15_000)
    await store.release(id)
    expect(await store.find('k')).toMatchObject({ succeeded: 1, elapsed: 5, claimedBy: undefined })
    await store.close()
  })

  it('is distinguished from a slow statement', async () => {
    await using database = await Database.open()
    const sql = openSql(database.url, 'public')
    const both = [7, 8].map((seconds) => sql.query(undefined, `SELECT ${seconds} AS took, pg_sleep(${seconds})`))
    expect((await Promise.all(both)).flat()).toMatchObject([{ took: 7 }, { took: 8 }])
    await sql.close()
  })
})
