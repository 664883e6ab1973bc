import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ApiRequest } from '../../http/request.ts'
import type { ScriptedAnswer } from '../../testing/scripted-api.ts'
import { testClient } from '../../testing/test-client.ts'
import type { Failure } from '../result.ts'
import type { StandardSchemaV1 } from '../schema/standard-schema.ts'
import type { ClientOptions } from '../settings.ts'
import type { Page, PaginateOptions } from './options.ts'

type Answer = (request: ApiRequest, count: number) => ScriptedAnswer

function setup(answer: Answer, options: ClientOptions = {}, delay = 100) {
  const made = testClient(answer, options, delay)
  const paths = (): string[] => made.api.seen.map(({ url }) => url.slice('https://a.test'.length))
  return { ...made, paths }
}

function json(value: unknown, more: { readonly after?: number; readonly headers?: Record<string, string> } = {}) {
  return { ...more, headers: { 'content-type': 'application/json', ...more.headers }, body: JSON.stringify(value) }
}

function numberOf(request: ApiRequest, name = 'page'): number {
  return Number(new URL(request.url).searchParams.get(name) ?? 1)
}

/** Pages of two numbers each, up to the page `last`. */
function counted(last: number, more: (page: number) => object = () => ({})): Answer {
  return (request) => {
    const page = numberOf(request)
    const items = page > last ? [] : [2 * page - 1, 2 * page]
    return json({ items, total: 2 * last, ...more(page) })
  }
}

/** Each page links to the next by its number, up to `last`. */
const chained =
  (last: number): Answer =>
  (request) => {
    const page = numberOf(request)
    return json({ items: [page], next: page < last ? `/items?page=${page + 1}` : null })
  }

async function collect<T>(source: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const item of source) into.push(item)
  return into
}

const byPage: PaginateOptions = { style: 'page', total: 'total' }
const byUrl: PaginateOptions = { style: 'next-url', path: 'next' }
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

