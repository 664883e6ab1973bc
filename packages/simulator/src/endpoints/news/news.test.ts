import { ManualClock } from 'sluice/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../simulator.ts'

interface Said {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON brings.
  readonly json: any
}

let clock: ManualClock
let simulator: Simulator

beforeEach(() => {
  clock = new ManualClock({ wallTime: Date.UTC(2026, 10, 20, 12) })
  simulator = createSimulator({ latency: 0 }, { clock })
})

/** Asks, and has the answer at once. */
function ask(path: string, headers: Readonly<Record<string, string>> = {}): Said {
  let said: Said | undefined
  const visit = simulator.arrive({ method: 'GET', path, headers })
  visit.onAnswer((plan) => {
    if (plan.kind !== 'answer') return
    said = {
      status: plan.status,
      headers: plan.headers,
      json: JSON.parse(Buffer.concat([...plan.body.chunks]).toString()),
    }
  })
  visit.end('answered')
  return said!
}

const key = { 'x-api-key': 'practice' }
const places = [
  '/newsapi/v2/everything?q=in',
  '/guardian/search?api-key=practice',
  '/hn/v0/topstories.json',
  '/feeds/tech.json',
]

/** What is left of an address without what says where the reader comes from. */
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
      simulator = createSimulator({ latency: 0 }, { clock })
      expect(ask(path, key).json).toEqual(first)
      await clock.advance(6 * 3_600_000)
      expect(ask(path, key).json).not.toEqual(first)
    },
  )

  it.each(places)('are others with another seed: %s', (path) => {
    const first = ask(path, key).json
    simulator = createSimulator({ latency: 0, seed: 2 }, { clock })
    expect(ask(path, key).json).not.toEqual(first)
  })

  it('can fail at one source alone', () => {
    simulator = createSimulator({ latency: 0, paths: { '/guardian': { outages: '0s-1min' } } }, { clock })
    expect(places.map((path) => ask(path, key).status)).toEqual([200, 503, 200, 200])
  })

  it('are listed among the endpoints', () => {
    const listed = Object.keys(ask('/').json.endpoints).join(' ')
    for (const place of ['/newsapi/v2/', '/guardian/search', '/hn/v0/item/', '/feeds/']) expect(listed).toContain(place)
  })
})
