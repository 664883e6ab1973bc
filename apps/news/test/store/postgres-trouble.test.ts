import { chmodSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { SettingsError } from 'sluice'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../../test/postgres/index.ts'
import type { NewsStore } from '../../src/store/news-store.ts'
import { postgresNewsStore } from '../../src/store/postgres/postgres-news-store.ts'
import { article, articles, noon } from './articles.ts'
import { withClient } from './postgres-client.ts'
import { TempFolder } from './temp-folder.ts'

const secret = 'n0t-to-be-shown'
const folder = new TempFolder()
let server: PostgresServer

beforeAll(async () => {
  const hba = folder.file('pg_hba.conf')
  chmodSync(folder.path, 0o755)
  writeFileSync(hba, 'host all locked 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n')
  server = await startPostgres({ settings: { hba_file: hba } })
  await execute(`CREATE ROLE locked LOGIN PASSWORD 'right'`, `CREATE ROLE guest LOGIN`)
})
afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

async function execute(...statements: readonly string[]): Promise<void> {
  await withClient(server.url, async (client) => {
    for (const statement of statements) await client.query(statement)
  })
}

function address(changes: { readonly user?: string; readonly password?: string; readonly database?: string }): URL {
  const url = new URL(server.url)
  url.username = changes.user ?? 'postgres'
  url.password = changes.password ?? ''
  url.pathname = `/${changes.database ?? 'postgres'}`
  return url
}

async function failureOf(work: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  const reason = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(reason).toBeInstanceOf(Error)
  // Nor in the cause or its properties.
  expect(inspect(reason, { depth: 10, showHidden: true })).not.toContain(secret)
  return reason as Error & { code: string }
}

describe('a PostgreSQL database that cannot be opened', () => {
  it('says that the password is wrong or missing, and where it is taken from', async () => {
    const { host } = new URL(server.url)
    expect(await failureOf(postgresNewsStore(address({ user: 'locked', password: secret }).href))).toMatchObject({
      code: 'SLUICE_STORE',
      message: `postgres://locked@${host}/postgres: does not accept the password; give the right one in the URL, in PGPASSWORD or in ~/.pgpass (password authentication failed for user "locked")`,
    })
    expect((await failureOf(postgresNewsStore(address({ user: 'locked' }).href))).message).toContain(
      `postgres://locked@${host}/postgres: the server requires a password; give it in the URL, in PGPASSWORD or in ~/.pgpass`,
    )
  })

  it('says that there is no such database', async () => {
    const url = address({ database: 'nowhere', password: secret })
    expect(await failureOf(postgresNewsStore(url.href))).toMatchObject({
      code: 'SLUICE_STORE',
      message: expect.stringContaining(
        `postgres://postgres@${url.host}/nowhere: the database does not exist; create it (\`createdb NAME\`), or name another`,
      ),
    })
  })

  it('says at once that no server listens there', async () => {
    const began = performance.now()
    const { code, message } = await failureOf(postgresNewsStore(`postgres://me:${secret}@127.0.0.1:1/news`))
    expect(code).toBe('SLUICE_STORE')
    expect(message).toMatch(
      /^postgres:\/\/me@127\.0\.0\.1:1\/news: no server listens there; start PostgreSQL, or correct host and port \(.*ECONNREFUSED/,
    )
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  it('says that this user may not create a schema', async () => {
    const { code, message } = await failureOf(postgresNewsStore(address({ user: 'guest' }).href, { schema: 'guests' }))
    expect(code).toBe('SLUICE_STORE')
    expect(message).toMatch(
      /the user lacks a privilege; the owner can grant it.*\(permission denied for database postgres\)/,
    )

    // Once the schema exists, owning it is enough.
    await execute('CREATE SCHEMA guests AUTHORIZATION guest')
    await (await postgresNewsStore(address({ user: 'guest' }).href, { schema: 'guests' })).close()
    await (await postgresNewsStore(address({ user: 'guest' }).href, { schema: 'guests' })).close()
  })

  it('says that a server may only be read, as soon as something is to be written', async () => {
    const store = await postgresNewsStore(server.url, { schema: 'standby' })
    await store.add([article(1)], noon)
    await store.close()
    const readOnly = `${server.url}?options=-c%20default_transaction_read_only%3Don`
    const reader = await postgresNewsStore(readOnly, { schema: 'standby' })
    expect(await reader.count()).toEqual({ stories: 1, unread: 1 })
    expect(await failureOf(reader.add([article(2)], noon))).toMatchObject({
      code: 'SLUICE_STORE_READ_ONLY',
      message: expect.stringContaining('the server is read-only'),
    })
    await reader.close()
    expect(await failureOf(postgresNewsStore(readOnly, { schema: 'other' }))).toMatchObject({
      code: 'SLUICE_STORE_READ_ONLY',
    })
  })

  it.each([
    `postgres://me:${secret}#1@host/news`,
    `postgres://me:${secret}@host:port/news`,
    `mysql://me:${secret}@host/news`,
  ])('says what an address looks like, and not what was given: %s', async (given) => {
    const reason = await failureOf(postgresNewsStore(given))
    expect(reason).toBeInstanceOf(SettingsError)
    expect(reason.message).toContain('expected postgres://user:password@host:5432/database')
  })

  it('says which file of the address cannot be read', async () => {
    const url = `postgres://me:${secret}@127.0.0.1:1/news?sslrootcert=/nowhere.pem`
    expect((await failureOf(postgresNewsStore(url))).message).toMatch(/^sslrootcert: ENOENT.*\/nowhere\.pem/)
  })

  it('rejects a schema name that would need quotes', async () => {
    for (const schema of ['', 'News', 'pg_news', 'a b', 'a"', `x${'y'.repeat(63)}`]) {
      expect((await failureOf(postgresNewsStore(server.url, { schema }))).message).toMatch(/^schema: expected/)
    }
  })
})

describe('a connection that is lost', () => {
  it('is made again, with nothing lost or done twice', async () => {
    const store = await postgresNewsStore(server.url, { schema: 'lost' })
    let isOver = false
    const added = { articles: 0, stories: 0 }
    const work = async (): Promise<void> => {
      for (let from = 0; !isOver; from += 10) {
        const { articles: some, stories } = await store.add(articles(from, from + 10), noon)
        added.articles += some
        added.stories += stories
        await store.recordQuotaUse('day', { at: noon, weight: 1 }, noon + 1_000)
        await store.stories({ search: 'district' })
        if (from === 100) void crash().then(() => (isOver = true))
      }
    }
    const crash = async (): Promise<void> => {
      for (let times = 0; times < 5; times++) {
        await execute(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice-news'`)
      }
      await server.restart()
    }
    await work()
    const { stories } = await store.count()
    const uses = await store.quotaUses('day', noon)
    expect(stories).toBe(10 * uses.length)
    expect(stories).toBeGreaterThan(100)
    // The response may be lost with the connection, but not the change that it confirmed.
    expect(added.articles).toBeLessThanOrEqual(stories)
    await store.close()
  })

  it('is an error after the reconnect timeout, and works again once the server is back', async () => {
    const own = await startPostgres()
    const port = Number(new URL(own.url).port)
    let back: PostgresServer | undefined
    let store: NewsStore | undefined
    try {
      store = await postgresNewsStore(own.url.replace('postgres@', `postgres:${secret}@`), { reconnectTimeout: 300 })
      await own.stop()
      const began = performance.now()
      const { code, message } = await failureOf(store.add([article(1)], noon))
      expect(code).toBe('SLUICE_STORE')
      expect(message).toMatch(
        /: (no server listens there; start PostgreSQL|the server does not answer; check that it runs)/,
      )
      expect(performance.now() - began).toBeGreaterThan(290)
      expect(performance.now() - began).toBeLessThan(10_000)
      // One timeout for the outage, for any number of later calls.
      const again = performance.now()
      for (let times = 0; times < 20; times++)
        await failureOf(store.setValidators(`https://a.test/${times}`, { etag: 'x' }))
      expect(performance.now() - again).toBeLessThan(5_000)
      back = await startPostgres({ port })
      // An empty database on the same port.
      expect(await failureOf(store.count())).toMatchObject({
        code: 'SLUICE_STORE_DAMAGED',
        message: expect.stringContaining('a table of its schema is missing'),
      })
    } finally {
      await store?.close()
      await own.stop()
      await back?.stop()
    }
  })
})

describe('closing a store', () => {
  it('waits for running work, and leaves no connection', async () => {
    const store = await postgresNewsStore(server.url, { schema: 'closing', connections: 2 })
    const before = Array.from({ length: 10 }, (_, at) => [store.add([article(at)], noon), store.count()]).flat()
    await store.close()
    await Promise.all(before)
    const connected = `SELECT pid FROM pg_stat_activity WHERE application_name = 'sluice-news'`
    // The server needs a moment to notice.
    await expect
      .poll(() => withClient(server.url, async (client) => (await client.query(connected)).rows), { timeout: 5_000 })
      .toEqual([])
    const again = await postgresNewsStore(server.url, { schema: 'closing' })
    expect(await again.count()).toEqual({ stories: 10, unread: 10 })
    await again.close()
  })
})

describe('a group that fails', () => {
  it('leaves nothing but a gap in the numbers of stories, which other stores do not have', async () => {
    const store = await postgresNewsStore(server.url, { schema: 'gaps' })
    await expect(store.add([article(1), article(2)], Number.NaN)).rejects.toThrow('NaN')
    expect(await store.count()).toEqual({ stories: 0, unread: 0 })
    await store.add([article(3)], noon)
    expect((await store.stories()).map(({ id }) => id)).toEqual([3])
    await store.close()
  })
})
