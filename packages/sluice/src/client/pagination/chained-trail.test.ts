import { describe, expect, it } from 'vitest'
import { ChainedTrail } from './chained-trail.ts'
import type { Onward, PageView } from './page.ts'
import { type ChainedStyle, type PaginationStyle, resolveStyle } from './styles.ts'

const start = { url: 'https://a.test/items?q=1', origins: new Set(['https://a.test']) }

function trailOf(style: PaginationStyle, json?: unknown): ChainedTrail {
  return new ChainedTrail(resolveStyle(style) as ChainedStyle, json === undefined ? start : { ...start, json })
}

function view(number: number, raw: unknown, link?: string): PageView {
  const headers: Record<string, string> = link === undefined ? {} : { link }
  return { number, place: { url: start.url }, url: start.url, headers, raw, exact: () => raw, list: undefined }
}

const end: Onward = { kind: 'end' }
const to = (url: string): Onward => ({ kind: 'one', place: { url } })

describe('a link', () => {
  it.each<[string | undefined, Onward]>([
    ['<?page=2>; rel="next", <?page=9>; rel="last"', to('https://a.test/items?page=2')],
    ['<https://a.test/x>; rel="prev next"', to('https://a.test/x')],
    ['<?page=1>; rel="prev"', end],
    [undefined, end],
  ])('%s', (link, onward) => {
    expect(trailOf({ style: 'link' }).after(view(1, undefined, link))).toEqual({ isGiven: true, onward })
  })

  it('to a page that was there before is a circle, however long ago that was', () => {
    const trail = trailOf({ style: 'link' })
    for (let number = 1; number <= 1_000; number++) {
      expect(trail.after(view(number, undefined, `<?page=${number}>; rel=next`)).onward.kind).toBe('one')
    }
    for (const again of ['<?page=1>; rel=next', '<?q=1>; rel=next', '</items?q=1#x>; rel=next']) {
      expect(trail.after(view(1_001, undefined, again)).onward).toMatchObject({
        kind: 'error',
        error: { code: 'SLUICE_PAGE_LOOP', page: 1_001 },
      })
    }
  })

  it('to another origin is refused', () => {
    const { onward } = trailOf({ style: 'link' }).after(view(1, undefined, '<https://b.test/>; rel=next'))
    expect(onward).toMatchObject({ kind: 'error', error: { code: 'SLUICE_PAGE_ORIGIN' } })
  })
})

describe('a URL in the body', () => {
  it.each<[string, unknown, Onward]>([
    ['links.next', { links: { next: '?page=2' } }, to('https://a.test/items?page=2')],
    ['links.next', { links: { next: null } }, end],
    ['links.next', { links: { next: '' } }, end],
    ['links.next?', { items: [] }, end],
  ])('at %s of %j', (path, raw, onward) => {
    expect(trailOf({ style: 'next-url', path }).after(view(1, raw)).onward).toEqual(onward)
  })

  it('must be there on the first page, and may be missing on a later one', () => {
    const trail = trailOf({ style: 'next-url', path: 'links.next' })
    expect(trail.after(view(1, { links: { Next: 'x' } })).onward).toMatchObject({
      kind: 'error',
      error: {
        code: 'SLUICE_PAGE_SHAPE',
        message: "page 1: links.next is not there: links is an object with Next; 'links.next?' if it need not be",
      },
    })
    expect(trail.after(view(2, { items: [] })).onward).toEqual(end)
  })

  it('must be text', () => {
    const { onward } = trailOf({ style: 'next-url', path: 'next' }).after(view(1, { next: 7 }))
    expect(onward).toHaveProperty('error.message', 'page 1: next: expected a URL, but it is a number')
  })
})

describe('a cursor', () => {
  const style: PaginationStyle = { style: 'cursor', path: 'meta.next' }

  it.each<[unknown, Onward]>([
    ['a b', to('https://a.test/items?q=1&cursor=a%20b')],
    [17, to('https://a.test/items?q=1&cursor=17')],
    ['0', to('https://a.test/items?q=1&cursor=0')],
    [null, end],
    ['', end],
    [false, end],
    [0, end],
  ])('of %j goes on, or is the end', (next, onward) => {
    expect(trailOf(style).after(view(1, { meta: { next } })).onward).toEqual(onward)
  })

  it('that is no text or number has no place in a query', () => {
    const { onward } = trailOf(style).after(view(1, { meta: { next: ['geheim'] } }))
    expect(onward).toHaveProperty(
      'error.message',
      'page 1: meta.next: expected text or a number, but it is a list of 1',
    )
  })

  it('may be that of the last item', () => {
    const stripe: PaginationStyle = { style: 'cursor', path: 'data[-1].id', param: 'after', more: 'has_more' }
    const trail = trailOf(stripe)
    const data = [{ id: 'a' }, { id: 'b' }]
    expect(trail.after(view(1, { data, has_more: true })).onward).toEqual(to('https://a.test/items?q=1&after=b'))
    expect(trail.after(view(2, { data, has_more: false })).onward).toEqual(end)
  })

  it('may stand in the body, at a path, and may be any JSON there', () => {
    const json = { query: 'q', variables: { first: 10, after: null } }
    const trail = trailOf({ style: 'cursor', path: 'end', param: 'variables.after', in: 'body' }, json)
    expect(trail.after(view(1, { end: [1, 'x'] })).onward).toEqual({
      kind: 'one',
      place: { url: start.url, json: { query: 'q', variables: { first: 10, after: [1, 'x'] } } },
    })
  })

  it('that was there before is a circle, and is not shown', () => {
    const trail = trailOf(style)
    trail.after(view(1, { meta: { next: 'geheim' } }))
    trail.after(view(2, { meta: { next: 'b' } }))
    expect(trail.after(view(3, { meta: { next: 'geheim' } })).onward).toHaveProperty(
      'error.message',
      'page 3: the cursor at meta.next was there before: it would go on in a circle',
    )
  })

  it('must be there on the first page, with what says whether there are more', () => {
    expect(trailOf(style).after(view(1, { meta: {} })).onward).toMatchObject({ error: { code: 'SLUICE_PAGE_SHAPE' } })
    expect(trailOf({ ...style, more: 'more' }).after(view(1, { meta: { next: 'a' } })).onward).toHaveProperty(
      'error.message',
      "page 1: more is not there: the value is an object with meta; 'more?' if it need not be",
    )
  })
})
