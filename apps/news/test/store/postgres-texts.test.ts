import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../../../../test/postgres/index.ts'
import type { Article } from '../../src/model/news.ts'
import type { NewsStore } from '../../src/store/news-store.ts'
import { postgresNewsStore } from '../../src/store/postgres/postgres-news-store.ts'
import { article, noon } from './articles.ts'
import { memoryNewsStore } from './memory-store.ts'
import { openNewsDatabase } from './news-database.ts'

let database: TestDatabase
let store: NewsStore
let memory: NewsStore

beforeEach(async () => {
  database = await openNewsDatabase()
  store = await postgresNewsStore(database.url)
  memory = memoryNewsStore()
})
afterEach(async () => {
  await store.close()
  await database.close()
})

async function keep(...group: readonly Article[]): Promise<void> {
  expect(await store.add(group, noon)).toEqual(await memory.add(group, noon))
  expect(await store.stories()).toEqual(await memory.stories())
}

/** Checks that the search finds the same articles as in memory. */
async function found(search: string): Promise<string[]> {
  const stories = await store.stories({ search })
  expect(stories.map(({ id }) => id)).toEqual((await memory.stories({ search })).map(({ id }) => id))
  return stories.map((story) => story.articles[0]!.sourceId).sort()
}

describe('an article on PostgreSQL', () => {
  it('may have more words than a tsvector holds, and is found by the last of them', async () => {
    const words = Array.from({ length: 250_000 }, (_, at) => `word${at}`)
    const summary = words.join(' ')
    expect(summary.length).toBeGreaterThan(2 * 2 ** 20)
    await keep(article(1, { summary }), article(2, { summary: 'word7 and word249999' }), article(3))
    expect(await found('word249999')).toEqual(['id-1', 'id-2'])
    expect(await found('word249998 word7')).toEqual(['id-1'])
    expect(await found('word0 word24999')).toEqual(['id-1'])
    expect(await found('word250000')).toEqual([])
    await keep(article(1, { summary: `${summary} more` }))
    expect(await found('word1 more')).toEqual(['id-1'])
  })

  it('may have words longer than a lexeme, which are distinguished to their last letter', async () => {
    const long = 'ab'.repeat(5_000)
    await keep(article(1, { title: `${long}x` }), article(2, { summary: `${long}y and more` }))
    expect(await found(`${long}x`)).toEqual(['id-1'])
    expect(await found(`${long}y more`)).toEqual(['id-2'])
    expect(await found(long)).toEqual(['id-1', 'id-2'])
    expect(await found(`${long} more`)).toEqual([])
    expect(await found('ab'.repeat(32))).toEqual(['id-1', 'id-2'])
    expect(await found('abab')).toEqual(['id-1', 'id-2'])
  })

  it('in a script without spaces may be longer than a tsvector counts places', async () => {
    const filler = '山川'.repeat(10_000)
    await keep(article(1, { summary: `${filler}東京` }), article(2, { summary: `東${filler}京` }))
    expect(await found('東京')).toEqual(['id-1'])
    expect(await found('川東京')).toEqual(['id-1'])
    expect(await found('川山川')).toEqual(['id-1', 'id-2'])
  })

  it('may have address, id, section and title longer than an index takes, and is still the same the second time', async () => {
    // Incompressible text.
    const noise = (): string => randomBytes(6_000).toString('hex')
    const url = `https://long.example/${noise()}`
    const title = `${noise()} ${noise()} ${noise()} ${noise()} five`
    const section = noise()
    const source = `https://long.example/${noise()}`
    const one = article(1, { source, sourceId: noise(), url, title, section, language: noise(), author: noise() })
    await keep(one)
    await keep(one)
    await keep(article(2, { url, title: 'Of the same address' }), article(3, { source: 'bbc', title }))
    expect((await store.stories()).map((story) => story.articles.length)).toEqual([3])
    expect(await store.count({ sources: [source], section })).toEqual({ stories: 1, unread: 1 })
    await store.setHealth({ source, state: 'ok', message: noise(), failures: 0 })
    await store.setValidators(url, { etag: noise() })
    await store.recordQuotaUse(source, { at: noon, weight: 1 }, noon + 1)
    expect([await store.health(), await store.quotaUses(source, noon)]).toMatchObject([[{ source }], [{ at: noon }]])
    expect(await store.forget(source, noon + 1)).toBe(1)
  })

  it('loses what PostgreSQL cannot hold, and so does everything else: NUL and half characters', async () => {
    const odd = 'a\0b\ud83d'
    const url = `https://odd.example/${odd}`
    await keep(article(1, { sourceId: odd, url, title: odd, summary: odd, author: odd, section: odd, language: odd }))
    expect((await store.stories())[0]).toMatchObject({ title: 'ab\ufffd', articles: [{ sourceId: 'ab\ufffd' }] })
    expect(await found('ab')).toEqual(['ab\ufffd'])
    await store.setHealth({ source: odd, state: 'failing', message: odd, failures: 1 })
    expect(await store.health()).toEqual([{ source: 'ab\ufffd', state: 'failing', message: 'ab\ufffd', failures: 1 }])
    await store.setValidators(url, { etag: odd })
    expect(await store.validators(url)).toEqual({ etag: 'ab\ufffd' })
    await store.recordQuotaUse(odd, { at: noon, weight: 1 }, noon + 1)
    expect(await store.quotaUses(odd, noon)).toEqual([{ at: noon, weight: 1 }])
    expect(await store.count({ section: odd, sources: [odd], search: odd })).toEqual({ stories: 0, unread: 0 })
  })
})