describe('pages', () => {
  it('come one after another where each leads to the next, with their values, positions and ids', async () => {
    const { clock, api, client, paths } = setup(chained(3))
    const pages = await clock.runUntilSettled(collect(client.paginate({ url: '/items', id: 'list' }, byUrl)))
    expect(pages.map(({ index, id, status }) => [index, id, status])).toEqual([
      [0, 'list#1', 200],
      [1, 'list#2', 200],
      [2, 'list#3', 200],
    ])
    expect(pages[1]!.value).toEqual({ items: [2], next: '/items?page=3' })
    expect(paths()).toEqual(['/items', '/items?page=2', '/items?page=3'])
    expect([clock.now(), api.mostInFlight, clock.pending]).toEqual([300, 1, 0])
  })

  it('are requested when the reader asks for the first, and not earlier', async () => {
    const { clock, api, client } = setup(chained(3))
    const pages = client.paginate('/items', byUrl)
    await clock.advance(1_000)
    expect(api.seen).toEqual([])
    const first = await clock.runUntilSettled(pages.next())
    await clock.advance(1_000)
    expect([first.done, api.seen.length]).toEqual([false, 1])
    await pages.return()
  })

  it('have their URL as an id where none was given', async () => {
    const { clock, client } = setup(chained(2))
    const pages = await clock.runUntilSettled(collect(client.paginate('/items?page=1', byUrl)))
    expect(pages.map(({ id }) => id)).toEqual(['https://a.test/items?page=1', 'https://a.test/items?page=2'])
  })

  it('are requested in parallel if the first one states the total', async () => {
    const { clock, api, client, paths } = setup(counted(21), { concurrency: 10 })
    const pages = await clock.runUntilSettled(
      collect(client.paginate('/items', { ...byPage, style: 'page', list: 'items' })),
    )
    expect(pages.map(({ index, value }) => [index, (value as { items: number[] }).items[1]])).toEqual(
      upTo(21).map((page) => [page - 1, 2 * page]),
    )
    expect(paths()).toEqual(upTo(21).map((page) => `/items?page=${page}`))
    expect([clock.now(), api.mostInFlight, clock.pending]).toEqual([300, 10, 0])
  })

  it('have items if their path is given, or if the value is a list', async () => {
    const { clock, client } = setup((request, count) =>
      request.url.endsWith('/list') ? json(['a']) : chained(2)(request, count),
    )
    const [page] = await clock.runUntilSettled(collect(client.paginate('/items', { ...byUrl, list: 'items' })))
    const [list] = await clock.runUntilSettled(collect(client.paginate('/list', { style: 'link' })))
    const [none] = await clock.runUntilSettled(collect(client.paginate('/items', byUrl)))
    expect([page?.items, list?.items, none?.items]).toEqual([[1], ['a'], undefined])
  })

  it('stay in order, and within their concurrency, however long each takes', async () => {
    const answer: Answer = (request) => ({
      ...json(bodyOf(numberOf(request))),
      after: [310, 20, 170, 90][numberOf(request) % 4]!,
    })
    const bodyOf = (page: number) => ({ items: [page], total: 60 })
    const { clock, api, client } = setup(answer, { concurrency: 10 })
    const items = await clock.runUntilSettled(
      collect(client.paginate('/items', { ...byPage, items: 'items', concurrency: 4 })),
    )
    expect(items).toEqual(upTo(60))
    expect(api.mostInFlight).toBe(4)
    expect(api.seen).toHaveLength(60)
  })

  it('are kept within bounds while their reader is busy', async () => {
    const { clock, api, client } = setup(counted(500), { concurrency: 5 })
    const pages = client.paginate('/items', { ...byPage, items: 'items' })
    for (let taken = 0; taken < 100; taken++) {
      await clock.runUntilSettled(pages.next())
      await clock.advance(1_000)
      expect(api.seen.length).toBeLessThanOrEqual(taken / 2 + 1 + 2 * 5)
    }
    await pages.return()
  })

  it('are read ahead of a slow one, up to twice their concurrency', async () => {
    const answer: Answer = (request) => ({
      ...json({ items: [numberOf(request)], total: 100 }),
      after: numberOf(request) === 2 ? 5_000 : 100,
    })
    const { clock, api, client } = setup(answer, { concurrency: 5 })
    const work = clock.runUntilSettled(collect(client.paginate('/items', { ...byPage, items: 'items' })))
    expect(await work).toEqual(upTo(100))
    expect(api.seen.findIndex(({ at }) => at > 100 + 4_000)).toBe(1 + 2 * 5)
  })

  it('beyond a total that was too small come one by one, after the others', async () => {
    const { clock, api, client } = setup(counted(9, () => ({ total: 7 })))
    const items = await clock.runUntilSettled(collect(client.paginate('/items', { ...byPage, items: 'items' })))
    expect(items).toEqual(upTo(18))
    expect(api.seen).toHaveLength(10)
  })

  it('missing although the total counts them are an error, after the existing pages', async () => {
    const { clock, api, client } = setup(
      counted(9, () => ({ total: 1_000_000 })),
      { concurrency: 3 },
    )
    const got: unknown[] = []
    const work = collect(client.paginate('/items', { ...byPage, items: 'items', maxPages: 1_000_000 }), got)
    await expect(clock.runUntilSettled(work)).rejects.toMatchObject({
      code: 'SLUICE_PAGE_SHAPE',
      message: 'page 10: the total says 1000000 items, but the list ends with this page, after 18',
    })
    expect(got).toEqual(upTo(18))
    expect(api.seen.length).toBeLessThanOrEqual(10 + 2 * 3)
    expect([api.inFlight, clock.pending]).toEqual([0, 0])
  })

  it('have the headers and options of the first request', async () => {
    const { clock, api, client } = setup(chained(3))
    const input = { url: 'https://ada:pw@a.test/items', query: { q: 'x' }, headers: { 'X-A': '1' } }
    await clock.runUntilSettled(collect(client.paginate(input, byUrl)))
    expect(api.seen.map(({ headers }) => [headers.authorization, headers['x-a']])).toEqual(
      Array(3).fill(['Basic YWRhOnB3', '1']),
    )
    expect(api.seen.map(({ url }) => new URL(url).search)).toEqual(['?q=x', '?page=2', '?page=3'])
  })

  it('start at the page or offset in the URL', async () => {
    const { clock, client, paths } = setup((request) =>
      json(numberOf(request) > 4 || numberOf(request, 'skip') > 70 ? [] : [request.url]),
    )
    await clock.runUntilSettled(collect(client.paginate('/items?page=3&q=1', { style: 'page' })))
    await clock.runUntilSettled(
      collect(
        client.paginate('/items?skip=70', { style: 'offset', offsetParam: 'skip', limitParam: 'take', limit: 5 }),
      ),
    )
    expect(paths()).toEqual([
      '/items?page=3&q=1',
      '/items?page=4&q=1',
      '/items?page=5&q=1',
      '/items?skip=70&take=5',
      '/items?skip=71&take=5',
    ])
  })

  it('are followed by cursors in a request body', async () => {
    const bodies: unknown[] = []
    const { clock, client } = setup((request, count) => {
      bodies.push(JSON.parse(String(request.body)))
      return json({ end: count < 3 ? `c${count}` : null })
    })
    const input = { url: '/graphql', json: { query: 'q', variables: { first: 2 } } }
    const options = { style: 'cursor', path: 'end', param: 'variables.after', in: 'body' } as const
    await clock.runUntilSettled(collect(client.paginate(input, options)))
    expect(bodies).toEqual([
      { query: 'q', variables: { first: 2 } },
      { query: 'q', variables: { first: 2, after: 'c1' } },
      { query: 'q', variables: { first: 2, after: 'c2' } },
    ])
  })

  it('are resolved against the URL after redirects', async () => {
    const { clock, client, paths } = setup((request) =>
      request.url.endsWith('/old/list')
        ? { status: 302, headers: { location: '/new/list' } }
        : json({ next: request.url.endsWith('?p=2') ? null : '?p=2' }),
    )
    const pages = await clock.runUntilSettled(collect(client.paginate('/old/list', byUrl)))
    expect(paths()).toEqual(['/old/list', '/new/list', '/new/list?p=2'])
    expect(pages.map(({ redirectedTo }) => redirectedTo)).toEqual(['https://a.test/new/list', undefined])
  })
})

