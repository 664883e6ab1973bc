import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { guardian } from '../../src/sources/guardian.ts'
import { hackerNews } from '../../src/sources/hacker-news.ts'
import { newsApi } from '../../src/sources/news-api.ts'
import { fetchedAt, reading } from './answer.ts'

const key = 'key-4711'

describe('NewsAPI', () => {
  const source = newsApi({ key, category: 'science', pages: 2 })
  const row = {
    source: { id: null, name: 'Daily' },
    author: 'Ann',
    title: 'Moon &amp; stars',
    description: '<p>Far away</p>',
    url: 'https://daily.test/moon',
    publishedAt: '2026-01-09T08:00:00Z',
    content: 'Far [+12 chars]',
  }
  const removed = { ...row, title: '[Removed]', description: '[Removed]', url: 'https://removed.com' }
  const list = (articles: readonly unknown[], totalResults = articles.length) => ({
    status: 'ok',
    totalResults,
    articles,
  })

  it('gets a request for a page, with the key apart', () => {
    expect(source.begin()[0]!.request.url).toBe(
      'https://newsapi.org/v2/top-headlines?country=us&category=science&pageSize=100&page=1',
    )
    expect(inspect([source, source.begin()], { depth: 9 })).not.toContain(key)
  })

  it.each([
    ['A plan - Daily', 'A plan'],
    ['A plan - Daily - Daily', 'A plan - Daily'],
    ['A plan - Weekly', 'A plan - Weekly'],
    ['Daily', 'Daily'],
  ])('takes the name of the publisher off titles: %s', async (title, expected) => {
    const found = await reading(source, list([{ ...row, title }]))
    expect(found?.articles[0]?.title).toBe(expected)
  })

  it('gives clean articles; what was withdrawn is missing', async () => {
    expect(await reading(source, list([row, removed, { ...row, url: null }, null]))).toEqual({
      articles: [
        {
          source: 'newsapi-science',
          sourceId: 'https://daily.test/moon',
          url: 'https://daily.test/moon',
          title: 'Moon & stars',
          summary: 'Far away',
          author: 'Ann',
          publishedAt: Date.UTC(2026, 0, 9, 8),
          language: undefined,
          section: 'science',
        },
      ],
      missing: 3,
      next: [],
    })
  })

  it('gets requests for further pages, up to the configured number', async () => {
    const first = await reading(source, list([row], 150))
    expect(first?.next?.[0]?.request.url).toContain('&page=2')
    expect((await reading(source, list([row], 900), { request: first!.next![0]! }))?.next).toEqual([])
  })

  it('ends where the plan allows no further result', async () => {
    const body = { status: 'error', code: 'maximumResultsReached', message: `no more for ${key}` }
    expect(await reading(source, body, { status: 426 })).toEqual({ articles: [] })
  })

  it.each([
    [200, { status: 'error', code: 'apiKeyInvalid' }, 'refused', 'it rejects the key'],
    [401, { status: 'error', code: 'apiKeyMissing' }, 'refused', 'it requires a key'],
    [429, { status: 'error', code: 'rateLimited' }, 'limited', 'the quota of the key is used up'],
    [426, { status: 'error', code: 'upgradeRequired' }, 'refused', 'the plan of the key does not allow this'],
    [500, { status: 'error', code: 'unexpectedError' }, 'failed', 'it has an internal error'],
    [400, { status: 'error', code: key, message: key }, 'failed', 'it answers with an unknown error'],
    [200, { articles: 'none' }, 'malformed', 'the response is not a list of articles'],
    [200, 'null', 'malformed', 'the response is not a list of articles'],
  ])('%d with %j is %s', async (status, body, kind, message) => {
    await expect(reading(source, body, { status })).rejects.toMatchObject({ name: 'SourceError', kind, message })
  })

  it('leaves a failure without a body as it is', async () => {
    expect(await reading(source, '<h1>Bad gateway</h1>', { status: 502 })).toBeUndefined()
  })
})

