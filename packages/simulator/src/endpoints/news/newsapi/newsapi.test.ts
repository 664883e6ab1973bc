import { beforeEach, describe, expect, it } from 'vitest'
import { NewsDesk, type Said } from '../../../../test/news-desk.ts'

let desk: NewsDesk

beforeEach(() => {
  desk = new NewsDesk()
})

const ask = (path: string, headers?: Readonly<Record<string, string>>): Said => desk.ask(path, headers)

const key = { 'x-api-key': 'practice' }
const top = (query: string) => ask(`/newsapi/v2/top-headlines?${query}`, key)
const every = (query: string) => ask(`/newsapi/v2/everything?${query}`, key)
const hour = 3_600_000

describe('the key', () => {
  it.each<[string, Readonly<Record<string, string>>, number, string?]>([
    ['', {}, 401, 'apiKeyMissing'],
    ['', { 'x-api-key': 'guess' }, 401, 'apiKeyInvalid'],
    ['', { 'x-api-key': 'practice-disabled' }, 401, 'apiKeyDisabled'],
    ['', { 'x-api-key': 'practice-exhausted' }, 429, 'apiKeyExhausted'],
    ['', { 'x-api-key': 'practice' }, 200],
    ['', { authorization: 'practice' }, 200],
    ['', { authorization: 'Bearer practice' }, 200],
    ['&apiKey=practice', {}, 200],
    ['&apiKey=practice', { 'x-api-key': 'guess' }, 200],
    ['&apiKey=guess', { 'x-api-key': 'practice' }, 401, 'apiKeyInvalid'],
    ['', { 'x-api-key': 'practice', origin: 'https://page.test' }, 426, 'corsNotAllowed'],
    ['', { 'x-api-key': 'practice', origin: 'http://localhost:3000' }, 200],
  ])('%j and %j give %d', (query, headers, status, code) => {
    const said = ask(`/newsapi/v2/top-headlines?country=us${query}`, headers)
    expect([said.status, said.json.code]).toEqual([status, code])
    expect(said.json.status).toBe(status === 200 ? 'ok' : 'error')
  })

  it('is good for 50 requests in any 12 hours and says nothing about when more are allowed', async () => {
    const statuses = Array.from({ length: 51 }, () => top('country=us'))
    expect(statuses.map(({ status }) => status)).toEqual([...Array.from({ length: 50 }, () => 200), 429])
    const { json, headers } = statuses[50]!
    expect(json).toEqual({ status: 'error', code: 'rateLimited', message: expect.any(String) })
    expect(Object.keys(headers)).toEqual(['content-type', 'date'])
    await desk.clock.advance(12 * hour - 1)
    expect(top('country=us').status).toBe(429)
    await desk.clock.advance(1)
    expect(top('country=us').status).toBe(200)
  })

  it('is good for 100 requests in any 24 hours, errors and all, but for those with a wrong key', async () => {
    for (let count = 0; count < 49; count++) top('country=us')
    expect(top('').status).toBe(400)
    for (let count = 0; count < 60; count++) ask('/newsapi/v2/top-headlines?country=us')
    await desk.clock.advance(12 * hour)
    for (let count = 0; count < 50; count++) expect(top('country=us').status).toBe(200)
    await desk.clock.advance(12 * hour - 1)
    expect(top('country=us').status).toBe(429)
    await desk.clock.advance(1)
    expect(top('country=us').status).toBe(200)
  })
})