describe('items', () => {
  it('are those of all pages in their order, by a path or a function', async () => {
    const { clock, client } = setup(chained(3))
    const byPath = client.paginate<number>('/items', { ...byUrl, items: 'items' })
    const byFunction = client.paginate('/items', {
      ...byUrl,
      items: (value: unknown) => (value as { items: number[] }).items.map(String),
    })
    expect(await clock.runUntilSettled(collect(byPath))).toEqual([1, 2, 3])
    expect(await clock.runUntilSettled(collect(byFunction))).toEqual(['1', '2', '3'])
  })

  it('are the value itself at a dot, and none where there is null', async () => {
    const { clock, client } = setup((request) => json(numberOf(request) > 2 ? null : [numberOf(request)]))
    const items = await clock.runUntilSettled(collect(client.paginate('/items', { style: 'page', items: '.' })))
    expect(items).toEqual([1, 2])
  })

  it('that are missing throw, with the path and the value found', async () => {
    const { clock, client } = setup((request) =>
      numberOf(request) === 1 ? json({ items: [1], next: '?page=2' }) : json({ error: 'a secret' }),
    )
    const got: unknown[] = []
    const work = collect(client.paginate('/items', { ...byUrl, items: 'items' }), got)
    await expect(clock.runUntilSettled(work)).rejects.toMatchObject({
      name: 'PaginationError',
      page: 2,
      message: 'page 2: items is missing: the value is an object with error',
    })
    expect(got).toEqual([1])
    const text = setup(() => json({ items: 'none', next: null }))
    await expect(
      text.clock.runUntilSettled(collect(text.client.paginate('/items', { ...byUrl, items: 'items' }))),
    ).rejects.toThrow('page 1: items: expected a list, but it is text')
  })
})

