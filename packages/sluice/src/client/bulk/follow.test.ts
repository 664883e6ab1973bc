import { describe, expect, it } from 'vitest'
import type { ApiRequest } from '../../http/request.ts'
import { testClient } from '../../testing/test-client.ts'
import { pageOf } from '../pagination/pages-follower.ts'
import type { CallResult } from '../result.ts'

async function collect(results: AsyncIterable<CallResult>): Promise<CallResult[]> {
  const collected: CallResult[] = []
  for await (const result of results) collected.push(result)
  return collected
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)
const shown = (results: readonly CallResult[]): unknown[] =>
  results.map((result) => [result.id, result.ok ? result.value : (result.error as { code: string }).code])

/** Lists with 2 items a page; the path is the number of items: `/7`. */
function lists(told: (count: number) => object): (request: Pick<ApiRequest, 'url'>) => { readonly json: unknown } {
  return (request) => {
    const { pathname, searchParams } = new URL(request.url)
    const count = Number(pathname.slice(1))
    const page = Number(searchParams.get('page') ?? 1)
    return { json: { items: upTo(count).slice(page * 2 - 2, page * 2), ...told(count) } }
  }
}

describe('requests that follow from a result', () => {
  it('join the run before more of the source is read, and may be followed in turn', async () => {
    const { clock, api, client } = testClient(({ url }) => ({ json: url.length }), { concurrency: 1 })
    const run = client.stream(['/a', '/b'], {
      follow: ({ request }) => (request.url.length < 17 ? [`${request.url}x`] : undefined),
    })
    const results = await clock.runUntilSettled(collect(run))
    expect(api.seen.map(({ url }) => new URL(url).pathname)).toEqual(['/a', '/b', '/ax', '/bx'])
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3])
    expect(run.progress).toMatchObject({ read: 4, done: 4, total: 4 })
  })

  it('come in time although the source gives nothing meanwhile, and end with the run', async () => {
    const { clock, api, client } = testClient()
    const never = async function* () {
      yield '/a'
      await new Promise(() => {})
    }
    const run = client.stream(never(), { maxTime: '2s', follow: (result) => (result.index === 0 ? ['/b'] : []) })
    expect(await clock.runUntilSettled(collect(run))).toHaveLength(2)
    expect(api.seen).toHaveLength(2)
    expect(run.stopReason).toBe('the time for the run is up')
  })

  it('are not lost because the function is asynchronous: its result fails and says so', async () => {
    const { clock, client } = testClient()
    const follow = (async () => ['/b']) as never
    const [result] = await clock.runUntilSettled(collect(client.stream(['/a'], { follow })))
    expect(result).toMatchObject({ error: { summary: 'follow: expected a list of requests, not a promise' } })
  })

  it('fail the result if they cannot be made', async () => {
    const { clock, client } = testClient()
    const follow = () => {
      throw new Error('no id')
    }
    const run = client.stream(['/a', '/b'], { follow, failFast: true })
    const [first] = await clock.runUntilSettled(collect(run))
    expect(first).toMatchObject({
      ok: false,
      status: 200,
      error: { message: expect.stringContaining('follow: no id') },
    })
    expect(run.stopReason).toBe('1 failure reached failFast')
  })

  it('are finished before the error of the source is thrown', async () => {
    const { clock, api, client } = testClient()
    const broken = function* () {
      yield '/a'
      throw new Error('the file is gone')
    }
    const run = client.stream(broken(), { follow: ({ index }) => (index === 0 ? ['/b'] : []) })
    await expect(clock.runUntilSettled(collect(run))).rejects.toThrow('the file is gone')
    expect(api.seen).toHaveLength(2)
  })
})

