import { execFile } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openPostgres } from 'sluice/internal'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundled } from '../../../../test/bundled.ts'
import { openDatabase as openTestDatabase, type TestDatabase } from '../../../../test/postgres/index.ts'
import { newsSchema } from '../../src/store/postgres/database.ts'
import { postgresNewsStore } from '../../src/store/postgres/postgres-news-store.ts'
import { article, articles, hour, noon } from './articles.ts'
import { withClient } from './postgres-client.ts'

let database: TestDatabase

beforeEach(async () => {
  database = await openTestDatabase()
})
afterEach(() => database.close())

async function failureToOpen(url: string = database.url): Promise<{ readonly code: string; readonly message: string }> {
  const store = await postgresNewsStore(url, { reconnectTimeout: 0 }).catch((reason: unknown) => reason)
  expect(store).toBeInstanceOf(Error)
  return store as Error & { code: string }
}

function openWith(...more: readonly string[]) {
  const schema = newsSchema('news')
  return openPostgres({
    url: database.url,
    schema: { ...schema, steps: [...schema.steps, ...more] },
    connections: 1,
    reconnectTimeout: 0,
  })
}

describe('the driver of PostgreSQL', () => {
  it('is loaded when such a database is opened, and not before', async () => {
    const code = `
      import { createRequire } from 'node:module'
      const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => /[\\\\/]pg[\\\\/]lib/.test(file))
      const { postgresNewsStore, sqliteNewsStore } = await import(process.argv[1])
      await (await sqliteNewsStore(':memory:')).close()
      const before = isLoaded()
      await (await postgresNewsStore(process.argv[2])).close()
      console.log(before, isLoaded())`
    const index = new URL('../../src/index.ts', import.meta.url).href
    const args = ['--conditions=@sluice/source', '--input-type=module', '--eval', code, index, database.url]
    expect((await promisify(execFile)(execPath, args)).stdout).toBe('false true\n')
  })
})

