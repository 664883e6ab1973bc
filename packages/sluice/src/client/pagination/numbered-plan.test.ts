import { describe, expect, it } from 'vitest'
import { type Counted, NumberedPlan, type Numbering, type PageCounts } from './numbered-plan.ts'

const end: Counted = { kind: 'end' }
const one = (at: number): Counted => ({ kind: 'one', at })
const many = (from: number, count: number, step = 1): Counted => ({ kind: 'many', from, step, count })
const wrong = (what: string): Counted => ({ kind: 'wrong', what })

/** Checks consecutive pages, each with the expected result. */
function check(numbering: Numbering, start: number, pages: readonly (readonly [PageCounts | 'failed', Counted])[]) {
  const plan = new NumberedPlan(numbering, start)
  expect(pages.map(([page]) => (page === 'failed' ? plan.afterFailure() : plan.after(page)))).toEqual(
    pages.map(([, counted]) => counted),
  )
}

const page: Numbering = { style: 'page', first: 1 }
const offset: Numbering = { style: 'offset', first: 0, size: 50 }
const unknownPlace = 'the path of its items is unknown: give items, or list for whole pages'

describe('numbered pages without a total', () => {
  it.each<[string, Numbering, number, [PageCounts, Counted][]]>([
    [
      'go on to an empty one',
      page,
      1,
      [
        [{ count: 20 }, one(2)],
        [{ count: 3 }, one(3)],
        [{ count: 0 }, end],
      ],
    ],
    ['end with an empty first one', page, 1, [[{ count: 0 }, end]]],
    [
      'go on from where they begin',
      page,
      7,
      [
        [{ count: 20 }, one(8)],
        [{ count: 0 }, end],
      ],
    ],
    [
      'go on by what came, by offset',
      offset,
      0,
      [
        [{ count: 50 }, one(50)],
        [{ count: 30 }, one(80)],
        [{ count: 0 }, end],
      ],
    ],
    ['must be counted', page, 1, [[{}, wrong(unknownPlace)]]],
  ])('%s', (_, numbering, start, pages) => check(numbering, start, pages))
})

describe('numbered pages with a total', () => {
  it.each<[string, Numbering, number, [PageCounts, Counted][]]>([
    ['are known at once', page, 1, [[{ count: 50, total: 5_000 }, many(2, 99)]]],
    [
      'are known from their number',
      page,
      1,
      [
        [{ pages: 4 }, many(2, 3)],
        [{ pages: 4 }, many(3, 2)],
      ],
    ],
    ['begin with another number', { style: 'page', first: 0 }, 0, [[{ count: 10, total: 35 }, many(1, 3)]]],
    ['are known by offset', offset, 0, [[{ count: 50, total: 101 }, many(50, 2, 50)]]],
    ['begin in the middle', { ...page, size: 50 }, 3, [[{ count: 50, total: 201 }, many(4, 2)]]],
    ['begin in the middle by offset', offset, 100, [[{ count: 50, total: 201 }, many(150, 2, 50)]]],
    ['begin with the last one', { ...page, size: 50 }, 5, [[{ count: 1, total: 201 }, end]]],
    ['begin behind the end', { ...page, size: 50 }, 9, [[{ count: 0, total: 201 }, end]]],
    ['begin behind the end by offset', offset, 900, [[{ count: 0, total: 201 }, end]]],
    ['are one that has all', page, 1, [[{ count: 20, total: 20 }, end]]],
    ['are none', page, 1, [[{ count: 0, total: 0 }, end]]],
    ['are none by their number', page, 1, [[{ count: 0, pages: 0 }, end]]],
    ['are one without items', page, 1, [[{ count: 0, pages: 1 }, end]]],
    [
      'are as large as the server makes them',
      { ...page, size: 1_000 },
      1,
      [[{ count: 100, total: 1_000 }, many(2, 9)]],
    ],
    ['are so by offset too', { ...offset, size: 1_000 }, 0, [[{ count: 100, total: 300 }, many(100, 2, 100)]]],
    [
      'are of the size that was said, if they cannot be counted',
      { ...page, size: 30 },
      1,
      [[{ total: 61 }, many(2, 2)]],
    ],
    [
      'end where the total says',
      page,
      1,
      [
        [{ count: 2, total: 5 }, many(2, 2)],
        [{ count: 2, total: 5 }, many(3, 1)],
        [{ count: 1, total: 5 }, end],
      ],
    ],
  ])('%s', (_, numbering, start, pages) => check(numbering, start, pages))

  it.each<[string, Numbering, [PageCounts, Counted][]]>([
    [
      'that grows is followed',
      page,
      [
        [{ count: 2, total: 3 }, many(2, 1)],
        [{ count: 2, total: 5 }, many(3, 1)],
        [{ count: 1, total: 5 }, end],
      ],
    ],
    [
      'that shrinks is followed',
      page,
      [
        [{ count: 2, total: 6 }, many(2, 2)],
        [{ count: 2, total: 4 }, end],
      ],
    ],
    [
      'that has shrunk when the empty page comes is right',
      page,
      [
        [{ count: 2, total: 6 }, many(2, 2)],
        [{ count: 2, total: 6 }, many(3, 1)],
        [{ count: 0, total: 4 }, end],
      ],
    ],
    [
      'that is too large is told of at the empty page',
      page,
      [
        [{ count: 2, total: 1_000 }, many(2, 499)],
        [{ count: 0, total: 1_000 }, wrong('the total says 1000 items, but the list ends with this page, after 2')],
      ],
    ],
    [
      'that counts what is not shown is told of at the last page',
      page,
      [
        [{ count: 2, total: 4 }, many(2, 1)],
        [{ count: 1, total: 4 }, wrong('the total says 4 items, but the list ends with this page, after 3')],
      ],
    ],
    [
      'of pages that are not there is told of',
      page,
      [
        [{ count: 2, pages: 9 }, many(2, 8)],
        [{ count: 0, pages: 9 }, wrong('it is empty, though there should be 9 pages')],
      ],
    ],
    [
      'without any item is told of',
      page,
      [[{ count: 0, total: 9 }, wrong('the total says 9 items, but the list ends with this page, after 0')]],
    ],
    [
      'that is too small is left, for one page after another to an empty one',
      page,
      [
        [{ count: 50, total: 95 }, many(2, 1)],
        [{ count: 50, total: 95 }, one(3)],
        [{ count: 20, total: 95 }, one(4)],
        [{ count: 0, total: 95 }, end],
      ],
    ],
    [
      'that is too small is left by offset too',
      offset,
      [
        [{ count: 50, total: 95 }, many(50, 1, 50)],
        [{ count: 50, total: 95 }, one(100)],
        [{ count: 0, total: 95 }, end],
      ],
    ],
    [
      'of 0 with items is left',
      page,
      [
        [{ count: 3, total: 0 }, one(2)],
        [{ count: 0, total: 0 }, end],
      ],
    ],
    [
      'of pages that cannot be counted needs a size',
      page,
      [[{ total: 100 }, wrong('the page size is unknown: give size, items, or list for whole pages')]],
    ],
    [
      'that later pages leave out is that of the first',
      page,
      [
        [{ count: 2, total: 4 }, many(2, 1)],
        [{ count: 2 }, end],
      ],
    ],
  ])('%s', (_, numbering, pages) => check(numbering, 1 - (numbering.style === 'offset' ? 1 : 0), pages))

  it('continues after a page that failed, and counts no more', () => {
    check(page, 1, [
      [{ count: 2, total: 6 }, many(2, 2)],
      ['failed', many(3, 1)],
      [{ count: 2, total: 6 }, end],
    ])
    check(page, 1, [
      [{ count: 2 }, one(2)],
      ['failed', end],
    ])
    check(page, 1, [['failed', end]])
    check(page, 1, [
      [{ count: 2, total: 4 }, many(2, 1)],
      ['failed', end],
    ])
  })
})