describe('The Guardian', () => {
  const source = guardian({ key, section: 'world', query: 'sea level', pages: 3 })
  const result = {
    id: 'world/2026/jan/09/sea',
    webTitle: 'The sea’s level',
    webUrl: 'https://www.theguardian.com/world/2026/jan/09/sea',
    webPublicationDate: '2026-01-09T10:00:00Z',
    sectionName: 'World news',
    fields: { trailText: 'It <strong>rises</strong>', byline: 'Bea' },
  }
  const page = (results: readonly unknown[], pages = 1) => ({ response: { status: 'ok', pages, results } })

  it('gets a request for the newest, with the key apart', () => {
    const url = new URL(String(source.begin()[0]!.request.url))
    expect(url.origin + url.pathname).toBe('https://content.guardianapis.com/search')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      section: 'world',
      q: 'sea level',
      'order-by': 'newest',
      'show-fields': 'trailText,byline',
      'page-size': '50',
      page: '1',
    })
    expect(inspect([source, source.begin()], { depth: 9 })).not.toContain(key)
  })

  it('gives clean articles', async () => {
    expect(await reading(source, page([result, { ...result, webUrl: 'ftp://x' }], 2))).toMatchObject({
      articles: [
        {
          source: 'guardian-world-sea level',
          sourceId: 'world/2026/jan/09/sea',
          url: 'https://www.theguardian.com/world/2026/jan/09/sea',
          title: 'The sea’s level',
          summary: 'It rises',
          author: 'Bea',
          publishedAt: Date.UTC(2026, 0, 9, 10),
          language: 'en',
          section: 'World news',
        },
      ],
      missing: 1,
      next: [{ kind: 'list' }],
    })
  })

  it('ends after the last page, whatever its number', async () => {
    const message = 'requested page is beyond the number of available pages'
    expect(await reading(source, { response: { status: 'error', message } }, { status: 400 })).toEqual({ articles: [] })
    expect((await reading(source, page([result], 1)))?.next).toEqual([])
  })

  it.each([
    [401, { message: 'Unauthorized' }, 'refused', 'it rejects the key'],
    [
      400,
      { response: { status: 'error', message: key } },
      'failed',
      'it rejects the request: check section, query and page size',
    ],
    [200, { response: { status: 'error', message: key } }, 'failed', 'it rejects the request'],
    [200, [], 'malformed', 'the response is not a list of results'],
  ])('%d with %j is %s', async (status, body, kind, message) => {
    await expect(reading(source, body, { status })).rejects.toMatchObject({ name: 'SourceError', kind, message })
  })
})

describe('Hacker News', () => {
  const source = hackerNews({ count: 2 })
  const story = {
    id: 9,
    type: 'story',
    by: 'pg',
    time: 1_767_960_000,
    title: 'Show &amp; tell',
    url: 'https://x.test/9',
  }
  const request = { kind: 'story', request: { url: 'https://hn.test/v0/item/9.json', readAs: 'json' } } as const

  it('has a list, and a request for each story of it, once', async () => {
    expect(source.begin()[0]!.request.url).toBe('https://hacker-news.firebaseio.com/v0/topstories.json')
    const list = await reading(source, [9, 9, 'x', 8, 7])
    expect(list?.next?.map(({ request }) => request.url)).toEqual([
      'https://hacker-news.firebaseio.com/v0/item/9.json',
      'https://hacker-news.firebaseio.com/v0/item/8.json',
    ])
  })

  it('gives clean articles', async () => {
    expect(await reading(source, { ...story, unknown: 1 }, { request })).toEqual({
      articles: [
        {
          source: 'hn',
          sourceId: '9',
          url: 'https://x.test/9',
          title: 'Show & tell',
          summary: undefined,
          author: 'pg',
          publishedAt: 1_767_960_000_000,
          language: 'en',
          section: undefined,
        },
      ],
    })
  })

  it.each([undefined, ''])('a question with the URL %j links to the site itself', async (url) => {
    const asked = await reading(source, { ...story, url, text: '<p>Why?</p>' }, { request })
    expect(asked?.articles[0]).toMatchObject({ url: 'https://news.ycombinator.com/item?id=9', summary: 'Why?' })
  })

  it.each([
    ['nothing', 'null'],
    ['a dead story', { ...story, dead: true }],
    ['a deleted one', { id: 9, deleted: true, type: 'story' }],
    ['a comment', { ...story, type: 'comment' }],
    ['one without a title', { ...story, title: undefined }],
  ])('%s counts as missing', async (_name, body) => {
    expect(await reading(source, body, { request })).toEqual({ articles: [], missing: 1 })
  })

  it('dates in the future become the time of the fetch', async () => {
    const late = await reading(source, { ...story, time: 9e9 }, { request })
    expect(late?.articles[0]?.publishedAt).toBe(fetchedAt)
  })

  it.each([
    ['a list', undefined, { error: 'Permission denied' }, 'the response is not a list of stories'],
    ['a story', request, '"text"', 'the response is not a story'],
  ])('reports a response that is not %s', async (_name, asked, body, message) => {
    const options = asked === undefined ? {} : { request: asked }
    await expect(reading(source, body, options)).rejects.toMatchObject({ name: 'SourceError', message })
  })
})
