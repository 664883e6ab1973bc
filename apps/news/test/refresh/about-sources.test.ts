import { mkdirSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LiveSources } from '../../src/command/live-sources.ts'
import { feed } from '../../src/sources/feed.ts'
import { withOwnTitles } from '../../src/web/context.ts'
import { TempFolder } from '../store/temp-folder.ts'
import { type Answer, World } from './world.ts'

let world: World

beforeEach(() => {
  world = new World()
})

const hour = 3_600_000
const day = 24 * hour
const url = 'https://blog.test/feed.xml'
const rss = (channel: string) =>
  `<rss version="2.0"><channel><title>Ann &amp;amp; Ben</title>${channel}<item><title>A</title><guid>1</guid></item></channel></rss>`

/** Milliseconds until the next fetch after this response; the clock starts on Thursday, 1 January 2026, 00:00 UTC. */
async function next(answer: Answer): Promise<number> {
  world.answer = () => answer
  const now = world.clock.wallTime()
  const [result] = await world.refresh({ isForced: true }, [feed({ url })])
  return Math.round((result!.nextAt! - now) / 60_000) * 60_000
}

describe('the next fetch of a feed', () => {
  it.each<[string, string, number]>([
    ['no hour that it skips', '<skipHours><hour>1</hour><hour>2</hour></skipHours>', 3 * hour],
    ['hours counted to 24, of which the last is 0', '<skipHours><hour>24</hour></skipHours>', hour],
    ['no day that it skips', '<skipDays><day>Thursday</day><day>friday</day></skipDays>', 2 * day],
    ['its ttl, and then no hour that it skips', '<ttl>120</ttl><skipHours><hour>2</hour></skipHours>', 3 * hour],
    [
      'all hours skipped: none is',
      `<skipHours>${Array.from({ length: 24 }, (_, n) => `<hour>${n}</hour>`).join('')}</skipHours>`,
      hour,
    ],
  ])('obeys %s', async (_, channel, wait) => {
    expect(await next({ body: rss(channel) })).toBe(wait)
  })

  it.each<[string, Record<string, string>, number]>([
    [
      'Expires beside Date',
      { date: 'Wed, 31 Dec 2025 22:00:00 GMT', expires: 'Thu, 01 Jan 2026 01:00:00 GMT' },
      3 * hour,
    ],
    ['Expires alone', { expires: 'Thu, 01 Jan 2026 04:00:00 GMT' }, 4 * hour],
    ['max-age before Expires', { expires: 'Thu, 01 Jan 2026 04:00:00 GMT', 'cache-control': 'max-age=7200' }, 2 * hour],
    ['no Expires in the past', { expires: '0' }, hour],
    ['no Expires with no-cache', { expires: 'Thu, 01 Jan 2026 04:00:00 GMT', 'cache-control': 'no-cache' }, hour],
  ])('obeys %s', async (_, headers, wait) => {
    expect(await next({ headers, body: rss('') })).toBe(wait)
  })

  it('obeys what the feed said before if it is unchanged', async () => {
    expect(await next({ headers: { etag: '"1"' }, body: rss('<ttl>300</ttl>') })).toBe(5 * hour)
    expect(await next({ status: 304 })).toBe(5 * hour)
  })
})

describe('what a feed says of itself', () => {
  it('names it where no title is set, with its own home page', async () => {
    await next({ body: rss('<link>https://site.test/</link><image><url>/i.png</url></image>') })
    const health = await world.store.health()
    expect(health[0]!.about).toEqual({
      title: 'Ann & Ben',
      homepage: 'https://site.test/',
      icon: 'https://site.test/i.png',
    })
    expect(withOwnTitles([feed({ url })], health)).toMatchObject([
      { title: 'Ann & Ben', homepage: 'https://site.test/' },
    ])
    expect(withOwnTitles([feed({ url, title: 'Mine' })], health)).toMatchObject([{ title: 'Mine' }])
    expect(withOwnTitles(undefined, health)).toMatchObject([{ key: url, title: 'Ann & Ben' }])
  })
})

describe('a feed that was removed', () => {
  it('leaves with its articles once they expire, and comes whole when it is added again', async () => {
    const { clock, store } = world
    await next({ headers: { etag: '"1"' }, body: rss('') })
    const other = feed({ url: 'https://other.test/' })
    await clock.advance(29 * day)
    await world.refresh({}, [other])
    expect((await store.count({ sources: [url] })).stories).toBe(1)
    await clock.advance(2 * day)
    await world.refresh({}, [other])
    expect((await store.health()).map(({ source }) => source)).toEqual([other.key])
    expect((await store.count({ sources: [url] })).stories).toBe(0)
    await next({ body: rss('') })
    expect(world.asked.at(-1)!.headers['if-none-match']).toBeUndefined()
    expect((await store.count({ sources: [url] })).stories).toBe(1)
  })
})

describe('the list of sources of a reader that is being served', () => {
  it('is read again when its file changes, and stays as it was while the file is wrong', async () => {
    using folder = new TempFolder()
    const path = folder.file('sources.json')
    mkdirSync(folder.path, { recursive: true })
    await using live = new LiveSources({ sources: [], off: [], settings: { sources: [] }, settingsPath: path }, {})
    const told: string[] = []
    live.watch(
      () => told.push('changed'),
      (error) => told.push((error as Error).message),
    )
    writeFileSync(path, JSON.stringify({ sources: [{ type: 'feed', url }] }))
    await vi.waitFor(() => expect(live.sources.map(({ key }) => key)).toEqual([url]), 20_000)
    writeFileSync(path, '{')
    await vi.waitFor(() => expect(told.at(-1)).toMatch(/sources\.json:1: is not valid JSON/), 20_000)
    expect(live.sources.map(({ key }) => key)).toEqual([url])
  })
})
