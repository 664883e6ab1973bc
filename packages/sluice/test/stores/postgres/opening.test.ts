import { describe, expect, it, vi } from 'vitest'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { Child } from './children/start.ts'
import { Database } from './database.ts'

describe('the library for PostgreSQL', () => {
  it('is loaded when a store is opened, and not before', async () => {
    await using database = await Database.openEmpty()
    const { lines, errors } = await new Child('load.ts', database.url).ended
    expect(errors).toBe('')
    expect(JSON.parse(lines[0]!)).toEqual({ before: false, after: true })
  })

  it('is reported as missing if it is not given', async () => {
    const { lines } = await new Child('load.ts', 'postgres://u:hush@127.0.0.1:1/d', 'missing').ended
    expect(JSON.parse(lines[0]!)).toEqual({
      before: false,
      after: false,
      failure:
        'StoreError: the store on PostgreSQL needs the package pg, which cannot be loaded here; npm install pg@8.23.1',
    })
  })
})

describe('the name of a store', () => {
  it('has what the environment fills in, and no password', async () => {
    await using database = await Database.openEmpty()
    const { hostname, port, pathname, username } = new URL(database.url)
    vi.stubEnv('PGUSER', username)
    vi.stubEnv('PGHOST', hostname)
    vi.stubEnv('PGPORT', port)
    vi.stubEnv('PGDATABASE', pathname.slice(1))
    vi.stubEnv('PGPASSWORD', 'hush')
    const store = await postgresStore({ url: 'postgres://' })
    expect(store.name).toBe(`postgres://${username}@${hostname}:${port}${pathname}`)
    await store.close()
    vi.unstubAllEnvs()
  })
})

describe('options that cannot work', () => {
  it.each([
    [{ schema: '' }, 'schema: expected a name of 1 to 63 bytes'],
    [{ schema: 5 as never }, 'schema: expected text, got 5 (number)'],
    [{ schema: 'ä'.repeat(32) }, 'schema: expected a name of 1 to 63 bytes'],
    [{ connections: 0 }, 'connections: expected a whole number from 1 to 1000, got 0 (number)'],
    [
      { reconnectTimeout: 'long' },
      "reconnectTimeout: expected a duration such as '500ms', '30s', '5m' or '1h', got \"long\" (string)",
    ],
  ])('are refused: %j', async (options, message) => {
    await expect(postgresStore({ url: 'postgres://u@127.0.0.1:1/d', ...options })).rejects.toMatchObject({
      name: 'SettingsError',
      message,
    })
  })
})
