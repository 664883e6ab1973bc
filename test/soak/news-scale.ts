import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  feed,
  type NewArticle,
  type NewsStore,
  postgresNewsStore,
  refreshAll,
  sqliteNewsStore,
} from '../../apps/news/src/index.ts'
import { startPostgres } from '../postgres/start-postgres.ts'

// `npm run soak:news`: 100,000 articles with bodies in an SQLite file and in PostgreSQL; prints the times of lists and searches.
// Then 500 feeds of 50 hosts are fetched into an empty store. `-- 2000` is the short form.

const total = Number(process.argv[2] ?? 100_000)
const sources = Array.from({ length: 500 }, (_, at) => `https://host-${at % 50}.example/feed-${at}.xml`)
const newest = Date.UTC(2026, 10, 30)
const rounds = 40

/** Repeatable random numbers from 0 to 1. */
let state = 1
const random = (): number => {
  state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647
  return state / 2_147_483_647
}
/** A word of 30,000, common ones much more often. */
const word = (): string => `w${Math.floor(30_000 ** random()).toString(36)}`
const words = (count: number): string => Array.from({ length: count }, word).join(' ')

function articleOf(at: number): NewArticle {
  return {
    source: sources[at % sources.length]!,
    sourceId: String(at),
    url: `https://host-${at % 50}.example/${at}`,
    title: words(9),
    summary: words(30),
    publishedAt: newest - at * 26_000,
    language: at % 3 === 0 ? 'de' : 'en',
    section: at % 2 === 0 ? 'world' : 'science',
    content: { html: `<p>${words(500)}</p>` },
  }
}

/** Searches by kind. */
const searches: Readonly<Record<string, () => string>> = {
  'a word': () => word(),
  'two words': () => words(2),
  'a rare word': () => `w${Math.floor(20_000 + 10_000 * random()).toString(36)}`,
  'the most common word': () => 'w1 ',
  'a phrase': () => `"${articleOf(0).title.split(' ').slice(0, 2).join(' ')}"`,
  'without a word': () => `${word()} -${word()}`,
  'this OR that': () => `${word()} OR ${word()}`,
  'the beginning of a word': () => 'w1',
}

async function fill(store: NewsStore): Promise<void> {
  for (let at = 0; at < total; at += 500)
    await store.add(
      Array.from({ length: Math.min(500, total - at) }, (_, index) => articleOf(at + index)),
      newest,
    )
}

/** Prints the median and the 95th percentile of a call. */
async function measured(name: string, call: () => Promise<unknown>): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now()
    await call()
    times.push(performance.now() - startedAt)
  }
  times.sort((a, b) => a - b)
  const [median, most] = [0.5, 0.95].map((share) => times[Math.floor(share * (rounds - 1))]!.toFixed(1))
  process.stdout.write(`  ${name.padEnd(34)} ${median!.padStart(8)} ms  ${most!.padStart(8)} ms\n`)
}

async function measure(name: string, store: NewsStore): Promise<void> {
  const startedAt = performance.now()
  await fill(store)
  process.stdout.write(
    `${name}: ${total} articles stored in ${((performance.now() - startedAt) / 1000).toFixed(0)} s; median, 95th percentile\n`,
  )
  const read = (await store.stories({}, { limit: 500 })).map(({ id }) => id)
  await store.mark(read, { isRead: true })
  const middle = { publishedAt: newest - Math.floor(total / 2) * 26_000, id: 1 }
  await measured('list', () => store.stories({}, { limit: 51 }))
  await measured('list, in the middle', () => store.stories({}, { limit: 51, after: middle }))
  await measured('list, unread', () => store.stories({ isRead: false }, { limit: 51 }))
  await measured('list, a source', () => store.stories({ sources: [sources[7]!] }, { limit: 51 }))
  await measured('list, a folder of 50 sources', () => store.stories({ sources: sources.slice(0, 50) }, { limit: 51 }))
  await measured('list, section and language', () => store.stories({ section: 'world', language: 'de' }, { limit: 51 }))
  await measured('numbers of a list', () => store.count())
  await measured('numbers of a source', () => store.count({ sources: [sources[7]!] }))
  await measured('story with its text', async () => {
    const [story] = await store.stories({}, { limit: 1, after: middle })
    return await store.contents(story!.id)
  })
  for (const [kind, search] of Object.entries(searches)) {
    await measured(`search, ${kind}`, () => store.stories({ search: search() }, { limit: 51 }))
    await measured(`numbers of a search, ${kind}`, () => store.count({ search: search() }))
  }
}

const folder = await mkdtemp(join(tmpdir(), 'news-scale-'))
const only = process.argv[3]
try {
  if (only === undefined || only === 'sqlite') {
    const sqlite = await sqliteNewsStore(join(folder, 'news.db'))
    await measure('SQLite', sqlite)
    await sqlite.close()
  }
  if (only === undefined || only === 'postgres') {
    const server = await startPostgres({ settings: { fsync: 'on' } })
    const postgres = await postgresNewsStore(server.url)
    await measure('PostgreSQL', postgres)
    await postgres.close()
    await server.stop()
  }
  if (only === undefined || only === 'fetch') await fetchFeeds()
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Fetches 500 feeds of 50 hosts, each of which takes 80 to 400 ms for a response of 25 items. */
async function fetchFeeds(): Promise<void> {
  const servers = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const server = createServer(({ url = '' }, response) => {
        const items = Array.from({ length: 25 }, (_, at) => {
          const [title, text] = [words(9), words(60)]
          return `<item><title>${title}</title><guid>${url}/${at}</guid><description>${text}</description></item>`
        })
        const body = `<rss version="2.0"><channel><title>${url}</title>${items.join('')}</channel></rss>`
        setTimeout(() => response.end(body), 80 + 320 * random())
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const addresses = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const feeds = sources.map((_, at) => feed({ url: `${addresses[at % 50]}/feed-${at}.xml` }))
  const store = await sqliteNewsStore(join(folder, 'fetched.db'))
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  const results = await refreshAll(feeds, store, { deadline: 120_000 })
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const failed = results.filter(({ state }) => state !== 'ok')
  const articles = results.reduce((sum, { added }) => sum + added, 0)
  process.stdout.write(
    `500 feeds of 50 hosts: ${articles} articles in ${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of CPU), ${failed.length} failed ${failed[0]?.message ?? ''}\n`,
  )
  await store.close()
  for (const server of servers) server.close()
}
