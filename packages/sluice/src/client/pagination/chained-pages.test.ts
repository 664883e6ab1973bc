import { describe, expect, it } from 'vitest'
import { ChainedPages } from './chained-pages.ts'
import type { NextPages, PageView } from './page-sequence.ts'
import { type ChainedStyle, type PaginationStyle, resolveStyle } from './styles.ts'

const start = { url: 'https://a.test/items?q=1', origins: new Set(['https://a.test']) }

function sequenceOf(style: PaginationStyle, json?: unknown): ChainedPages {
  return new ChainedPages(resolveStyle(style) as ChainedStyle, json === undefined ? start : { ...start, json })
}

function view(number: number, raw: unknown, link?: string): PageView {
  const headers: Record<string, string> = link === undefined ? {} : { link }
  return { number, place: { url: start.url }, url: start.url, headers, raw, exact: () => raw, list: undefined }
}

const end: NextPages = { kind: 'end' }
const to = (url: string): NextPages => ({ kind: 'one', place: { url } })

describe('a link', () => {
  it.each<[string | undefined, NextPages]>([
    ['<?page=2>; rel="next", <?page=9>; rel="last"', to('https://a.test/items?page=2')],
    ['<https://a.test/x>; rel="prev next"', to('https://a.test/x')],
    ['<?page=1>; rel="prev"', end],
    [undefined, end],
  ])('%s', (link, next) => {
    expect(sequenceOf({ style: 'link' }).after(view(1, undefined, link))).toEqual({ isGiven: true, next })
  })

  it('to any earlier page is a loop', () => {
    const trail = sequenceOf({ style: 'link' })
    for (let number = 1; number <= 1_000; number++) {
      expect(trail.after(view(number, undefined, `<?page=${number}>; rel=next`)).next.kind).toBe('one')
    }
    for (const again of ['<?page=1>; rel=next', '<?q=1>; rel=next', '</items?q=1#x>; rel=next']) {
      expect(trail.after(view(1_001, undefined, again)).next).toMatchObject({
        kind: 'error',
        error: { code: 'SLUICE_PAGE_LOOP', page: 1_001 },
      })
    }
  })

  it('to another origin is refused', () => {
    const { next } = sequenceOf({ style: 'link' }).after(view(1, undefined, '<https://b.test/>; rel=next'))
    expect(next).toMatchObject({ kind: 'error', error: { code: 'SLUICE_PAGE_ORIGIN' } })
  })
})

describe('a URL in the body', () => {
  it.each<[string, unknown, NextPages]>([
    ['links.next', { links: { next: '?page=2' } }, to('https://a.test/items?page=2')],
    ['links.next', { links: { next: null } }, end],
    ['links.next', { links: { next: '' } }, end],
    ['links.next?', { items: [] }, end],
  ])('at %s of %j', (path, raw, next) => {
    expect(sequenceOf({ style: 'next-url', path }).after(view(1, raw)).next).toEqual(next)
  })

  it('must be there on the first page, and may be missing on a later one', () => {
    const trail = sequenceOf({ style: 'next-url', path: 'links.next' })
    expect(trail.after(view(1, { links: { Next: 'x' } })).next).toMatchObject({
      kind: 'error',
      error: {
        code: 'SLUICE_PAGE_SHAPE',
        message: "page 1: links.next is missing: links is an object with Next; write 'links.next?' if it is optional",
      },
    })
    expect(trail.after(view(2, { items: [] })).next).toEqual(end)
  })

  it('must be text', () => {
    const { next } = sequenceOf({ style: 'next-url', path: 'next' }).after(view(1, { next: 7 }))
    expect(next).toHaveProperty('error.message', 'page 1: next: expected a URL, but it is a number')
  })
})

describe('a cursor', () => {
  const style: PaginationStyle = { style: 'cursor', path: 'meta.next' }

  it.each<[unknown, NextPages]>([
    ['a b', to('https://a.test/items?q=1&cursor=a%20b')],
    [17, to('https://a.test/items?q=1&cursor=17')],
    ['0', to('https://a.test/items?q=1&cursor=0')],
    [null, end],
    ['', end],
    [false, end],
    [0, end],
  ])('of %j leads to the next page, or ends the list', (cursor, expected) => {
    expect(sequenceOf(style).after(view(1, { meta: { next: cursor } })).next).toEqual(expected)
  })

  it('that is neither text nor a number is refused in a query', () => {
    const { next } = sequenceOf(style).after(view(1, { meta: { next: ['geheim'] } }))
    expect(next).toHaveProperty('error.message', 'page 1: meta.next: expected text or a number, but it is a list of 1')
  })

  it('may be that of the last item', () => {
    const stripe: PaginationStyle = { style: 'cursor', path: 'data[-1].id', param: 'after', more: 'has_more' }
    const trail = sequenceOf(stripe)
    const data = [{ id: 'a' }, { id: 'b' }]
    expect(trail.after(view(1, { data, has_more: true })).next).toEqual(to('https://a.test/items?q=1&after=b'))
    expect(trail.after(view(2, { data, has_more: false })).next).toEqual(end)
  })

  it('may stand in the body, at a path, and may be any JSON there', () => {
    const json = { query: 'q', variables: { first: 10, after: null } }
    const trail = sequenceOf({ style: 'cursor', path: 'end', param: 'variables.after', in: 'body' }, json)
    expect(trail.after(view(1, { end: [1, 'x'] })).next).toEqual({
      kind: 'one',
      place: { url: start.url, json: { query: 'q', variables: { first: 10, after: [1, 'x'] } } },
    })
  })

  it('that repeats an earlier one is a loop, and is not shown', () => {
    const trail = sequenceOf(style)
    trail.after(view(1, { meta: { next: 'geheim' } }))
    trail.after(view(2, { meta: { next: 'b' } }))
    expect(trail.after(view(3, { meta: { next: 'geheim' } })).next).toHaveProperty(
      'error.message',
      'page 3: the cursor at meta.next repeats an earlier one: the list would repeat',
    )
  })

  it('must be there on the first page, with what says whether there are more', () => {
    expect(sequenceOf(style).after(view(1, { meta: {} })).next).toMatchObject({ error: { code: 'SLUICE_PAGE_SHAPE' } })
    expect(sequenceOf({ ...style, more: 'more' }).after(view(1, { meta: { next: 'a' } })).next).toHaveProperty(
      'error.message',
      "page 1: more is missing: the value is an object with meta; write 'more?' if it is optional",
    )
  })
})