describe('news in a PostgreSQL database', () => {
  it('are all there when it is opened again', async () => {
    const first = await postgresNewsStore(database.url)
    await first.add([article(1, { summary: 'S.' }), article(2)], noon)
    await first.mark([(await first.stories())[0]!.id], { isRead: true, isStarred: true })
    await first.setHealth({ source: 'hn', state: 'ok', failures: 0, nextAt: noon + hour })
    await first.setValidators('https://a.example', { etag: '"1"' })
    await first.recordQuotaUse('day', { at: noon, weight: 1 }, noon + hour)
    const before = [await first.stories(), await first.health()]
    await first.close()

    const again = await postgresNewsStore(database.url)
    expect([await again.stories(), await again.health()]).toEqual(before)
    expect(await again.validators('https://a.example')).toEqual({ etag: '"1"' })
    expect(await again.quotaUses('day', noon + 1)).toEqual([{ at: noon, weight: 1 }])
    await again.close()
  })

  it('have a schema of their own, and leave all others as they are', async () => {
    await withClient(database.url, (client) => client.query('CREATE TABLE public.stories (theirs int)'))
    const [one, other] = [
      await postgresNewsStore(database.url),
      await postgresNewsStore(database.url, { schema: 'more' }),
    ]
    await one.add([article(1)], noon)
    expect(await other.count()).toEqual({ stories: 0, unread: 0 })
    await one.close()
    await other.close()
    await withClient(database.url, async (client) => {
      const { rows } = await client.query(
        `SELECT DISTINCT table_schema AS name FROM information_schema.tables
         WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
      )
      expect(rows.map(({ name }) => name)).toEqual(['more', 'news', 'public'])
      expect((await client.query('SELECT * FROM public.stories')).rows).toEqual([])
    })
  })

  it('can be created and filled by several processes at the same time, with nothing lost and no story stored twice', async () => {
    const child = await bundled(fileURLToPath(new URL('postgres-child.ts', import.meta.url)))
    const add = async (source: string, from: number, to: number) => {
      const args = ['--conditions=@sluice/source', child, database.url, source, String(from), String(to)]
      const { stdout, stderr } = await promisify(execFile)(execPath, args)
      expect(stderr).toBe('')
      return JSON.parse(stdout) as { readonly articles: number; readonly stories: number }
    }
    // Same story with different addresses: only the titles match.
    const ended = await Promise.all([add('bbc', 0, 150), add('hn', 0, 150), add('bbc', 50, 200), add('hn', 100, 200)])
    const sum = (key: 'articles' | 'stories') => ended.reduce((total, added) => total + added[key], 0)
    expect([sum('articles'), sum('stories')]).toEqual([400, 200])
    const store = await postgresNewsStore(database.url)
    expect(await store.count()).toEqual({ stories: 200, unread: 200 })
    const stories = await store.stories({}, { limit: 500 })
    expect(stories.filter((story) => story.articles.length !== 2)).toEqual([])
    await store.close()
  })

  it('can be created by many stores of one process at once', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => postgresNewsStore(database.url)))
    await Promise.all(stores.map((store) => store.add(articles(0, 20), noon)))
    expect(await stores[0]!.count()).toEqual({ stories: 20, unread: 20 })
    for (const store of stores) await store.close()
  })

  it('are brought up to date by the steps that are missing, each whole or not at all', async () => {
    const store = await postgresNewsStore(database.url)
    await store.add([article(1)], noon)
    await store.close()
    const known = newsSchema('news').steps.length
    await expect(openWith('CREATE TABLE next (a int); CREATE TABLE')).rejects.toThrow()
    const { sql } = await openWith('CREATE TABLE next (a int)')
    expect(await sql.query(undefined, 'SELECT max(version) AS version FROM news_version')).toEqual([
      { version: known + 1 },
    ])
    expect(await sql.query(undefined, 'SELECT * FROM next')).toEqual([])
    expect(await sql.query(undefined, 'SELECT count(*) AS count FROM stories')).toEqual([{ count: 1 }])
    await sql.close()
  })

  it('are used on from a version that counted its steps in a single row', async () => {
    const store = await postgresNewsStore(database.url)
    await store.add([article(1)], noon)
    await store.close()
    await withClient(database.url, async (client) => {
      await client.query('DROP TABLE news.news_version; CREATE TABLE news.news_version (version int NOT NULL)')
      await client.query('INSERT INTO news.news_version VALUES (1)')
      // Added by later migrations.
      await client.query('ALTER TABLE news.health DROP COLUMN moved_to, DROP COLUMN about; DROP TABLE news.contents')
    })
    const again = await postgresNewsStore(database.url)
    expect(await again.count()).toEqual({ stories: 1, unread: 1 })
    await again.close()
    await (await openWith('CREATE TABLE next (a int)')).sql.close()
  })

  it('are not touched if a newer version has written them', async () => {
    await (await postgresNewsStore(database.url)).close()
    await withClient(database.url, (client) =>
      client.query(
        'UPDATE news.news_version SET version = 77 WHERE version = (SELECT max(version) FROM news.news_version)',
      ),
    )
    const { code, message } = await failureToOpen()
    expect(code).toBe('SLUICE_STORE_NEWER')
    expect(message).toMatch(
      /^postgres:\/\/\S+: its schema news was written by a newer version of the news reader \(version 77, this one knows \d+\); update/,
    )
  })

  it('are not created in a schema of another program, or in an encoding that cannot store every text', async () => {
    await withClient(database.url, (client) => client.query('CREATE SCHEMA news; CREATE TABLE news.theirs (a int)'))
    expect((await failureToOpen()).message).toMatch(/: its schema news belongs to another program; choose another$/)
    const latin = new URL(database.url)
    latin.pathname += '_latin'
    const name = latin.pathname.slice(1)
    await withClient(database.url, (client) =>
      client.query(`CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`),
    )
    try {
      expect((await failureToOpen(latin.href)).message).toContain(
        'its encoding is LATIN1; make a database with createdb',
      )
    } finally {
      await withClient(database.url, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`))
    }
  })
})

describe('an error', () => {
  it('that is not from PostgreSQL stays what it is', async () => {
    const { sql, explain } = await openWith()
    const bug = new TypeError('x')
    expect(explain(bug)).toBe(bug)
    await sql.close()
  })
})