describe('a schema', () => {
  const schema: StandardSchemaV1<unknown, { readonly items: readonly string[] }> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const { items } = value as { items: number[] }
        return items.includes(13)
          ? { issues: [{ message: 'unlucky', path: ['items'] }] }
          : { value: { items: items.map(String) } }
      },
    },
  }

  it('transforms pages and items, while the next page is read from the original body', async () => {
    const { clock, client } = setup(chained(2))
    const pages = await clock.runUntilSettled(
      collect(client.paginate('/items', { style: 'next-url', path: 'next', schema })),
    )
    expect(pages.map(({ value }) => value)).toEqual([{ items: ['1'] }, { items: ['2'] }])
    const items = client.paginate('/items', { style: 'next-url', path: 'next', schema, items: ({ items }) => items })
    expect(await clock.runUntilSettled(collect(items))).toEqual(['1', '2'])
  })

  it('fails a page that does not fit, among many too', async () => {
    const { clock, client } = setup(counted(10))
    const got: unknown[] = []
    const work = collect(client.paginate('/items', { style: 'page', total: 'total', schema, items: 'items' }), got)
    await expect(clock.runUntilSettled(work)).rejects.toMatchObject({ code: 'SLUICE_SCHEMA' })
    expect(got).toEqual(upTo(12).map(String))
  })

  it('types pages and items', () => {
    const { client } = setup(chained(1))
    const typed = () => ({
      pages: client.paginate('/', { style: 'link', schema }),
      items: client.paginate('/', { style: 'link', schema, items: ({ items }) => items }),
      said: client.paginate<Date>('/', { style: 'link', items: 'items' }),
      free: client.paginate('/', { style: 'link', items: 'items' }),
      value: client.paginate<{ readonly n: number }>('/', { style: 'link' }),
      results: client.paginate('/', { style: 'link', schema, failures: 'yield' }),
    })
    type Typed = ReturnType<typeof typed>
    type Value = { readonly items: readonly string[] }
    expectTypeOf<Typed['pages']>().toEqualTypeOf<AsyncGenerator<Page<Value>, void, undefined>>()
    expectTypeOf<Typed['items']>().toEqualTypeOf<AsyncGenerator<string, void, undefined>>()
    expectTypeOf<Typed['said']>().toEqualTypeOf<AsyncGenerator<Date, void, undefined>>()
    expectTypeOf<Typed['free']>().toEqualTypeOf<AsyncGenerator<unknown, void, undefined>>()
    expectTypeOf<Typed['value']>().toEqualTypeOf<AsyncGenerator<Page<{ readonly n: number }>, void, undefined>>()
    expectTypeOf<Typed['results']>().toEqualTypeOf<AsyncGenerator<Page<Value> | Failure, void, undefined>>()
  })
})

