import { expect, it } from 'vitest'
import { sharedDatabase, shareItems } from './shared-database.ts'

const { open, execute } = sharedDatabase()

it('the backlog is what workers can do now: nothing of runs that are paused, and parked items when they are due', async () => {
  const store = await open()
  expect(await store.backlog()).toEqual({ runs: 0, items: 0 })
  const { id } = await shareItems(store, 10)
  await shareItems(store, 4, { name: 'other' })
  expect(await store.backlog()).toEqual({ runs: 2, items: 14 })
  await store.steer(id, { state: 'paused', rate: ['1/s'] })
  expect(await store.backlog()).toEqual({ runs: 1, items: 4 })
  await store.steer(id, { state: 'running' })

  await store.claim(id)
  const park = (index: number, until: number) => ({ index, id: String(index), until, code: 'SLUICE_THROTTLED' })
  await store.commit(id, { parked: [park(0, 1), park(1, Date.now() + 3_600_000)], at: Date.now() })
  expect(await store.backlog()).toEqual({ runs: 2, items: 13 })
  expect(await execute('SELECT * FROM backlog')).toEqual([{ runs: '2', items: '13' }])
})

it('a store that is open says so when a newer version has changed its schema', async () => {
  const store = await open()
  await store.openRuns()
  await execute('INSERT INTO sluice_migrations (version) SELECT max(version) + 1 FROM sluice_migrations')
  const look = async (): Promise<void> => {
    for (let count = 0; count < 10; count++) await store.openRuns()
  }
  await expect(look()).rejects.toMatchObject({
    code: 'SLUICE_STORE_NEWER',
    message: expect.stringContaining('was written by a newer version of Sluice'),
  })
})