describe('the pages of many lists', () => {
  it('are requested together where the first one tells how many there are', async () => {
    const { clock, api, client } = testClient(
      lists((total) => ({ total })),
      { concurrency: 10 },
    )
    const run = client.stream(['/9', { url: '/4', id: 'b' }], {
      pages: { style: 'page', total: 'total', list: 'items' },
    })
    const results = await clock.runUntilSettled(collect(run))
    expect(clock.now()).toBe(200)
    expect(api.seen).toHaveLength(7)
    const ofB = results.filter(({ id }) => id.startsWith('b'))
    expect(ofB.map((result) => [result.id, pageOf(result)?.items])).toEqual([
      ['b#1', [1, 2]],
      ['b#2', [3, 4]],
    ])
    expect(new Set(results.map((result) => pageOf(result)?.list))).toEqual(new Set([0, 1]))
  })

  it('are one after another in order, list after list, and no more are requested ahead than twice the concurrency', async () => {
    const { clock, api, client } = testClient(
      lists((total) => ({ total })),
      { concurrency: 2 },
    )
    const run = client.stream(['/41', '/3'], {
      ordered: true,
      pages: { style: 'page', total: 'total', list: 'items' },
    })
    const results = await clock.runUntilSettled(collect(run))
    expect(results.map(({ id }) => id.replace('https://a.test', ''))).toEqual([
      ...upTo(21).map((n) => `/41#${n}`),
      '/3#1',
      '/3#2',
    ])
    expect(api.mostInFlight).toBe(2)
  })

  it('are counted: fewer items than the total says is an error of its own', async () => {
    const { clock, client } = testClient(
      lists(() => ({ total: 7 })),
      { concurrency: 2 },
    )
    const run = client.stream([{ url: '/4', id: 'a' }], { pages: { style: 'page', total: 'total', list: 'items' } })
    const results = await clock.runUntilSettled(collect(run))
    expect(shown(results)).toContainEqual(['a#3', 'SLUICE_PAGE_SHAPE'])
    expect(run.progress).toMatchObject({ failed: 1 })
  })

  it('end with the page from which the way is wrong', async () => {
    const { clock, client } = testClient(() => ({ json: [1], headers: { link: '<https://b.test/>; rel=next' } }))
    const results = await clock.runUntilSettled(
      collect(client.stream([{ url: '/x', id: 'a' }], { pages: { style: 'link' } })),
    )
    expect(shown(results)).toEqual([
      ['a#1', [1]],
      ['a#1', 'SLUICE_PAGE_ORIGIN'],
    ])
    const circle = await clock.runUntilSettled(
      collect(client.stream([{ url: '/y', id: 'b' }], { pages: { style: 'page', findTotal: true } })),
    )
    expect(shown(circle)).toEqual([
      ['b#1', [1]],
      ['b#2', 'SLUICE_PAGE_LOOP'],
    ])
  })

  it('stop at maxPages, and continue after a page that fails', async () => {
    const answer = lists((total) => ({ total }))
    const { clock, client } = testClient((request) => (request.url.endsWith('page=2') ? 404 : answer(request)))
    const pages = { style: 'page', total: 'total', list: 'items', maxPages: 3 } as const
    const results = await clock.runUntilSettled(
      collect(client.stream([{ url: '/41', id: 'a' }], { pages, ordered: true })),
    )
    expect(results.map(({ id, ok }) => [id, ok])).toEqual([
      ['a#1', true],
      ['a#2', false],
      ['a#3', true],
      ['a#3', false],
    ])
    expect(results.at(-1)).toMatchObject({ error: { code: 'SLUICE_PAGE_LIMIT' } })
  })

  it('give the requests of their items', async () => {
    const { clock, api, client } = testClient(
      (request) => (request.url.includes('/item/') ? { json: 'item' } : lists((total) => ({ total }))(request)),
      { concurrency: 4 },
    )
    const run = client.stream(['/5'], {
      pages: { style: 'page', total: 'total', list: 'items' },
      follow: (_, page) => page?.items?.map((id) => `/item/${id}`),
    })
    expect(await clock.runUntilSettled(collect(run))).toHaveLength(8)
    expect(
      api.seen
        .filter(({ url }) => url.includes('/item/'))
        .map(({ url }) => url.at(-1))
        .sort(),
    ).toEqual([...'12345'])
  })

  it.each([2, 5, 20])(
    'are followed in order to the items of their items: list by list, page by page, with %d at once',
    async (concurrency) => {
      // The second page is the last one to be answered, and so are the first items of each page.
      const delayOf = (url: string): number => (url.includes('page=2') ? 700 : /item.[135]$/.test(url) ? 300 : 10)
      const { clock, api, client } = testClient(
        ({ url }) => ({
          after: delayOf(url),
          ...(url.includes('/i') ? { json: 1 } : lists((total) => ({ total }))({ url })),
        }),
        { concurrency },
      )
      const run = client.stream(['/7', { url: '/3', id: 'b' }], {
        ordered: true,
        pages: { style: 'page', total: 'total', list: 'items' },
        follow: ({ id, value }, page) =>
          page?.items?.map((n) => ({ url: '/item', query: { n: n as number }, id: `${id}.${n}` })) ??
          (id.endsWith('x') ? [] : [{ url: '/in', id: `${id}x`, query: { v: value as number } }]),
      })
      const ids = (await clock.runUntilSettled(collect(run))).map(({ id }) => id.replace('https://a.test', ''))
      const ofItems = ['/7#1.1', '/7#1.2', '/7#2.3', '/7#2.4', '/7#3.5', '/7#3.6', '/7#4.7', 'b#1.1', 'b#1.2', 'b#2.3']
      expect(ids.filter((id) => /#\d$/.test(id))).toEqual(['/7#1', '/7#2', '/7#3', '/7#4', 'b#1', 'b#2'])
      expect(ids.filter((id) => /\.\d$/.test(id))).toEqual(ofItems)
      expect(ids.filter((id) => id.endsWith('x'))).toEqual(ofItems.map((id) => `${id}x`))
      expect(api.mostInFlight).toBe(Math.min(concurrency, 5))
    },
  )

  it('carry a cursor with all its digits, and no bodies that were not requested', async () => {
    const { clock, api, client } = testClient(({ url }) =>
      url.includes('cursor')
        ? { json: { next: null } }
        : { body: '{"next":9007199254740993}', headers: { 'content-type': 'application/json' } },
    )
    const results = await clock.runUntilSettled(
      collect(client.stream(['/x'], { pages: { style: 'cursor', path: 'next' } })),
    )
    expect(api.seen[1]?.url).toBe('https://a.test/x?cursor=9007199254740993')
    expect(results.every((result) => !('body' in result))).toBe(true)
  })

  it('refuse options that the run has itself', () => {
    const { client } = testClient()
    expect(() => client.stream([], { pages: { style: 'link', items: 'x' } as never })).toThrow(
      'pages: items is an option of client.paginate',
    )
    expect(() => client.stream([], { pages: { style: 'nope' } as never })).toThrow('style: expected one of link')
  })
})