describe('lists', () => {
  it('have rows of the shape that clients know, with content that is cut off', () => {
    const { status, json } = top('country=us&pageSize=100')
    expect([status, json.status, json.articles.length]).toEqual([200, 'ok', Math.min(100, json.totalResults)])
    const good = json.articles.filter(({ title }: { title: string }) => title !== '[Removed]')
    for (const article of good) {
      expect(article).toEqual({
        source: { id: article.source.id, name: expect.any(String) },
        author: article.author,
        title: expect.stringMatching(/ - [\w& ]+$/),
        description: article.description,
        url: expect.stringMatching(/^https:\/\//),
        urlToImage: article.urlToImage,
        publishedAt: expect.stringMatching(/^2026-11-\d\dT\d\d:\d\d:\d\dZ$/),
        content: article.content,
      })
      expect(article.content ?? '… [+1 chars]').toMatch(/… \[\+\d+ chars\]$/)
    }
    for (const name of ['author', 'description', 'urlToImage', 'content']) {
      expect(good.some((article: Record<string, unknown>) => article[name] === null)).toBe(true)
    }
  })

  it('have rows that were removed', () => {
    const { articles } = every(
      'domains=harbour-post.example,lantern.example,northern-wire.example,daily-ledger.example',
    ).json
    const removed = articles.filter(({ url }: { url: string }) => url === 'https://removed.com')
    expect(removed.length).toBeGreaterThan(0)
    expect(removed[0]).toMatchObject({
      source: { id: null, name: '[Removed]' },
      title: '[Removed]',
      publishedAt: '1970-01-01T00:00:00Z',
    })
  })

  it('are narrowed by what is requested', () => {
    const total = (said: Said) => said.json.totalResults
    expect(total(top('category=sports'))).toBeLessThan(total(top('country=us')))
    expect(total(top('category=health'))).toBe(0)
    expect(total(top('country=de'))).toBe(0)
    expect(total(top('country=us&language=fr'))).toBe(0)
    expect(total(every('q=the'))).toBeGreaterThan(total(every('q=the NOT rowers')))
    expect(total(every('domains=lantern.example'))).toBe(total(every('sources=the-lantern')))
    expect(total(every('q=the&excludeDomains=lantern.example'))).toBeLessThan(total(every('q=the')))
    expect(total(every('q=in&from=2026-11-20'))).toBeLessThan(total(every('q=in')))
    expect(total(every('q=in&to=2026-11-16'))).toBe(0)
    expect(total(every('q=in&from=2026-11-20T12:00:01'))).toBe(0)
  })

  it('continue from page to page up to result 100, and no further', () => {
    const first = top('country=us&pageSize=20&page=1').json
    const second = top('country=us&pageSize=20&page=2').json
    expect([...first.articles, ...second.articles]).toEqual(top('country=us&pageSize=40').json.articles)
    expect(top('country=us').json.articles).toHaveLength(20)
    expect(every('q=in').json.articles).toHaveLength(100)
    expect(every('q=in&page=2')).toMatchObject({ status: 426, json: { code: 'maximumResultsReached' } })
    expect(every('q=in&pageSize=30&page=4').status).toBe(426)
    expect(every('q=in&pageSize=25&page=4').status).toBe(200)
  })

  it.each([
    ['top-headlines?', 'parametersMissing'],
    ['top-headlines?pageSize=5', 'parametersMissing'],
    ['everything?language=en', 'parametersMissing'],
    ['everything?q=', 'parametersMissing'],
    ['top-headlines?country=us&pageSize=101', 'parameterInvalid'],
    ['top-headlines?country=us&pageSize=0', 'parameterInvalid'],
    ['top-headlines?country=us&page=x', 'parameterInvalid'],
    ['top-headlines?category=gossip', 'parameterInvalid'],
    ['top-headlines?country=usa', 'parameterInvalid'],
    ['everything?q=a&sortBy=luck', 'parameterInvalid'],
    ['everything?q=a&from=yesterday', 'parameterInvalid'],
    ['top-headlines?sources=the-lantern&country=us', 'parametersIncompatible'],
    ['top-headlines?sources=nobody', 'sourceDoesNotExist'],
    [`everything?sources=${Array.from({ length: 21 }, () => 'the-lantern')}`, 'sourcesTooMany'],
  ])('refuse %s: %s', (target, code) => {
    const { status, json } = ask(`/newsapi/v2/${target}`, key)
    expect([status, json]).toEqual([400, { status: 'error', code, message: expect.any(String) }])
  })

  it('fail when asked to, with a status or in spite of it', () => {
    const error = { status: 'error', code: 'unexpectedError', message: expect.any(String) }
    expect(every('q=__odd')).toMatchObject({ status: 200, json: error })
    expect(every('q=__error')).toMatchObject({ status: 500, json: error })
  })

  it('name sources that can be requested', () => {
    const { sources } = ask('/newsapi/v2/top-headlines/sources', key).json
    expect(sources).toHaveLength(4)
    for (const { id } of sources) expect(top(`sources=${id}`).json.totalResults).toBeGreaterThan(0)
  })
})