describe('a page that fails', () => {
  const failing: Answer = (request, count) =>
    numberOf(request) === 3 ? { status: 404, after: 10 } : counted(40)(request, count)

  it('throws its error in its place, and cancels requests in flight', async () => {
    const { clock, api, client } = setup(failing)
    const got: unknown[] = []
    const work = collect(client.paginate('/items', { ...byPage, items: 'items' }), got)
    await expect(clock.runUntilSettled(work)).rejects.toMatchObject({ code: 'SLUICE_CLIENT_ERROR' })
    expect(got).toEqual([1, 2, 3, 4])
    await clock.advance(2_000)
    expect([api.inFlight, clock.pending]).toEqual([0, 0])
    expect(api.seen.length).toBeLessThan(25)
  })

  it('is delivered as a failure in its place on request, followed by the others', async () => {
    const { clock, client } = setup(failing)
    const options: PaginateOptions = { style: 'page', total: 'total', list: 'items' }
    const pages = await clock.runUntilSettled(collect(client.paginate('/items', { ...options, failures: 'yield' })))
    expect(pages.map(({ ok, index }) => [ok, index])).toEqual(upTo(40).map((page) => [page !== 3, page - 1]))
  })

  it('ends the list if it should have led to the next page', async () => {
    const { clock, client } = setup((request, count) => (numberOf(request) === 2 ? 404 : chained(5)(request, count)))
    const pages = await clock.runUntilSettled(collect(client.paginate('/items', { ...byUrl, failures: 'yield' })))
    expect(pages.map(({ ok }) => ok)).toEqual([true, false])
    await expect(clock.runUntilSettled(collect(client.paginate('/items', byUrl)))).rejects.toThrow('404')
  })

  it('is retried like every call', async () => {
    const { clock, client } = setup((request, count) => (count === 2 ? 503 : chained(3)(request, count)))
    expect(await clock.runUntilSettled(collect(client.paginate('/items', byUrl)))).toHaveLength(3)
  })

  it('may be the first request itself', async () => {
    const { clock, client } = setup(chained(1), { baseUrl: undefined })
    await expect(client.paginate('/items', byUrl).next()).rejects.toMatchObject({ code: 'SLUICE_BAD_INPUT' })
    const [failure] = await clock.runUntilSettled(collect(client.paginate('/items', { ...byUrl, failures: 'yield' })))
    expect(failure).toMatchObject({ ok: false, error: { code: 'SLUICE_BAD_INPUT' } })
  })
})

describe('a guard', () => {
  it('stops if a server ignores the page number', async () => {
    const { clock, api, client } = setup(() => json({ items: [1, 2], total: 1_000 }), { concurrency: 4 })
    const got: unknown[] = []
    const work = collect(client.paginate('/items', { ...byPage, items: 'items' }), got)
    await expect(clock.runUntilSettled(work)).rejects.toMatchObject({
      code: 'SLUICE_PAGE_LOOP',
      message: 'page 2: the items are those of the previous page: the server ignores the parameter page',
    })
    expect(got).toEqual([1, 2])
    expect(api.seen.length).toBeLessThanOrEqual(1 + 4 + 4)
  })

  it.each([
    ['a circle', () => json({ next: '/b' }), 'SLUICE_PAGE_LOOP', 2],
    ['another origin', () => json({ next: 'https://b.test/' }), 'SLUICE_PAGE_ORIGIN', 1],
    ['a misspelt path', () => json({ nextt: '/b' }), 'SLUICE_PAGE_SHAPE', 1],
  ] as const)('lets the pages before %s through', async (_, answer, code, pages) => {
    const { clock, client } = setup(answer)
    const got: unknown[] = []
    await expect(clock.runUntilSettled(collect(client.paginate('/a', byUrl), got))).rejects.toMatchObject({ code })
    expect(got).toHaveLength(pages)
  })

  it('sends credentials to an origin in allowOrigins', async () => {
    const { clock, api, client } = setup(
      (request) => json({ next: request.url.startsWith('https://b.test') ? null : 'https://b.test/x' }),
      { headers: { authorization: 'Bearer t' } },
    )
    await clock.runUntilSettled(collect(client.paginate('/a', { ...byUrl, allowOrigins: ['https://b.test/'] })))
    expect(api.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['https://a.test/a', 'Bearer t'],
      ['https://b.test/x', 'Bearer t'],
    ])
  })

  it.each<[string, Answer, PaginateOptions]>([
    ['one by one', chained(50), { ...byUrl, maxPages: 7 }],
    ['one by one, ahead', chained(50), { ...byUrl, maxPages: 7, readAhead: true }],
    ['many at a time', counted(50), { ...byPage, maxPages: 7 }],
  ])('delivers maxPages pages, %s, and then names the option for more', async (_, answer, options) => {
    const { clock, api, client } = setup(answer)
    const pages: unknown[] = []
    const list = options.style === 'page' ? { list: 'items' } : {}
    await expect(
      clock.runUntilSettled(collect(client.paginate('/items', { ...options, ...list } as PaginateOptions), pages)),
    ).rejects.toMatchObject({
      code: 'SLUICE_PAGE_LIMIT',
      message: 'page 7: there are more than 7 pages; raise maxPages to read them',
    })
    expect([pages.length, api.seen.length]).toEqual([7, 7])
  })

  it('reads exactly maxPages pages without an error', async () => {
    const one = setup(chained(7))
    expect(
      await one.clock.runUntilSettled(collect(one.client.paginate('/items', { ...byUrl, maxPages: 7 }))),
    ).toHaveLength(7)
    const many = setup(counted(7))
    const options = { ...byPage, items: 'items', maxPages: 7 } as const
    expect(await many.clock.runUntilSettled(collect(many.client.paginate('/items', options)))).toHaveLength(14)
  })
})

