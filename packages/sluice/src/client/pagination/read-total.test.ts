import { describe, expect, it } from 'vitest'
import { checkedNumberPlace, type NumberPlace, readTotal } from './read-total.ts'

function read(raw: unknown, place: NumberPlace, headers: Record<string, string> = {}): unknown {
  return readTotal({ raw, headers, number: 1 }, checkedNumberPlace('total', place)!)
}

describe('a total', () => {
  it.each([
    [{ total: 0 }, 0],
    [{ total: 5_000 }, 5_000],
    [{ total: '5000' }, 5_000],
    [{ total: ' 7 ' }, 7],
  ])('of %j is %d', (raw, total) => {
    expect(read(raw, 'total')).toBe(total)
  })

  it('may stand in a header', () => {
    expect(read([], { header: 'X-Total-Count' }, { 'x-total-count': '41' })).toBe(41)
    expect(read([], { header: 'X-Total-Count' }, {})).toHaveProperty(
      'message',
      'page 1: header x-total-count: expected a number, but it is missing',
    )
    expect(read([], { header: 'x-total' }, { 'x-total': 'many' })).toHaveProperty(
      'message',
      'page 1: header x-total: expected a number, but it has other text',
    )
  })

  it.each([
    [{ total: 'many' }, 'it is text'],
    [{ total: null }, 'it is null'],
    [{ total: -1 }, 'it is -1'],
    [{ total: 1.5 }, 'it is 1.5'],
    [{ total: [] }, 'it is a list of 0'],
    [{ count: 3 }, 'the value is an object with count'],
  ])('of %j is no number, and the error says what is there', (raw, what) => {
    expect(read(raw, 'total')).toMatchObject({
      code: 'SLUICE_PAGE_SHAPE',
      page: 1,
      message: `page 1: total: expected a number, but ${what}`,
    })
  })

  it('may be missing where the path says so, and must be a number all the same', () => {
    expect([read({}, 'total?'), read({ total: null }, 'total?'), read({ total: 3 }, 'total?')]).toEqual([
      undefined,
      undefined,
      3,
    ])
    expect(read({ total: 'many' }, 'total?')).toMatchObject({ code: 'SLUICE_PAGE_SHAPE' })
  })

  it.each([7, {}, null])('cannot stand at %j', (place) => {
    expect(() => checkedNumberPlace('total', place as unknown as NumberPlace)).toThrow('total: expected a path such as')
  })
})
