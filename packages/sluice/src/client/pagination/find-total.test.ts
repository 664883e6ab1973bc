import { describe, expect, it } from 'vitest'
import { findCounts } from './find-total.ts'

const byPage = { style: 'page', param: 'page', first: 1 } as const
const url = 'https://api.test/items'

function found(raw: unknown, headers: Record<string, string> = {}): unknown {
  return findCounts({ raw, headers, url }, byPage, 10)
}

describe('counts of a page are found', () => {
  it.each<[unknown, unknown]>([
    [{ items: [], total: 40 }, { total: 40 }],
    [{ results: [], count: 40, next: null }, { total: 40 }],
    [{ data: [], meta: { pagination: 1, total_count: '40' } }, { total: 40 }],
    [{ data: [], meta: { pagination: { total: 40 } } }, { total: 40 }],
    [{ data: [], pagination: { totalPages: 4 } }, { pages: 4 }],
    [{ info: { count: 826, pages: 42 } }, { total: 826, pages: 42 }],
    [
      { last_page: 7, total: 61, per_page: 10 },
      { total: 61, pages: 7 },
    ],
    [{ page: { totalElements: 100, size: 20 } }, { total: 100 }],
    [[1, 2, 3], {}],
    [{ total: { value: 3 }, pages: [] }, {}],
    [null, {}],
  ])('in %j', (raw, counts) => {
    expect(found(raw)).toEqual({ total: undefined, pages: undefined, ...(counts as object) })
  })

  it('in headers before the body', () => {
    expect(found({ total: 1 }, { 'x-total-count': '40', 'x-wp-totalpages': '4' })).toEqual({ total: 40, pages: 4 })
  })

  it('in the link to the last page', () => {
    const headers = { link: '</items?page=2>; rel="next", </items?page=12&x=1>; rel="last"' }
    expect(found([], headers)).toMatchObject({ pages: 12 })
    const byOffset = { style: 'offset', param: 'skip', first: 0 } as const
    expect(findCounts({ raw: [], headers: { link: '<?skip=110>; rel=last' }, url }, byOffset, 10).pages).toBe(12)
  })
})
