import { beforeEach, describe, expect, it } from 'vitest'
import { NewsDesk, type Said } from '../../../test/news-desk.ts'

let desk: NewsDesk

beforeEach(() => {
  desk = new NewsDesk()
})

const ask = (path: string, headers?: Readonly<Record<string, string>>): Said => desk.ask(path, headers)

const key = { 'x-api-key': 'practice' }
const places = [
  '/newsapi/v2/everything?q=in',
  '/guardian/search?api-key=practice',
  '/hn/v0/topstories.json',
  '/feeds/tech.json',
]

/** URL without tracking parameters. */
function bare(url: string): string {
  const { host, pathname } = new URL(url)
  return host.replace(/^www\./, '') + pathname.replace(/\/$/, '')
}

describe('news', () => {
  it('are told by several sources, each with its own address for the same page and its own title for the same story', () => {
    const articles: { url: string; title: string }[] = ask('/newsapi/v2/everything?q=in', key).json.articles
    const feeds = ['tech', 'world', 'science', 'business', 'sport', 'culture'].flatMap(
      (name): { url: string; title: string }[] => ask(`/feeds/${name}.json`).json.items,
    )
    const both = articles.flatMap((article) => {
      const entry = feeds.find(({ url }) => bare(url) === bare(article.url))
      return entry === undefined ? [] : [{ article, entry }]
    })
    expect(both.length).toBeGreaterThan(20)
    expect(both.filter(({ article, entry }) => article.url !== entry.url).length).toBeGreaterThan(both.length / 2)
    for (const { article, entry } of both) expect(article.title).not.toBe(entry.title)
  })

  it.each(places)(
    'are the same whenever they are asked for at one time, and others some hours later: %s',
    async (path) => {
      const first = ask(path, key).json
      desk = new NewsDesk()
      expect(ask(path, key).json).toEqual(first)
      await desk.clock.advance(6 * 3_600_000)
      expect(ask(path, key).json).not.toEqual(first)
    },
  )

  it.each(places)('are others with another seed: %s', (path) => {
    const first = ask(path, key).json
    desk = new NewsDesk({ seed: 2 })
    expect(ask(path, key).json).not.toEqual(first)
  })

  it('can fail at one source alone', () => {
    desk = new NewsDesk({ paths: { '/guardian': { outages: '0s-1min' } } })
    expect(places.map((path) => ask(path, key).status)).toEqual([200, 503, 200, 200])
  })

  it('are listed among the endpoints', () => {
    const listed = Object.keys(ask('/').json.endpoints).join(' ')
    for (const place of ['/newsapi/v2/', '/guardian/search', '/hn/v0/item/', '/feeds/']) expect(listed).toContain(place)
  })
})
