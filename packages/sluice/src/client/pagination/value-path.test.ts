import { describe, expect, it } from 'vitest'
import { parsePath, readPath, withValueAt } from './value-path.ts'

const value = { meta: { next: 'b', none: null, gone: undefined }, items: [{ id: 1 }, { id: 2 }], 'a.b': { '': 3 } }

describe('a path', () => {
  it.each([
    ['meta.next', 'b'],
    ['meta.none', null],
    ['meta.gone', undefined],
    ['items[0].id', 1],
    ['items[-1].id', 2],
    ['["a.b"][""]', 3],
    ['.', value],
    ['items', value.items],
  ])('%s leads to what is there', (path, found) => {
    expect(readPath(value, parsePath('path', path))).toEqual({ isThere: true, value: found })
  })

  it.each([
    ['meta.next_cursor', 'meta is an object with next, none, gone'],
    ['paging.next', 'the value is an object with meta, items, a.b'],
    ['meta.next.id', 'meta.next is text'],
    ['meta.none.id', 'meta.none is null'],
    ['items[2].id', 'items is a list of 2'],
    ['items[-3]', 'items is a list of 2'],
    ['items.length', 'items is a list of 2'],
    ['items[0].name', 'items[0] is an object with id'],
    ['meta[0]', 'meta is an object with next, none, gone'],
    ['toString', 'the value is an object with meta, items, a.b'],
  ])('%s says where it ended, and what was there', (path, instead) => {
    expect(readPath(value, parsePath('path', path))).toEqual({ isThere: false, instead })
  })

  it.each([
    [undefined, 'the value is nothing'],
    [true, 'the value is a boolean'],
    [new Uint8Array(2), 'the value is bytes'],
    [{}, 'the value is an empty object'],
    [[], 'the value is a list of 0'],
    [
      Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`n${index}`, index])),
      'the value is an object with n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 3 more',
    ],
    [{ [`x\n${'y'.repeat(50)}`]: 1 }, `the value is an object with x ${'y'.repeat(37)}…`],
  ])('describes %j', (thing, instead) => {
    expect(readPath(thing, parsePath('path', 'a'))).toEqual({ isThere: false, instead })
  })

  it('may end with a question mark: then nothing needs to be there', () => {
    expect(parsePath('path', 'meta.next?')).toEqual({ text: 'meta.next?', keys: ['meta', 'next'], isOptional: true })
    expect(parsePath('path', '.?')).toMatchObject({ keys: [], isOptional: true })
  })

  it.each(['', '?', '.a', 'a.', 'a..b', 'a[', 'a[x]', 'a[0', 'a]', 'a["b', 'a?.b', 'a."b"', 'a["\\x"]', '..', 7])(
    '%j is refused with the name of its option',
    (path) => {
      expect(() => parsePath('total', path)).toThrow("total: expected a path such as 'meta.next' or 'items[0].id', got")
    },
  )
})

describe('a value that is put at a path', () => {
  it.each([
    [{ a: 1 }, 'b', { a: 1, b: 'x' }],
    [{ a: 1 }, 'a', { a: 'x' }],
    [{ a: { b: 1, c: 2 } }, 'a.b', { a: { b: 'x', c: 2 } }],
    [undefined, 'a.b', { a: { b: 'x' } }],
    [{ list: [{ a: 1 }, 2] }, 'list[0].a', { list: [{ a: 'x' }, 2] }],
    [{ a: null }, 'a.b', { a: { b: 'x' } }],
  ])('is in a copy of %j at %s', (whole, path, expected) => {
    const before = structuredClone(whole)
    expect(withValueAt(whole, parsePath('path', path).keys, 'x')).toEqual(expected)
    expect(whole).toEqual(before)
  })

  it.each([
    ['text', 'a'],
    [[1], 'a'],
    [{ a: 1 }, 'a.b'],
    [{ a: {} }, 'a[0]'],
    [new Uint8Array(1), 'a'],
  ])('has no place in %j at %s', (whole, path) => {
    expect(withValueAt(whole, parsePath('path', path).keys, 'x')).toBeUndefined()
  })
})