describe('leaving', () => {
  it.each<[string, Answer, PaginateOptions & { items?: string }]>([
    ['one by one', chained(50), { ...byUrl }],
    ['one by one, ahead', chained(50), { ...byUrl, readAhead: true }],
    ['many at a time', counted(50), { ...byPage, items: 'items' }],
  ])('releases all resources, %s', async (_, answer, options) => {
    const { clock, api, client } = setup(answer, { concurrency: 5 })
    const work = (async () => {
      let taken = 0
      for await (const _page of client.paginate('/items', options as PaginateOptions)) if (++taken === 4) break
    })()
    await clock.runUntilSettled(work)
    await clock.advance(2_000)
    const sent = api.seen.length
    await clock.advance(10_000)
    expect([api.inFlight, clock.pending, api.seen.length, client.status().waiting]).toEqual([0, 0, sent, 0])
  })

  it.each<[string, Answer, PaginateOptions & { items?: string }]>([
    ['one by one', chained(50), { ...byUrl }],
    ['many at a time', counted(50), { ...byPage, items: 'items' }],
  ])('by a signal throws its reason, %s', async (_, answer, options) => {
    const { clock, api, client } = setup(answer, { concurrency: 2 })
    const controller = new AbortController()
    const reason = new Error('enough')
    const work = collect(client.paginate('/items', { ...(options as PaginateOptions), signal: controller.signal }))
    work.catch(() => {})
    await clock.advance(350)
    controller.abort(reason)
    await expect(work).rejects.toBe(reason)
    await clock.advance(2_000)
    expect([api.inFlight, clock.pending]).toEqual([0, 0])
    await expect(client.paginate('/items', { ...byUrl, signal: controller.signal }).next()).rejects.toBe(reason)
  })
})

describe('the time', () => {
  it('of each page is bounded, not that of all', async () => {
    const { clock, client } = setup(chained(5))
    const pages = client.paginate('/items', { ...byUrl, deadline: 150 })
    expect(await clock.runUntilSettled(collect(pages))).toHaveLength(5)
    const hurried = client.paginate('/items', { ...byUrl, deadline: 50 })
    await expect(clock.runUntilSettled(collect(hurried))).rejects.toMatchObject({ code: 'SLUICE_DEADLINE' })
  })

  it.each([
    [false, 800],
    [true, 500],
  ])('with readAhead %s, when each page is worked on for 100 ms, is %d ms', async (readAhead, time) => {
    const { clock, api, client } = setup(chained(4))
    const work = (async () => {
      for await (const _page of client.paginate('/items', { ...byUrl, readAhead })) {
        await new Promise<void>((resolve) => clock.timer(100, resolve))
      }
    })()
    await clock.runUntilSettled(work)
    expect([clock.now(), api.mostInFlight, api.seen.length]).toEqual([time, 1, 4])
  })
})

