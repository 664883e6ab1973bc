import { readFileSync, writeFileSync } from 'node:fs'
import { createClient } from 'sluice'
import { ManualClock } from 'sluice/testing'
import { memoryTransport } from 'sluice/transport'
import { describe, expect, it } from 'vitest'
import type { DriverName } from '../../../src/database/sqlite/driver.ts'
import { sqliteCacheStore, sqliteStore } from '../../../src/stores/sqlite/index.ts'
import { TempFolder } from './temp-file.ts'

const entry = (bytes: number, facts = '{}') => ({ facts, body: new Uint8Array(bytes).fill(7) })

describe.each<DriverName>(['better-sqlite3', 'node:sqlite'])('sqliteCacheStore with %s', (driver) => {
  it('returns what was stored, also after it was closed, under the same secret', async () => {
    using folder = new TempFolder()
    const options = { path: folder.file('deep/cache.db'), driver }
    const first = await sqliteCacheStore(options)
    first.set('a', entry(10, '{"n":1}'))
    first.set('a', entry(20, '{"n":2}'))
    first.set('b', entry(30))
    first.delete('b')
    const { secret } = first
    await first.close()
    await first.close()

    await using again = await sqliteCacheStore(options)
    const kept = await again.get('a')
    expect([kept?.facts, kept?.body.byteLength, kept?.body[0]]).toEqual(['{"n":2}', 20, 7])
    expect(again.get('b')).toBeUndefined()
    expect(Buffer.from(again.secret!).equals(secret!)).toBe(true)
    expect(secret!.byteLength).toBe(32)
  })

  it('evicts the least recently used entries first, and stays within its bounds', async () => {
    using folder = new TempFolder()
    await using store = await sqliteCacheStore({ path: folder.file(), driver, maxBytes: 1_000 })
    for (const key of ['a', 'b', 'c', 'd']) store.set(key, entry(200))
    store.get('a')
    store.set('e', entry(250))
    const keys = ['a', 'b', 'c', 'd', 'e'].filter((key) => store.get(key) !== undefined)
    expect(keys).toEqual(['a', 'c', 'd', 'e'])
  })

  it('does not take what is larger than all it may keep, and forgets what that replaces', async () => {
    using folder = new TempFolder()
    await using store = await sqliteCacheStore({ path: folder.file(), driver, maxBytes: 1_000 })
    store.set('a', entry(100))
    store.set('b', entry(100))
    store.set('a', entry(2_000))
    expect([store.get('a'), store.get('b') !== undefined]).toEqual([undefined, true])
  })

  it('is one for several who have it open', async () => {
    using folder = new TempFolder()
    const options = { path: folder.file(), driver }
    await using one = await sqliteCacheStore(options)
    await using two = await sqliteCacheStore(options)
    one.set('a', entry(1))
    expect(two.get('a')).toBeDefined()
    two.delete('a')
    expect(one.get('a')).toBeUndefined()
    expect(Buffer.from(one.secret!).equals(two.secret!)).toBe(true)
  })

  it('leaves alone a file of something else', async () => {
    using folder = new TempFolder()
    const path = folder.file()
    await (await sqliteStore({ path, driver, inline: true })).close()
    const before = readFileSync(path)
    await expect(sqliteCacheStore({ path, driver })).rejects.toMatchObject({ code: 'SLUICE_STORE' })
    expect(readFileSync(path).equals(before)).toBe(true)

    writeFileSync(folder.file('text'), 'id,name\n1,lamp\n'.repeat(1_000))
    await expect(sqliteCacheStore({ path: folder.file('text'), driver })).rejects.toMatchObject({
      code: 'SLUICE_STORE_DAMAGED',
    })
  })

  it('fails when it is used after it was closed, which costs no call its response', async () => {
    using folder = new TempFolder()
    const store = await sqliteCacheStore({ path: folder.file(), driver })
    await store.close()
    expect(() => store.get('a')).toThrow()
    const answer = { status: 200, headers: { etag: '"a"' }, body: Buffer.from('x') }
    const client = createClient({
      transport: memoryTransport(() => answer),
      clock: new ManualClock(),
      cache: { mode: 'revalidate', store },
    })
    expect((await client.get('https://a.test/x')).status).toBe(200)
  })

  it('lets a client that polls continue after a restart where it was, and has no secret in its file', async () => {
    using folder = new TempFolder()
    const path = folder.file()
    const seen: (string | undefined)[] = []
    const transport = memoryTransport(({ headers }) => {
      seen.push(headers['if-none-match'])
      const isKnown = headers['if-none-match'] === '"v1"'
      const body = Buffer.from(isKnown ? '' : '{"n":1}')
      return { status: isKnown ? 304 : 200, headers: { etag: '"v1"', 'content-type': 'application/json' }, body }
    })
    const poll = async () => {
      await using store = await sqliteCacheStore({ path, driver })
      const cache = { mode: 'revalidate', store } as const
      await using client = createClient({ transport, clock: new ManualClock(), cache })
      return await client.get('https://a.test/x?api_key=s3cr3t', { headers: { authorization: 'Bearer s3cr3t' } })
    }
    const first = await poll()
    const second = await poll()
    expect([first.fromCache, second.fromCache, second.value]).toEqual([undefined, 'revalidated', { n: 1 }])
    expect(seen).toEqual([undefined, '"v1"'])
    expect(readFileSync(path).includes('s3cr3t')).toBe(false)
  })
})
