import { beforeEach, describe, expect, it } from 'vitest'
import { NewsDesk, type Said } from '../../../../test/news-desk.ts'
import { StoryPool } from '../stories/story-pool.ts'
import { guardianItems, isWithdrawn } from './guardian-item.ts'

let desk: NewsDesk

beforeEach(() => {
  desk = new NewsDesk()
})

const ask = (path: string, headers?: Readonly<Record<string, string>>): Said => desk.ask(path, headers)

/** Sends a request one second after the previous one. */
async function search(query = ''): Promise<Said> {
  await desk.clock.advance(1_000)
  return ask(`/guardian/search?api-key=practice&${query}`)
}

const response = async (query: string) => (await search(query)).json.response
const ids = (results: readonly { readonly id: string }[]) => results.map(({ id }) => id)

describe('the gateway', () => {
  it.each(['', '?api-key=guess'])('says 401 without an envelope: %j', (query) => {
    for (const path of ['/guardian/search', '/guardian/content/world/2026']) {
      const { status, json } = ask(path + query, { 'api-key': 'practice' })
      expect([status, json]).toEqual([401, { message: 'Unauthorized' }])
    }
  })

  it('lets one request a second pass, says what is left, and 429 without an envelope and Retry-After', async () => {
    const first = await search()
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit-day': '500',
      'x-ratelimit-remaining-day': '499',
      'x-ratelimit-limit-minute': '60',
      'x-ratelimit-remaining-minute': '59',
    })
    await desk.clock.advance(999)
    const refused = ask('/guardian/search?api-key=practice')
    expect(refused).toMatchObject({ status: 429, json: { message: expect.any(String) } })
    expect(refused.json.response).toBeUndefined()
    expect(refused.headers['x-ratelimit-remaining-day']).toBe('499')
    expect(refused.headers['retry-after']).toBeUndefined()
    await desk.clock.advance(1)
    expect(ask('/guardian/search?api-key=practice').headers['x-ratelimit-remaining-minute']).toBe('58')
  })

  it('lets 500 a day pass', async () => {
    for (let count = 0; count < 500; count++) expect((await search('page=x')).status).toBe(400)
    expect(await search()).toMatchObject({ status: 429, headers: { 'x-ratelimit-remaining-day': '0' } })
    await desk.clock.advance(86_400_000 - 500_000)
    expect((await search()).status).toBe(200)
  })
})

describe('search', () => {
  it('has pages of ten in an envelope, the newest first', async () => {
    const first = await response('')
    expect(first).toMatchObject({
      status: 'ok',
      userTier: 'developer',
      startIndex: 1,
      pageSize: 10,
      currentPage: 1,
      pages: Math.ceil(first.total / 10),
      orderBy: 'newest',
    })
    expect(first.results[0]).toEqual({
      id: expect.stringMatching(/^\w+\/2026\/nov\/20\/[a-z0-9-]+$/),
      type: 'article',
      sectionId: expect.any(String),
      sectionName: expect.any(String),
      webPublicationDate: expect.stringMatching(/^2026-11-20T\d\d:\d\d:\d\dZ$/),
      webTitle: expect.any(String),
      webUrl: `https://www.practice-guardian.example/${first.results[0].id}`,
      apiUrl: `http://localhost/guardian/content/${first.results[0].id}`,
      isHosted: false,
      pillarId: expect.any(String),
      pillarName: expect.any(String),
    })
    const second = await response('page=2')
    expect([second.startIndex, second.currentPage]).toEqual([11, 2])
    expect(ids([...first.results, ...second.results])).toEqual(ids((await response('page-size=20')).results))
  })

  it('says that a page is beyond the last in the words that clients look for', async () => {
    const { total, pages } = await response('page-size=200')
    expect([total > 100, pages]).toEqual([true, 1])
    expect(await search('page-size=200&page=2')).toMatchObject({
      status: 400,
      json: { response: { status: 'error', message: 'requested page is beyond the number of available pages' } },
    })
    expect(await response('q=nowhere-to-be-found')).toMatchObject({ total: 0, pages: 0, startIndex: 0, results: [] })
  })

  it('shows fields that are all texts, numbers and booleans too', async () => {
    const [{ fields }] = (await response('show-fields=wordcount,isLive,headline,nonsense,constructor')).results
    expect(fields).toEqual({ wordcount: expect.stringMatching(/^\d+$/), isLive: 'false', headline: expect.any(String) })
    const all = (await response('show-fields=all')).results[0].fields
    expect(Object.values(all).filter((value) => typeof value !== 'string')).toEqual([])
    expect(all.trailText).toContain('<strong>')
  })

  it('keeps to order, sections, dates and words', async () => {
    const newest = await response('page-size=200')
    const oldest = await response('page-size=200&order-by=oldest')
    expect(ids(oldest.results)).toEqual(ids(newest.results).toReversed())
    const sectionsOf = async (section: string) =>
      Array.from(
        new Set(
          (await response(`page-size=200&section=${section}`)).results.map(
            (one: { sectionId: string }) => one.sectionId,
          ),
        ),
      ).sort()
    expect(await sectionsOf('sport')).toEqual(['sport'])
    expect(await sectionsOf('sport|world')).toEqual(['sport', 'world'])
    expect(await sectionsOf('-sport')).toEqual(['business', 'culture', 'science', 'technology', 'world'])
    expect(await sectionsOf('sport,world')).toEqual([])
    const [today, before] = [await response('from-date=2026-11-20'), await response('to-date=2026-11-19')]
    expect([today.total > 0, today.total + before.total]).toEqual([true, newest.total])
    expect(await response('q=rowers OR cyclists')).toMatchObject({ orderBy: 'relevance' })
  })

  it.each(['page-size=201', 'page-size=0', 'page=0', 'order-by=luck', 'from-date=2026-13-01', 'to-date=20.11.2026'])(
    'refuses %s',
    async (query) => {
      expect(await search(query)).toMatchObject({
        status: 400,
        json: { response: { status: 'error', message: expect.any(String) } },
      })
    },
  )
})

describe('one article', () => {
  it('is found by its id, slashes and all', async () => {
    const [first] = (await response('')).results
    await desk.clock.advance(1_000)
    const { json } = ask(`/guardian/content/${first.id}?api-key=practice&show-fields=byline`)
    expect(json.response).toMatchObject({
      status: 'ok',
      total: 1,
      content: { ...first, fields: { byline: expect.any(String) } },
    })
    expect(desk.simulator.stats().paths).toEqual({ '/guardian/search': 1, '/guardian/content/:id...': 1 })
  })

  it('is 404 if it never was, and 410 if it was taken down', async () => {
    expect(await desk.clock.advance(1_000).then(() => ask('/guardian/content/world/x?api-key=practice'))).toMatchObject(
      {
        status: 404,
        json: { response: { status: 'error' } },
      },
    )
    const pool = new StoryPool(1, () => desk.clock.wallTime())
    const withdrawn = guardianItems(pool).find((item) => isWithdrawn(pool, item))!
    await desk.clock.advance(1_000)
    expect(ask(`/guardian/content/${withdrawn.id}?api-key=practice`).status).toBe(410)
    expect(ids((await response('page-size=200')).results)).not.toContain(withdrawn.id)
  })
})