describe('an option that cannot work is refused at once', () => {
  it.each([
    [{ style: 'pages' }, 'style: expected one of link, next-url, cursor, page, offset'],
    [undefined, 'options: expected an object, got undefined'],
    [{ style: 'cursor' }, 'path: expected a path'],
    [{ style: 'cursor', path: 'a', in: 'header' }, 'in: expected one of query, body'],
    [{ style: 'offset' }, 'limit: expected a whole number from 1 up'],
    [{ style: 'page', sizeParam: 'n' }, 'size: expected the size that sizeParam sends'],
    [{ style: 'page', param: '' }, 'param: expected the name of a parameter'],
    [{ style: 'link', maxPages: 0 }, 'maxPages: expected a whole number from 1 up'],
    [{ style: 'link', concurrency: 0 }, 'concurrency: expected a whole number from 1 up'],
    [{ style: 'link', allowOrigins: ['b.test'] }, 'allowOrigins: expected a list of origins'],
    [{ style: 'link', items: 'a', failures: 'yield' }, "failures: expected 'throw' together with items"],
    [{ style: 'link', failures: 'skip' }, 'failures: expected one of throw, yield'],
    [{ style: 'link', items: 7 }, 'items: expected a path'],
    [{ style: 'link', schema: {} }, 'schema: expected a Standard Schema'],
  ])('%j', (options, message) => {
    const { client } = setup(chained(1))
    expect(() => client.paginate('/items', options as PaginateOptions)).toThrow(message)
  })

  it('also a body without a place for the cursor', async () => {
    const { client } = setup(chained(1))
    const pages = client.paginate({ url: '/x', body: 'text' }, { style: 'cursor', path: 'a', in: 'body' })
    await expect(pages.next()).rejects.toThrow("in: expected 'query', or a request whose json has a place for cursor")
  })
})

describe('a cursor that is a number', () => {
  const page = (next: string): ScriptedAnswer => ({
    headers: { 'content-type': 'application/json' },
    body: `{"items":[1],"next":${next}}`,
  })

  it.each([
    '9007199254740993',
    '18446744073709551615',
    '1700000000.10',
    '0.1000000000000000055511151231257827',
    '1e400',
  ])('is sent with all its digits: %s', async (cursor) => {
    const { client, clock, paths } = setup((_, count) => page(count === 1 ? cursor : 'null'))
    const items = collect(client.paginate('/items', { style: 'cursor', path: 'next', items: 'items' }))
    await clock.advance(2_000)
    expect(await items).toEqual([1, 1])
    expect(paths()).toEqual(['/items', `/items?cursor=${cursor}`])
  })

  it('is written into a body with all its digits', async () => {
    const bodies: unknown[] = []
    const { client, clock } = setup(({ body }) => page(bodies.push(body) === 1 ? '9007199254740993' : 'null'))
    const request = { url: '/items', json: {} }
    const items = collect(client.paginate(request, { style: 'cursor', path: 'next', in: 'body', items: 'items' }))
    await clock.advance(2_000)
    await items
    expect(bodies).toEqual(['{}', '{"cursor":9007199254740993}'])
  })
})

it('a cursor with half of a surrogate pair is an error of its page, and not of the process', async () => {
  const { client, clock } = setup(() => json({ items: [1], next: '\ud800' }))
  const items: unknown[] = []
  const failure = collect(client.paginate('/items', { style: 'cursor', path: 'next', items: 'items' }), items).catch(
    (error: unknown) => error,
  )
  await clock.advance(2_000)
  expect(await failure).toMatchObject({ code: 'SLUICE_PAGE_SHAPE', page: 1 })
  expect(items).toEqual([1])
})