describe('numbered pages with a hint of their total', () => {
  const hinted: Numbering = { ...page, isHint: true }
  it.each<[string, Numbering, number, [PageCounts, Counted][]]>([
    [
      'are requested together, and end with as many items as it says',
      hinted,
      1,
      [
        [{ count: 10, total: 25 }, many(2, 2)],
        [{ count: 10, total: 25 }, many(3, 1)],
        [{ count: 5, total: 25 }, end],
      ],
    ],
    [
      'go on to an empty one if it is all of a single page, which may be what it counts',
      hinted,
      1,
      [
        [{ count: 10, total: 10 }, one(2)],
        [{ count: 10, total: 10 }, one(3)],
        [{ count: 0, total: 0 }, end],
      ],
    ],
    [
      'go on if there are more items than it says',
      hinted,
      1,
      [
        [{ count: 10, total: 12 }, many(2, 1)],
        [{ count: 10, total: 12 }, one(3)],
        [{ count: 0 }, end],
      ],
    ],
    [
      'end with an empty one if there are fewer',
      hinted,
      1,
      [
        [{ count: 10, total: 5_000 }, many(2, 499)],
        [{ count: 0, total: 5_000 }, end],
      ],
    ],
    [
      'by a number of pages, go on after the last',
      hinted,
      1,
      [
        [{ count: 10, pages: 2 }, many(2, 1)],
        [{ count: 10, pages: 2 }, one(3)],
        [{ count: 0 }, end],
      ],
    ],
    [
      'by a number of pages, count by offset',
      { ...offset, isHint: true },
      100,
      [
        [{ count: 50, pages: 4 }, many(150, 1, 50)],
        [{ count: 50, pages: 4 }, one(200)],
      ],
    ],
    [
      'need no items if there is a number of pages',
      hinted,
      1,
      [
        [{ pages: 2 }, many(2, 1)],
        [{ pages: 2 }, end],
      ],
    ],
    ['must be counted otherwise', hinted, 1, [[{ total: 100 }, wrong(unknownPlace)]]],
  ])('%s', (_, numbering, start, pages) => check(numbering, start, pages))
})
